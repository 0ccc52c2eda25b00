"""All that the owning country holds on one person, as a ZIP: JSON for programs, a page for the person, the photograph.

The owning country's records only. What another country keeps of the person, that country answers for.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import AuditEvent, Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.handovers.models import HandoverSubject
from lmc_cases.keys.providers import KeyUnavailable
from lmc_cases.privacy.models import Erasure, Review
from lmc_cases.privacy.services.records import Kind, Record, fields_of, record_of
from lmc_cases.suspects.models import Informant, Suspect
from lmc_cases.suspects.services.informants import reveal_informant
from lmc_cases.suspects.services.papers import opened

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

SCHEMA = "lmc-cases/subject-access/1"
_NOT_SHOWN = frozenset(
    {"id", "case", "photo", "import_fingerprint", "identity_sealed", "contact_sealed", "recorded_by"}
)


@transaction.atomic
def export_record(*, actor: User, kind: Kind, public_id: UUID, purpose: str) -> bytes:
    """Return the ZIP and record that it was made.

    Args:
        purpose: who asked and why, in the officer's words; it stands in the audit's reason alone.

    Raises:
        InvalidInput: no purpose.
        KeyUnavailable: the country's key is not here: half an answer is none.
        As ``records.record_of``.
    """
    held = record_of(actor, kind, public_id)
    words = clean_text(purpose, multiline=True)
    if not words:
        raise InvalidInput("purpose", _("Say who asked for it and why."))
    content = _informant(actor, held) if isinstance(held, Informant) else _person(actor, held)
    content |= {"keeping": _keeping(actor, held), "processing": _processing(held)}
    photo = b""
    if isinstance(held, Suspect) and held.photo:
        with held.photo.open("rb") as stored:
            photo = stored.read()
    packed = _packed(held, content, photo)
    record(
        actor=actor,
        operation=Operation.EXPORT,
        verb="record.exported",
        target=held,
        reason=words,
        codes={"size": len(packed), "photograph": bool(photo)},
    )
    return packed


def _person(actor: User, held: Suspect) -> dict[str, Any]:
    held.case.owner  # noqa: B018 - read once, for the sealed numbers
    papers = opened(held.documents.order_by("pk"))
    subjects = (
        HandoverSubject.objects.visible_to(actor).filter(suspect=held).select_related("handover__requesting")
    )
    return {
        "record": _columns(held),
        "documents": [
            {
                "kind": paper.get_kind_display(),
                "number": paper.number,
                "issuing_country": paper.issuing_country,
                "status": paper.get_status_display(),
            }
            for paper in papers
        ],
        "past_states": [
            {"at": state.history_date.isoformat(), **_columns(held, state)}
            for state in held.history.order_by("history_date", "history_id")
        ],
        "handover_requests": [
            {
                "reference": subject.handover.reference,
                "asked_by": subject.handover.requesting.code,
                "status": subject.handover.status,
                "outcome": subject.outcome,
            }
            for subject in subjects.filter(handover__submitted_at__isnull=False).order_by("pk")
        ],
    }


def _informant(actor: User, held: Informant) -> dict[str, Any]:
    revealed = reveal_informant(actor=actor, case_id=held.case.uuid, informant_id=held.uuid)
    if not revealed.is_readable:
        raise KeyUnavailable(f"no key of informant {held.uuid}")
    return {
        "record": {**_columns(held), "identity": revealed.identity, "contact": revealed.contact},
        "documents": [],
        "past_states": [],
        "handover_requests": [],
    }


def _columns(held: Record, state: Any = None) -> dict[str, Any]:
    values = {}
    for column in type(held)._meta.concrete_fields:
        if column.name not in _NOT_SHOWN:
            value = getattr(held if state is None else state, column.attname)
            values[column.name] = value if isinstance(value, bool | int | list | None) else str(value)
    return values


def _keeping(actor: User, held: Record) -> dict[str, Any]:
    review = Review.objects.visible_to(actor).filter(**fields_of(held)).first()
    erasures = Erasure.objects.visible_to(actor).filter(**fields_of(held)).order_by("pk")
    return {
        "review_on": review.review_on.isoformat() if review is not None and review.review_on else None,
        "needed_for_proceedings": review is not None and review.is_held,
        "erasures": [
            {"state": erasure.state, "legal_ground": erasure.legal_ground, "at": erasure.asked_at.isoformat()}
            for erasure in erasures
        ],
    }


def _processing(held: Record) -> list[dict[str, Any]]:
    """What was done with the record, without who did it: officers are people too."""
    events = AuditEvent.objects.filter(object_uuid=held.uuid).select_related(
        "actor_country", "recipient_country"
    )
    return [
        {
            "at": event.occurred_at.isoformat(),
            "operation": event.operation,
            "act": event.verb,
            "by_country": event.actor_country.code if event.actor_country else None,
            "to_country": event.recipient_country.code if event.recipient_country else None,
        }
        for event in events.order_by("pk")
    ]


def _packed(held: Record, content: dict[str, Any], photo: bytes) -> bytes:
    whole = {
        "schema": SCHEMA,
        "made_at": timezone.now().isoformat(),
        "country": held.case.owner.code,
        "case": held.case.reference,
        **content,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("record.json", json.dumps(whole, ensure_ascii=False, indent=1, default=str))
        archive.writestr("record.html", render_to_string("privacy/export.html", {"whole": whole}))
        if photo:
            archive.writestr("photograph.jpg", photo)
    return out.getvalue()
