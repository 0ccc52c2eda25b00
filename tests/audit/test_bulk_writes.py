"""What is written by the thousand leaves history and audit as single entries do: the rows are counted."""

from __future__ import annotations

import uuid

import pytest

from lmc_cases.audit.models import AuditEvent
from lmc_cases.suspects.models import IdentityDocument, Suspect
from lmc_cases.suspects.services.bulk import insert_suspects, remove_import
from tests.factories import officer, open_case
from tests.suspects.test_bulk import rows

COUNT = 137


@pytest.mark.django_db
def test_an_import_of_n_persons_leaves_n_states_and_one_event_that_says_n() -> None:
    thai = officer("TH")
    case = open_case(thai)
    run = uuid.uuid4()
    assert insert_suspects(actor=thai, case_id=case.uuid, rows=rows(COUNT), import_run=run) == COUNT
    assert Suspect.objects.filter(import_run=run).count() == COUNT
    assert Suspect.history.filter(import_run=run, history_type="+").count() == COUNT
    documents = IdentityDocument.objects.filter(import_run=run).count()
    assert IdentityDocument.history.filter(import_run=run, history_type="+").count() == documents
    [event] = AuditEvent.objects.filter(verb="suspects.imported")
    assert (event.codes["count"], event.codes["import_run"], event.actor) == (COUNT, str(run), thai)
    remove_import(actor=thai, import_run=run)
    assert Suspect.history.filter(import_run=run, history_type="-").count() == COUNT
    [event] = AuditEvent.objects.filter(verb="suspects.import_removed")
    assert (event.operation, event.codes["removed"]) == ("ERASURE", COUNT)
