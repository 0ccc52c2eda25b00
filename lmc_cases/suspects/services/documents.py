"""Identity documents of a person: added, and removed with their last state kept in the history."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import transaction

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.history import delete_as, save_as
from lmc_cases.jurisdictions.access import Action
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services.details import DocumentDetails, document_columns_of
from lmc_cases.suspects.services.papers import put_person_marks, seal_number
from lmc_cases.suspects.services.people import Coded, lock_suspect, save_changed

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


@transaction.atomic
def add_document(
    *, actor: User, suspect_id: UUID, details: DocumentDetails, new_id: UUID | None = None
) -> IdentityDocument:
    """Add a document to a person; whether it is genuine is what its status says, no more.

    Args:
        new_id: public id to give (``core.once``); sent again, the document made the first time is returned.

    Raises:
        Suspect.DoesNotExist: foreign and missing alike.
        InvalidInput: see ``document_columns_of``.
    """
    suspect = lock_suspect(actor, suspect_id)
    made = None if new_id is None else IdentityDocument.objects.filter(uuid=new_id, suspect=suspect).first()
    if made is not None:
        return made
    document = put_document(suspect, details, actor=actor, new_id=new_id)
    _changed(suspect, actor, Coded.DOCUMENT_ADDED)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="suspect.document_added",
        target=suspect,
        codes={"kind": document.kind, "status": document.status},
    )
    return document


@transaction.atomic
def remove_document(*, actor: User, document_id: UUID, reason: str = "") -> Suspect:
    """Remove a document; its history keeps what it said, who removed it and why.

    Raises:
        IdentityDocument.DoesNotExist: foreign and missing alike.
    """
    held = IdentityDocument.objects.select_related("suspect").get(
        uuid=document_id, suspect__in=Suspect.objects.owned_with(actor, Action.EDIT)
    )
    suspect = lock_suspect(actor, held.suspect.uuid)
    document = IdentityDocument.objects.select_for_update().get(pk=held.pk)
    delete_as(document, actor=actor, reason=reason)
    _changed(suspect, actor, Coded.DOCUMENT_REMOVED)
    record(
        actor=actor,
        operation=Operation.ERASURE,
        verb="suspect.document_removed",
        target=suspect,
        reason=reason,
        codes={"kind": document.kind},
    )
    return suspect


def put_document(
    suspect: Suspect,
    details: DocumentDetails,
    *,
    actor: User,
    new_id: UUID | None = None,
    import_run: UUID | None = None,
) -> IdentityDocument:
    """Write a document of a locked person, its number sealed. The caller writes the person's marks."""
    columns = document_columns_of(details)
    number = columns.pop("number")
    document = IdentityDocument(uuid=new_id or uuid4(), suspect=suspect, import_run=import_run, **columns)
    seal_number(document, number, suspect)
    save_as(document, actor=actor)
    return document


def _changed(suspect: Suspect, actor: User, reason: str) -> None:
    put_person_marks(suspect)
    save_changed(suspect, actor=actor, reason=reason)
