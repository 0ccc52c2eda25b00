"""What a run is of: requests named one by one or by a filter, an operation, and what apps above add (a crossing)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Q

from lmc_cases.cases.models import CaseDetail, Operation
from lmc_cases.dossiers.models import Scope
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.states import DISCLOSED

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@dataclass(frozen=True)
class Asked:
    """What somebody asks a run of, by ids.

    Attributes:
        scope: a value of ``Scope``.
        uuid: of the operation or crossing.
        requests: public ids of requests; ``None`` for all that the filter names.
        status, procedure: the filter of the list of requests, "" for all.
    """

    scope: str
    uuid: UUID | None = None
    requests: frozenset[UUID] | None = None
    status: str = ""
    procedure: str = ""


@dataclass(frozen=True)
class Found:
    """What was asked for, through the rule.

    Attributes:
        requests: primary keys of those that have a dossier, in the order of their references.
        without: how many have none: not granted, or withdrawn.
        reference: of the operation or crossing, "" for requests.
    """

    requests: tuple[int, ...]
    without: int = 0
    reference: str = ""


@dataclass(frozen=True)
class Within:
    """Which requests something consists of: a condition on them, and how people call it."""

    condition: Q = field(default_factory=Q)
    reference: str = ""


Resolver = Callable[["User", UUID], Within]
_resolvers: dict[str, Resolver] = {}


def add_scope(scope: str, resolver: Resolver) -> None:
    """Let a run be of something of an app above; ``resolver`` raises ``ObjectDoesNotExist`` for what is not seen."""
    _resolvers[scope] = resolver


def requests_asked(user: User, asked: Asked) -> Found:
    """Return what a run would be of.

    Raises:
        ObjectDoesNotExist: operation or crossing, or a request named by its id: foreign and missing alike.
    """
    within = _within(user, asked)
    rows = HandoverRequest.objects.visible_to(user).filter(within.condition)
    if asked.requests is not None:
        rows = rows.filter(uuid__in=asked.requests)
        if rows.count() != len(asked.requests):
            raise HandoverRequest.DoesNotExist
    if asked.status:
        rows = rows.filter(status=asked.status)
    if asked.procedure:
        rows = rows.filter(procedure=asked.procedure)
    granted = rows.filter(status__in=DISCLOSED).exclude(disclosed={})
    found = tuple(granted.order_by("reference").values_list("pk", flat=True))
    return Found(found, without=rows.count() - len(found), reference=within.reference)


def _within(user: User, asked: Asked) -> Within:
    if asked.scope == Scope.REQUESTS:
        return Within()
    resolver = _resolvers.get(asked.scope)
    if resolver is None or asked.uuid is None:
        raise ObjectDoesNotExist
    return resolver(user, asked.uuid)


def _of_operation(user: User, operation_id: UUID) -> Within:
    operation = Operation.objects.visible_to(user).get(uuid=operation_id)
    cases = CaseDetail.objects.visible_to(user).filter(operation=operation).values("case")
    return Within(Q(case__in=cases), operation.reference)


add_scope(Scope.OPERATION, _of_operation)
