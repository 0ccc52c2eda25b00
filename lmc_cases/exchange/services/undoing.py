"""Take a whole import back. What was worked on since, or went into a handover, stays and is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case
from lmc_cases.cases.services.casework import mark_changed
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState
from lmc_cases.core.text import clean_text
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.imported import withdraw_import
from lmc_cases.exchange.models import ImportRun
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.access import Action
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.bulk import remove_import
from lmc_cases.suspects.services.people import lock_open_case

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class ImportNotUndoable(Conflict):
    """It is not done yet, or was undone before."""


@transaction.atomic
def undo_import(*, actor: User, run_id: UUID, reason: str) -> ImportRun:
    """Remove the persons an import brought and withdraw its exhibits; their histories stay.

    ``run.report["undo"]`` says how many are gone and names what stays, by numbers in the case.

    Raises:
        ImportRun.DoesNotExist: foreign and missing alike; also without the right to edit.
        CaseClosed: the case is closed.
        InvalidInput: no reason.
        ImportNotUndoable: it is not done, or was undone before.
    """
    why = clean_text(reason)
    found = ImportRun.objects.owned_with(actor, Action.EDIT).select_related("case").get(uuid=run_id)
    if not why:
        raise InvalidInput("reason", _("Give the reason."))
    # The case before the run, as everywhere.
    case = lock_open_case(actor, found.case.uuid)
    run = ImportRun.objects.select_for_update(of=("self",)).get(pk=found.pk)
    run.case = case
    if run.job_state != JobState.DONE or run.undone_at is not None:
        raise ImportNotUndoable(_("Only an import that is done, and was not undone before, can be undone."))
    people = remove_import(actor=actor, import_run=run.uuid)
    withdrawn, kept = withdraw_import(
        actor=actor, case=case, import_run=run.uuid, reason=why, keep=_disclosed(case, run.uuid)
    )
    run.undone_at = timezone.now()
    run.undone_by = actor
    stay = Suspect.objects.filter(case=case, import_run=run.uuid).order_by("number")
    run.report["undo"] = {
        "removed": people.removed,
        "kept": people.kept,
        "kept_numbers": list(stay.values_list("number", flat=True)[:500]),
        "withdrawn": [item.exhibit_number for item in withdrawn],
        "exhibits_kept": [item.exhibit_number for item in kept],
    }
    save_as(run, actor=actor, reason=why)
    if withdrawn:
        mark_changed(case, actor, "import undone")
    record(
        actor=actor,
        operation=Operation.ERASURE,
        verb="import.undone",
        target=run,
        reason=why,
        codes={
            "removed": people.removed,
            "kept": people.kept,
            "withdrawn": len(withdrawn),
            "exhibits_kept": len(kept),
        },
    )
    return run


def _disclosed(case: Case, import_run: UUID) -> set[UUID]:
    """Return the exhibits of the import that a handover's frozen disclosure names, whatever its shape."""
    texts = [
        json.dumps(disclosed)
        for disclosed in HandoverRequest.objects.filter(case=case).values_list("disclosed", flat=True)
    ]
    items = EvidenceItem.objects.filter(case=case, import_run=import_run).values_list("uuid", flat=True)
    return {item for item in items if any(str(item) in text or item.hex in text for text in texts)}
