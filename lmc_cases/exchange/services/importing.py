"""From an uploaded file to an import that a worker owes: looked at, confirmed, or thrown away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django.core.files import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services.contents import for_reading, sealed_part
from lmc_cases.exchange.services.files import FileChanged, received, stored
from lmc_cases.exchange.services.lists import Choices, checked_mapping
from lmc_cases.exchange.services.looking import look_at
from lmc_cases.jurisdictions.access import Action
from lmc_cases.keys.sealing import destroy_keys
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.people import lock_open_case

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class ImportNotWaiting(Conflict):
    """The import was started or thrown away before."""


@transaction.atomic
def start_import(
    *, actor: User, case_id: UUID, kind: str, upload: File[bytes], new_id: UUID | None = None
) -> ImportRun:
    """Keep a file and say what importing it would do; nothing of it is in the case yet.

    ``run.report["look"]`` holds what was found, ``run.mapping`` the proposed columns of a list.

    Args:
        kind: an ``ImportRun.Kind``.
        upload: the file; it is read in pieces.
        new_id: public id to give (``core.once``); sent again, the import made the first time is returned.

    Raises:
        Case.DoesNotExist: foreign and missing alike; also without the right to edit.
        CaseClosed: the case is closed.
        InvalidInput: too large, broken, of another kind; nothing is kept then.
    """
    if kind not in ImportRun.Kind.values:
        raise InvalidInput("kind", _("Choose a value from the list."))
    case = lock_open_case(actor, case_id)
    made = None if new_id is None else ImportRun.objects.filter(uuid=new_id, case=case).first()
    if made is not None:
        return for_reading(made)
    with received(upload) as taken:
        look, mapping = look_at(
            actor=actor, case=case, kind=kind, path=taken.path, mapping=None, choices=Choices()
        )
        run = ImportRun(
            uuid=new_id or uuid4(),
            case=case,
            kind=kind,
            file_name=taken.name,
            file_sha256=taken.sha256,
            mapping=_as_json(mapping),
            rows_total=look["rows_total"],
            requested_by=actor,
        )
        run.report = {"look": sealed_part(run, look)}
        with taken.path.open("rb") as source:
            run.file.save(taken.name, File(source), save=False)
    try:
        save_as(run, actor=actor, reason="uploaded")
        record(
            actor=actor,
            operation=Operation.COLLECTION,
            verb="import.uploaded",
            target=run,
            codes={"kind": kind, "sha256": taken.sha256, "size": taken.size_bytes},
        )
    except BaseException:
        run.file.storage.delete(run.file.name or "")
        raise
    return for_reading(run)


@transaction.atomic
def look_again(
    *, actor: User, run_id: UUID, mapping: Mapping[Any, str], category: str = Suspect.Category.SUSPECT
) -> ImportRun:
    """Look at a waiting list with other columns.

    Raises:
        ImportRun.DoesNotExist, ImportNotWaiting, InvalidInput: as for ``confirm_import``.
    """
    run = _lock_waiting(actor, run_id)
    given = {int(key): name for key, name in mapping.items() if name}
    choices = Choices(category=_category(category))
    try:
        with stored(run) as path:
            look, checked = look_at(
                actor=actor,
                case=run.case,
                kind=run.kind,
                path=path,
                mapping=given if run.kind == ImportRun.Kind.SUSPECT_LIST else None,
                choices=choices,
            )
    except FileChanged as error:
        raise InvalidInput("", _file_is_gone()) from error
    run.mapping = _as_json(checked)
    run.report = {"look": sealed_part(run, look), "choices": {"category": choices.category}}
    run.rows_total = look["rows_total"]
    save_as(run, actor=actor, reason="looked again")
    record(actor=actor, operation=Operation.CONSULTATION, verb="import.looked_at", target=run)
    return for_reading(run)


@transaction.atomic
def confirm_import(
    *,
    actor: User,
    run_id: UUID,
    mapping: Mapping[Any, str] | None = None,
    duplicates_confirmed: bool = False,
    rows_confirmed: Collection[int] = (),
    category: str = Suspect.Category.SUSPECT,
    wake: bool = True,
) -> ImportRun:
    """Say that the import shall be carried out, in the officer's name.

    Args:
        mapping: column index to field name, "" to leave a column out; ``None`` takes the proposal. Lists only.
        duplicates_confirmed: take all persons who look like somebody the case or the list has.
        rows_confirmed: take these of them: row numbers of a list, positions of persons in a bundle.
        category: of persons of whom the file says nothing.
        wake: wake a worker; a command that carries the import out itself does not.

    Raises:
        ImportRun.DoesNotExist: foreign and missing alike; also without the right to edit.
        ImportNotWaiting: it was confirmed or thrown away before.
        InvalidInput: see ``checked_mapping``; an unknown category.
    """
    run = _lock_waiting(actor, run_id)
    if run.kind == ImportRun.Kind.SUSPECT_LIST:
        chosen = run.mapping if mapping is None else mapping
        run.mapping = _as_json(checked_mapping(chosen, len(run.report["look"]["headers"])))
    run.duplicates_confirmed = duplicates_confirmed
    run.report["choices"] = {"category": _category(category), "rows": sorted(set(rows_confirmed))}
    run.requested_by = actor
    run.job_state = JobState.QUEUED
    run.queued_at = timezone.now()
    save_as(run, actor=actor, reason="confirmed")
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="import.confirmed",
        target=run,
        codes={"duplicates_confirmed": duplicates_confirmed, "rows_confirmed": len(set(rows_confirmed))},
    )
    if wake:
        run.wake()
    return run


@transaction.atomic
def discard_import(*, actor: User, run_id: UUID) -> ImportRun:
    """Throw a waiting import away, and its file.

    Raises:
        ImportRun.DoesNotExist, ImportNotWaiting: as for ``confirm_import``.
    """
    run = _lock_waiting(actor, run_id)
    storage, name = run.file.storage, run.file.name or ""
    run.job_state = JobState.CANCELLED
    run.finished_at = timezone.now()
    # The look holds rows of the file; without the key nobody reads them in the history either.
    run.report = {}
    destroy_keys([run.uuid])
    save_as(run, actor=actor, reason="thrown away")
    record(actor=actor, operation=Operation.ERASURE, verb="import.discarded", target=run)
    transaction.on_commit(lambda: storage.delete(name))
    return run


def _lock_waiting(actor: User, run_id: UUID) -> ImportRun:
    run = (
        ImportRun.objects.owned_with(actor, Action.EDIT)
        .select_related("case")
        .select_for_update(of=("self",))
        .get(uuid=run_id)
    )
    if run.job_state != JobState.NEW:
        raise ImportNotWaiting(_("This import was started or thrown away before."))
    return run


def _category(code: str) -> str:
    if code not in Suspect.Category.values:
        raise InvalidInput("category", _("Choose a value from the list."))
    return code


def _as_json(mapping: Mapping[int, str]) -> dict[str, str]:
    return {str(column): name for column, name in sorted(mapping.items())}


def _file_is_gone() -> str:
    return _("The uploaded file is not there any more, or was changed. Upload it again.")
