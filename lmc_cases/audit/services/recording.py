"""Record an act. Every service calls this in its own transaction; nothing switches it off."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.conf import settings
from django.db import models, transaction

from lmc_cases.audit.canonical import SealedFacts, address_commitment, body_of
from lmc_cases.audit.models import AuditEvent, AuditReason, Operation
from lmc_cases.core.request_id import current_origin
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class Auditable(Protocol):
    """What a record says of itself to the audit: which country owns it, and how people call it."""

    uuid: UUID

    @property
    def audit_owner_id(self) -> int | None:
        """Primary key of the country whose record it is."""

    @property
    def audit_reference(self) -> str:
        """Human reference: never a name."""

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case it belongs to."""


def commitment(text: str, salt: str) -> str:
    """Return the salted commitment to free text: hex, 64 characters."""
    key = settings.AUDIT_COMMITMENT_KEY.encode()
    return hmac.new(key, f"{salt}\x1f{text}".encode(), hashlib.sha256).hexdigest()


def facts_of(event: AuditEvent) -> SealedFacts:
    """Return what is sealed of an event: public ids and codes, where its columns hold narrow keys."""
    return SealedFacts(
        uuid=str(event.uuid),
        request=event.request_id,
        channel=event.channel,
        address=address_commitment(event.address, event.address_salt),
        actor=str(event.actor.uuid) if event.actor is not None else "",
        agency=str(event.actor_agency.uuid) if event.actor_agency is not None else "",
        country=country_code(event.actor_country_id),
        operation=str(event.operation),
        verb=event.verb,
        object_type=event.object_type,
        object=str(event.object_uuid or ""),
        case=str(event.case_uuid or ""),
        reference=event.reference,
        owner=country_code(event.owner_country_id),
        recipient=country_code(event.recipient_country_id),
        reason_code=event.reason_code,
        reason=event.reason_commitment,
        outcome=str(event.outcome),
        codes=event.codes,
    )


_country_codes: dict[int, str] = {}


def country_code(country_id: int | None) -> str:
    """Return the code of a country, "" for none. Codes never change, so each process asks once."""
    if country_id is None:
        return ""
    if country_id not in _country_codes:
        _country_codes.update(Jurisdiction.objects.values_list("pk", "code"))
    return _country_codes[country_id]


@transaction.atomic(savepoint=False)
def record(
    *,
    actor: User | None,
    operation: Operation,
    verb: str,
    target: Auditable | None = None,
    recipient: Jurisdiction | None = None,
    reason: str = "",
    reason_code: str = "",
    outcome: AuditEvent.Outcome = AuditEvent.Outcome.DONE,
    codes: dict[str, Any] | None = None,
    owner_id: int | None = None,
) -> AuditEvent:
    """Write one audit event in the present transaction.

    Args:
        actor: who; ``None`` only where nobody is signed in (a failed sign-in).
        operation: one of the six operations, or sign-in, refusal, grant, export.
        verb: ``<noun>.<past participle>``, e.g. ``"case.shared"``.
        target: the record acted on.
        recipient: the country that received something.
        reason: the officer's words; kept apart from the event, which holds a commitment to them.
        reason_code: a code from a closed list.
        outcome: done or refused.
        codes: ids, codes and counts; never names or free text.
        owner_id: primary key of the owning country where there is no target.
    """
    salt = secrets.token_hex(16) if reason else ""
    event = _event(
        actor=actor,
        operation=operation,
        verb=verb,
        target=target,
        recipient=recipient,
        reason_code=reason_code,
        reason_commitment=commitment(reason, salt) if reason else "",
        outcome=outcome,
        codes=codes,
        owner_id=owner_id,
    )
    event.save(force_insert=True)
    if reason:
        AuditReason.objects.create(event=event, text=reason, salt=salt)
    return event


@transaction.atomic(savepoint=False)
def record_each(
    *,
    actor: User,
    operation: Operation,
    verb: str,
    targets: Iterable[tuple[Auditable, dict[str, Any]]],
    recipient: Jurisdiction | None = None,
) -> None:
    """Write one audit event for each record of many, as ``record`` writes one: a statement for every 500.

    Args:
        targets: each record with its codes.
    """
    AuditEvent.objects.bulk_create(
        (
            _event(
                actor=actor,
                operation=operation,
                verb=verb,
                target=target,
                recipient=recipient,
                codes=codes,
            )
            for target, codes in targets
        ),
        batch_size=500,
    )


def _event(
    *,
    actor: User | None,
    operation: Operation,
    verb: str,
    target: Auditable | None,
    recipient: Jurisdiction | None,
    codes: dict[str, Any] | None,
    reason_code: str = "",
    reason_commitment: str = "",
    outcome: AuditEvent.Outcome = AuditEvent.Outcome.DONE,
    owner_id: int | None = None,
) -> AuditEvent:
    origin = current_origin()
    agency = actor.agency if actor is not None and actor.agency_id is not None else None
    event = AuditEvent(
        request_id=origin.request_id,
        channel=origin.channel,
        address=origin.address,
        address_salt=secrets.token_hex(16) if origin.address else "",
        actor=actor,
        actor_agency=agency,
        actor_country_id=agency.jurisdiction_id if agency else None,
        operation=operation,
        verb=verb,
        object_type=type(target).__name__.lower() if isinstance(target, models.Model) else "",
        object_uuid=target.uuid if target is not None else None,
        case_uuid=target.audit_case_uuid if target is not None else None,
        reference=target.audit_reference if target is not None else "",
        owner_country_id=target.audit_owner_id if target is not None else owner_id,
        recipient_country=recipient,
        reason_code=reason_code,
        reason_commitment=reason_commitment,
        outcome=outcome,
        codes=codes or {},
    )
    event.canonical = body_of(facts_of(event))
    return event
