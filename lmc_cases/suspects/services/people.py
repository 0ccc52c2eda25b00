"""Add and edit the people of a case."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, CaseShareItem, Level
from lmc_cases.cases.services.casework import CaseClosed, lock_case, mark_changed
from lmc_cases.cases.services.contributing import announce, finish_adding, lock_case_to_add
from lmc_cases.cases.services.search import put_suspect_entry
from lmc_cases.core.errors import Conflict, StaleVersion
from lmc_cases.core.history import save_as
from lmc_cases.jurisdictions.access import Action
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.details import TYPED_FIELDS, DocumentDetails, PersonDetails, columns_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class Coded(StrEnum):
    """Reasons on history rows that are not an officer's words."""

    IMPORTED = "imported"
    IMPORT_REMOVED = "import removed"
    PHOTOGRAPH = "photograph"
    DOCUMENT_ADDED = "document added"
    DOCUMENT_REMOVED = "document removed"


class PersonErased(Conflict):
    """Only the number in the case is left of the person."""


@transaction.atomic
def add_suspect(
    *,
    actor: User,
    case_id: UUID,
    details: PersonDetails,
    documents: Iterable[DocumentDetails] = (),
    new_id: UUID | None = None,
    import_run: UUID | None = None,
    import_row: int | None = None,
    import_fingerprint: str = "",
) -> Suspect:
    """Add a person to a case of the own country, or to one whose share lets the own country contribute.

    The number in the case is the next one.

    Args:
        new_id: public id to give (``core.once``); sent again, the person made the first time is returned.
        import_run: public id of the import that brings the person, with its row and fingerprint.

    Raises:
        Case.DoesNotExist: foreign and missing alike.
        CaseClosed: the case is closed.
        InvalidInput: see ``columns_of``.
    """
    from lmc_cases.suspects.services.documents import put_document
    from lmc_cases.suspects.services.papers import put_person_marks

    entry = lock_case_to_add(actor, case_id, Action.EDIT)
    case = entry.case
    documents = list(documents)
    made = None if new_id is None else Suspect.objects.filter(uuid=new_id, case=case).first()
    if made is not None:
        return made
    suspect = Suspect(
        uuid=new_id or uuid4(),
        case=case,
        **entry.columns,
        **columns_of(details),
        import_run=import_run,
        import_row=import_row,
        import_fingerprint=import_fingerprint,
    )
    suspect.number = take_numbers(case.pk)
    announce(entry, suspect.uuid, CaseShareItem.Kind.SUSPECT)
    save_as(suspect, actor=actor)
    for document in documents:
        put_document(suspect, document, actor=actor, import_run=import_run)
    put_search_entry(suspect)
    if documents:
        put_person_marks(suspect)
    finish_adding(entry, actor, "suspect")
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="suspect.added",
        target=suspect,
        recipient=case.owner if entry.is_contribution else None,
        codes={"category": suspect.category},
    )
    return suspect


@transaction.atomic
def edit_suspect(
    *, actor: User, suspect_id: UUID, version: int, details: PersonDetails, reason: str = ""
) -> Suspect:
    """Change what is said of a person.

    Saving what already stands writes nothing, also when someone else saved it first.

    Raises:
        Suspect.DoesNotExist: foreign and missing alike.
        StaleVersion: someone saved the person since ``version`` was read, and differently.
        InvalidInput: see ``columns_of``.
    """
    suspect = lock_suspect(actor, suspect_id)
    columns = columns_of(details)
    changed = [name for name, value in columns.items() if getattr(suspect, name) != value]
    if not changed:
        return suspect
    if suspect.version != version:
        raise StaleVersion(
            _("Someone else changed this person while you were editing."),
            theirs=as_typed(suspect),
            version=suspect.version,
            at=suspect.updated_at,
        )
    for name, value in columns.items():
        setattr(suspect, name, value)
    save_changed(suspect, actor=actor, reason=reason)
    put_search_entry(suspect)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="suspect.edited",
        target=suspect,
        reason=reason,
        codes={"fields": sorted(set(changed) & set(TYPED_FIELDS))},
    )
    return suspect


def as_typed(suspect: Suspect) -> dict[str, str]:
    """Return the stored values as the form writes them."""
    return {
        name: "\n".join(suspect.aliases) if name == "aliases" else str(getattr(suspect, name))
        for name in TYPED_FIELDS
    }


def lock_open_case(actor: User, case_id: UUID) -> Case:
    """Return the case, locked, if the officer may edit it and it is not closed."""
    case = lock_case(actor, case_id, Action.EDIT)
    if case.status == Case.Status.CLOSED:
        raise CaseClosed(_("The case is closed: nothing in it can be changed."))
    return case


def lock_suspect(actor: User, suspect_id: UUID) -> Suspect:
    """Return the person, locked with the case (the case first: one order for all), if the officer may edit it.

    What the own country contributed to another's case is locked alone: it may be changed when the case is closed to
    its contributor, or closed.

    Raises:
        CaseClosed, PersonErased, UseLimited: nothing may be changed.
    """
    from lmc_cases.suspects.services.standing import check_usable

    suspect = lock_person(actor, suspect_id)
    if not suspect.is_contributed and suspect.case.status == Case.Status.CLOSED:
        raise CaseClosed(_("The case is closed: nothing in it can be changed."))
    check_usable(suspect)
    return suspect


def lock_person(actor: User, suspect_id: UUID) -> Suspect:
    """Return the person, locked with the case, whether or not the case is closed or the record's use is limited.

    Raises:
        Suspect.DoesNotExist: foreign and missing alike.
        PersonErased: nothing of the person is left.
    """
    held = Suspect.objects.owned_with(actor, Action.EDIT).get(uuid=suspect_id)
    case = None if held.is_contributed else lock_case(actor, held.case.uuid, Action.EDIT)
    suspect = Suspect.objects.select_for_update(of=("self",)).get(pk=held.pk)
    if suspect.erased_at is not None:
        raise PersonErased(_("The data of this person were erased: nothing can be added to them."))
    if case is not None:
        suspect.case = case
    return suspect


def save_changed(suspect: Suspect, *, actor: User, reason: str) -> None:
    """Count the version up, save with history, and say that the case changed."""
    suspect.version += 1
    suspect.updated_at = timezone.now()
    save_as(suspect, actor=actor, reason=reason)
    if not suspect.is_contributed:
        mark_changed(suspect.case, actor, "suspect")


def take_numbers(case_pk: int, count: int = 1) -> int:
    """Take the next ``count`` numbers of a case and return the first; the counter stays locked until the end."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO suspects_suspectcounter AS c (case_id, last) VALUES (%s, %s)"
            " ON CONFLICT (case_id) DO UPDATE SET last = c.last + excluded.last RETURNING last",
            [case_pk, count],
        )
        last = int(cursor.fetchone()[0])
    return last - count + 1


def put_search_entry(suspect: Suspect) -> None:
    """Write what the person is found by: names of every script."""
    put_suspect_entry(
        case_id=suspect.case_id,
        object_uuid=suspect.uuid,
        level=Level(suspect.level),
        names=[suspect.name_original, suspect.name_romanised, *suspect.aliases],
    )
