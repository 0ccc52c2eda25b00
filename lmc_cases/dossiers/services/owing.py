"""Owe a dossier: a row that the worker renders; asked for in any language by either side."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services.composing import compose_facts, substance
from lmc_cases.dossiers.services.languages import check_languages
from lmc_cases.dossiers.services.sealed import opened_facts, sealed_facts
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.disclosure import CannotDisclose
from lmc_cases.handovers.states import DISCLOSED

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class NothingDisclosed(Conflict):
    """There is no dossier before the approval, and no new one after a withdrawal."""


class NotFailed(Conflict):
    """Only a dossier that failed is tried again."""


@transaction.atomic
def request_dossier(
    *, actor: User, handover_id: UUID, language: str, beside: str = "", wake: bool = True
) -> Dossier:
    """Return the dossier of an approved request in a language, owed anew only if it would say something new.

    One that failed is tried again.

    Args:
        beside: a second language that stands beside the first; "" for none.
        wake: send for a worker; not where a worker asks, which goes on with it.

    Raises:
        HandoverRequest.DoesNotExist: foreign and missing alike.
        NothingDisclosed: not approved, or withdrawn.
        InvalidInput: not a language of the product, or the second is the first.
    """
    handover = (
        HandoverRequest.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("requesting", "requested", "created_by__agency")
        .get(uuid=handover_id)
    )
    check_languages(language, beside)
    return _owe(actor, handover, language, beside, wake=wake)


@transaction.atomic
def retry_dossier(*, actor: User, dossier_id: UUID, wake: bool = True) -> Dossier:
    """Put a dossier that failed back into the queue, for the officer who asks.

    Raises:
        Dossier.DoesNotExist: foreign and missing alike.
        NotFailed: it is waiting, running or done.
    """
    dossier = (
        Dossier.objects.visible_to(actor)
        .select_for_update(of=("self",))
        .select_related("handover")
        .get(uuid=dossier_id)
    )
    if dossier.job_state not in {JobState.FAILED, JobState.DENIED}:
        if dossier.job_state == JobState.QUEUED and dossier.requested_by_id == actor.pk:
            return dossier
        raise NotFailed(_("Only a dossier that failed can be tried again."))
    _queue(dossier, actor, verb="dossier.retried", wake=wake)
    return dossier


def official_languages(handover: HandoverRequest) -> tuple[str, ...]:
    """Return the languages an approval owes: the requesting country's first, then the requested country's."""
    known = dict(settings.LANGUAGES)
    wanted = [handover.requesting.first_language, handover.requested.first_language]
    return tuple(dict.fromkeys(code if code in known else "en" for code in wanted))


def owe_both(actor: User, handover: HandoverRequest) -> None:
    """Owe what the request says now in both official languages. The caller holds the lock on the request."""
    for language in official_languages(handover):
        _owe(actor, handover, language)


def _owe(
    actor: User, handover: HandoverRequest, language: str, beside: str = "", *, wake: bool = True
) -> Dossier:
    """Return the dossier of what the request says now. The caller holds the lock on the request."""
    if handover.status not in DISCLOSED:
        raise NothingDisclosed(_("A dossier exists only for an approved request."))
    newest = handover.dossiers.order_by("-number").first()
    now = timezone.now()
    try:
        facts = compose_facts(
            actor,
            handover,
            version=1 if newest is None else newest.number + 1,
            created_at=now,
            languages=official_languages(handover),
            supersedes=None if newest is None else newest.number,
        )
    except OSError as error:
        raise CannotDisclose(
            _("A photograph of the disclosure cannot be read. Disclose a corrected version.")
        ) from error
    plain = json.loads(facts.canonical_bytes())
    if newest is not None and substance(plain) == substance(opened_facts(newest)):
        held = handover.dossiers.filter(number=newest.number, language=language, beside=beside).first()
        if held is not None:
            if held.job_state in {JobState.FAILED, JobState.DENIED}:
                return retry_dossier(actor=actor, dossier_id=held.uuid, wake=wake)
            return held
        number, stored, sha256 = newest.number, newest.facts, newest.facts_sha256
    else:
        number, stored, sha256 = facts.version, sealed_facts(handover, plain), facts.sha256
    dossier = Dossier(
        handover=handover,
        language=language,
        beside=beside,
        number=number,
        supersedes=handover.dossiers.filter(language=language, beside=beside).order_by("-number").first(),
        facts=stored,
        facts_sha256=sha256,
        requested_by=actor,
        requested_at=now,
    )
    _queue(dossier, actor, verb="dossier.requested", wake=wake)
    return dossier


def _queue(dossier: Dossier, actor: User, *, verb: str, wake: bool) -> None:
    dossier.job_state = JobState.QUEUED
    dossier.queued_at = timezone.now()
    dossier.attempts = 0
    dossier.steps_done = 0
    dossier.error_code = ""
    dossier.finished_at = None
    dossier.requested_by = actor
    save_as(dossier, actor=actor, reason=verb)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb=verb,
        target=dossier,
        codes={"language": dossier.languages_code, "version": dossier.number, "facts": dossier.facts_sha256},
    )
    if wake:
        dossier.wake()
