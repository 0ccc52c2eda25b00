"""Rules of services, read from the syntax: who acts is named first, every change leaves a record, nothing runs unseen."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import (
    PACKAGE,
    Module,
    called,
    functions,
    modules,
    service_modules,
)

# Steps of another service's transaction: they lock, read or add to what the caller records. No surface calls them.
STEPS = {
    "assistance.services.asking.addressees",
    "assistance.services.asking.case_to_ask_in",
    "assistance.services.asking.instruments_for",
    "assistance.services.printing.compose",
    "assistance.services.printing.documents_of",
    "assistance.services.reading.assistance_among",
    "assistance.services.reading.page_of_assistance",
    "assistance.services.rows.check_stands",
    "assistance.services.rows.locked",
    "assistance.services.rows.may_answer_for",
    "assistance.services.rows.may_ask_for",
    "assistance.services.rows.note_given",
    "assistance.services.rows.pieces_of",
    "assistance.services.rows.save_changed",
    "assistance.services.rows.terms_of",
    "accounts.services.managing.other_officer",
    "accounts.services.rights.agencies_managed_by",
    "cases.services.casework.fields.check_classification",
    "cases.services.casework.rows.lock_case",
    "cases.services.casework.rows.lock_open_case",
    "cases.services.casework.rows.mark_changed",
    "cases.services.casework.asking.answer_requests",
    "cases.services.casework.asking.translations_to_make",
    "cases.services.casework.machine.machine_for",
    "cases.services.casework.writing.put_text",
    "cases.services.choices.colleagues",
    "cases.services.choices.may_request_handover",
    "cases.services.sharing.answering.may_decide",
    "cases.services.sharing.terms.checked_terms",
    "cases.services.choices.operations",
    "cases.services.sharing.making.case_of",
    "cases.services.consent.subjects.may_ask_to_pass_on",
    "cases.services.consent.subjects.record_step",
    "cases.services.consent.subjects.holds_share",
    "cases.services.consent.asking.new_request",
    "cases.services.consent.passing_on.case_to_share",
    "cases.services.contributing.finish_adding",
    "cases.services.contributing.lock_case_to_add",
    "cases.services.contributing.may_contribute",
    "cases.services.handling.withhold",
    "cases.services.ledger.writing.from_abroad",
    "cases.services.explaining.agencies_to_ask",
    "cases.services.explaining.countries_to_ask",
    "cases.services.explaining.officers_to_ask",
    "cases.services.explaining.subject_asked",
    "crossings.services.counting.settle",
    "crossings.services.people.seatable",
    "crossings.services.people.travellers_of",
    "crossings.services.people.victims_among",
    "crossings.services.planning.check_ready",
    "crossings.services.planning.put_on",
    "crossings.services.rows.locked",
    "crossings.services.rows.locked_to_plan",
    "crossings.services.rows.may_begin",
    "crossings.services.rows.may_plan",
    "crossings.services.rows.save_changed",
    "crossings.services.rows.marking_side_of",
    "crossings.services.rows.side_of",
    "crossings.services.splitting.crossings_of_split",
    "crossings.services.composing.compose",
    "crossings.services.composing.handling_of",
    "crossings.services.composing_manifest.compose_manifest",
    "crossings.services.manifests.manifests_of",
    "crossings.services.manifests.newest_manifest",
    "crossings.services.printing.owe_documents",
    "crossings.services.receipts.is_current",
    "crossings.services.receipts.may_answer",
    "crossings.services.receipts.receipt_is_answered",
    "desk.services.rows.locked_version",
    "dossiers.services.issuing.note_issued",
    "dossiers.services.languages.check_languages",
    "dossiers.services.owing.owe_both",
    "dossiers.services.printing.queue",
    "dossiers.services.printing.try_again",
    "dossiers.services.previewing.case_to_preview",
    "evidence.services.custody.chain_of",
    "evidence.services.keeping.item_to_keep",
    "evidence.services.keeping.lock_case_to_keep",
    "evidence.services.keeping.lock_item_to_keep",
    "evidence.services.keeping.note_change",
    "evidence.services.reading.history_of",
    "evidence.services.reading.parts_of",
    "evidence.services.reading.with_parent",
    "handovers.services.disclosure.disclose",
    "handovers.services.disclosure.exhibits_to_disclose",
    "handovers.services.disclosure.persons_as_seen",
    "handovers.services.disclosure.restrictions_to_confirm",
    "handovers.services.disclosure.hand_out",
    "handovers.services.disclosure.pieces_of_request",
    "handovers.services.assessing.decide_counts",
    "handovers.services.counting.drop_counts",
    "handovers.services.belongings.exhibits_of",
    "handovers.services.belongings.may_keep_list",
    "handovers.services.belongings.property_of",
    "handovers.services.custody.may_record_hand",
    "handovers.services.custody.sides_to_correct",
    "handovers.services.allocating.allocations_of",
    "handovers.services.allocating.may_allocate",
    "handovers.services.assuring.add_assurance",
    "handovers.services.assuring.may_assure",
    "handovers.services.followed.assurances_of",
    "handovers.services.followed.duties_of",
    "handovers.services.followed.following_of",
    "handovers.services.following.owe_after_handover",
    "handovers.services.extending.may_extend",
    "handovers.services.extending.extendable",
    "handovers.services.following.side_acting",
    "handovers.services.checking.side_of",
    "handovers.services.checking_many.persons_together",
    "handovers.services.checking_many.waiting_together",
    "handovers.services.drafting.case_to_ask_from",
    "handovers.services.drafting.case_to_offer_from",
    "handovers.services.drafting.may_ask_from",
    "handovers.services.drafting.may_offer_from",
    "handovers.services.drafting.may_open",
    "handovers.services.drafting.shares_to_offer",
    "handovers.services.gates.check_gates",
    "handovers.services.giving.check_may_give",
    "handovers.services.giving.may_give_papers",
    "handovers.services.stated.stated_in",
    "handovers.services.stated.statements_of",
    "handovers.services.stating.check_may_state",
    "handovers.services.stating.drop_statements",
    "handovers.services.stating.forget_unsent",
    "handovers.services.stating.may_state",
    "handovers.services.grounds.check_may_mark",
    "handovers.services.grounds.may_mark",
    "handovers.services.grounds.own_view",
    "handovers.services.whole_lists.case_of",
    "handovers.services.whole_lists.imports_of",
    "handovers.services.whole_lists.nationalities_of",
    "handovers.services.steps.step_for",
    "handovers.services.steps.locked",
    "handovers.services.steps.step_with_check",
    "handovers.services.steps.take",
    "handovers.services.steps.taken_already",
    "evidence.services.erasing.erase_content",
    "keys.services.country_managed_by",
    "privacy.services.records.lock_record",
    "privacy.services.records.record_of",
    "suspects.services.documents.put_document",
    "suspects.services.erasing.erase_informant",
    "suspects.services.erasing.erase_person",
    "suspects.services.people.lock_open_case",
    "suspects.services.people.lock_person",
    "suspects.services.people.lock_suspect",
    "suspects.services.people.save_changed",
}
# Writes past ``save_as`` in services: the table keeps no history of its own, or the history is written beside it.
WRITES = {
    "accounts.services.desks": {
        "Notice.objects.get_or_create": "a notice says that something waits; the act it tells of has the record",
        "Notice.objects.filter(pk=notice.pk, read_at__isnull=True).update": "put away; the row keeps who and when",
        "put_away.update": "given anew: the act it tells of has the record",
    },
    "accounts.services.invitations": {
        "Invitation.objects.create": "an invitation keeps no history; the audit does",
    },
    "accounts.services.addresses": {
        "EmailAddress.objects.create": "the sign-in library's table",
        "EmailAddress.objects.filter(user=user).delete": "the sign-in library's table",
    },
    "accounts.services.officers": {
        "EmailAddress.objects.create": "the sign-in library's table",
        "SocialAccount.objects.filter(user=user).delete": "the way in by a provider, of an officer who left",
        "Authenticator.objects.filter(user=user).delete": "a lost factor must be gone; the audit keeps that it was",
        "AuthToken.objects.filter(user=user).delete": "tokens of an officer who left",
    },
    "accounts.services.postings": {
        "AuthToken.objects.filter(user=user).delete": "tokens of a posting that ended; the audit keeps how many",
    },
    "accounts.services.sessions": {
        "SignedInSession.objects.filter(last_seen_at__lt=until).delete": "sessions of long ago; the audit keeps sign-ins",
    },
    "accounts.services.rights": {
        "Role.objects.update_or_create": "roles are reference data, loaded by the product",
        "Group.objects.get_or_create": "groups follow roles; the assignment has the history",
        "held.delete": "guardian's rows follow roles",
        "held.exclude(permission__codename__in=actions).delete": "guardian's rows follow roles",
    },
    "accounts.services.sign_in": {
        "User.objects.get_queryset().filter(pk=user.pk).update": "the time of the last sign-in; the audit has each",
    },
    "accounts.services.tokens": {
        "AuthToken.objects.filter(user=user, expiry__lt=timezone.now()).delete": "tokens that ended",
        "AuthToken.objects.create": "the token library's table; the audit keeps who made it",
        "TokenPurpose.objects.create": "stands and falls with its token; the audit keeps it",
        "AuthToken.objects.filter(user=user).delete": "revoked tokens; the audit keeps who did it",
    },
    "audit.services.checkpoints": {
        "CheckpointDelivery.objects.get_or_create": "append-only: a receipt; the audit has it too",
    },
    "audit.services.exporting": {"AuditExport.objects.create": "a job; the audit keeps who asked for what"},
    "audit.services.recording": {
        "AuditReason.objects.create": "the record itself",
        "AuditEvent.objects.bulk_create": "the record itself, one event for each of many",
    },
    "audit.services.sealing": {
        "AuditCheckpoint.objects.get_or_create": "append-only: its rows are the history"
    },
    "cases.services.ledger.writing": {
        "Disclosure.objects.bulk_create": "append-only: its rows are the history"
    },
    "cases.services.reading_reasons": {
        "ReadingReason.objects.bulk_create": "append-only: its rows are the history",
    },
    "cases.services.search": {
        "SearchEntry.objects.update_or_create": "a search index, derived from records with history",
        "SearchEntry.objects.filter(kind=kind, object_uuid=object_uuid).delete": "a search index",
        "NumberMark.objects.filter(object_uuid=object_uuid).delete": "marks, derived from documents with history",
        "NumberMark.objects.bulk_create": "marks, derived from documents with history",
    },
    "crossings.services.manifests": {
        "ManifestRequest.objects.bulk_create": "follows from the facts of the document, which has the history",
    },
    "crossings.services.planning": {
        "CrossingRequest.objects.bulk_create": "follows from the seats, which have the history",
        "crossing.requests.exclude(handover__in=left).delete": "follows from the seats, which have the history",
        "crossing.manifest.filter(is_live=True).update": "the end of the crossing, whose history says it",
    },
    "keys.services": {"source.create": "a key at the provider, no queryset"},
    "evidence.services.files": {"CustodyEvent.objects.create": "append-only: its rows are the history"},
    "evidence.services.imported": {"CustodyEvent.objects.create": "append-only: its rows are the history"},
    "evidence.services.items": {"CustodyEvent.objects.create": "append-only: its rows are the history"},
    "exports.services.asking": {
        "ListExport.objects.bulk_create": "a job; the audit keeps who asked for what"
    },
    "handovers.services.checking_many": {
        "PersonCheck.objects.bulk_create": "append-only: its rows are the history",
        "PersonCheckGrounds.objects.bulk_create": "append-only: its rows are the history",
    },
    "handovers.services.calendars": {
        "CalendarAddress.objects.visible_to(actor).delete": "a secret that ends must be gone; the audit keeps that it was",
    },
    "handovers.services.allocating": {
        "Allocation.objects.bulk_create": "append-only: its rows are the history",
    },
    "handovers.services.following": {
        "Duty.objects.bulk_create": "append-only: its rows are the history",
        "DutyReport.objects.bulk_create": "append-only: its rows are the history",
    },
    "handovers.services.stating": {
        "RequestStatement.objects.filter(subject=subject).delete": "of a draft, with its person; the change is recorded",
    },
    "handovers.services.thread": {
        "MessageReading.objects.bulk_create": "append-only: its rows are the history",
    },
    "dossiers.services.drawing": {
        "DossierRunItem.objects.filter(pk=item_id, state=State.WAITING).update": "a row of a run; the run has the history",
    },
    "dossiers.services.runs": {
        "DossierRunItem.objects.bulk_create": "rows of a run; the run has the history",
        "failed.update": "rows of a run; the run has the history, the audit keeps how many",
    },
    "jurisdictions.services": {
        "RetentionRule.objects.update_or_create": "reference data, loaded by the product",
        "BorderPoint.objects.update_or_create": "reference data, loaded by the product",
        "Typology.objects.update_or_create": "reference data, loaded by the product",
        "AnswerTime.objects.update_or_create": "reference data, loaded by the product",
        "DeskRule.objects.update_or_create": "reference data, loaded by the product",
        "ConsentDeadline.objects.update_or_create": "reference data, loaded by the product",
        "Jurisdiction.objects.create": "reference data, loaded by the product",
        "Jurisdiction.objects.filter(pk=country.pk).update": "reference data, loaded by the product",
        "Agency.objects.create": "reference data, loaded by the product",
        "Agency.objects.filter(pk=agency.pk).update": "reference data, loaded by the product",
    },
    "evidence.services.erasing": {"states.update": "an erasure reaches the past states; it is recorded"},
    "suspects.services.erasing": {
        "states.update": "an erasure reaches the past states; it is recorded",
        "papers_past.filter(suspect_id=suspect.pk).update": "an erasure reaches the past states; it is recorded",
        "past.filter(id=informant.pk).update": "an erasure reaches the past states; it is recorded",
    },
    "suspects.services.bulk": {"person.update": "a dictionary of columns, no queryset"},
}
PAST_HISTORY = {
    "update",
    "bulk_create",
    "bulk_update",
    "delete",
    "create",
    "get_or_create",
    "update_or_create",
}
NO_TABLE = {"storage", "default_storage", "digest"}
SAVES = {"save_as", "delete_as", "save_many_as", "create_many_as"}
# Changes that the caller's own record names.
RECORDED_BY_CALLERS = {
    "handovers.services.assessing.decide_counts": "part of a decision, which records what was granted",
    "handovers.services.counting.drop_counts": "part of a change of a draft, which is recorded",
    "accounts.services.officers.set_language": "the officer's own choice of words on the screen; history keeps it",
    "cases.services.casework.asking.answer_requests": "part of checking a translation, which is recorded",
    "cases.services.casework.writing.put_text": "words of a text; the caller records who or what wrote them",
    "cases.services.contributing.finish_adding": "the end of adding an item; the caller records which",
    "cases.services.handling.withhold": "part of withholding an item, which the caller records",
    "cases.services.casework.rows.mark_changed": "moves a case to the top of the list; the caller records why",
    "crossings.services.counting.settle": "follows from marks and counts, which the caller records",
    "assistance.services.rows.save_changed": "the end of each change of a request; the caller records which",
    "crossings.services.rows.save_changed": "the end of each change of a crossing; the caller records which",
    "evidence.services.imported.add_exhibits": "part of an import, which is recorded once, with its counts",
    "evidence.services.imported.withdraw_import": "part of an undone import, which is recorded once, with its counts",
    "evidence.services.erasing.erase_content": "part of an erasure, which privacy.services.erasing records",
    "suspects.services.erasing.erase_informant": "part of an erasure, which privacy.services.erasing records",
    "suspects.services.erasing.erase_person": "part of an erasure, which privacy.services.erasing records",
    "suspects.services.documents.put_document": "part of recording a person, or of an added document",
    "suspects.services.people.save_changed": "the end of each change of a person; the caller records which",
}


def with_actor() -> Iterator[tuple[str, ast.FunctionDef]]:
    for module in service_modules():
        for function in functions(module.tree):
            named = [
                a.arg for a in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
            ]
            if not function.name.startswith("_") and "actor" in named:
                yield f"{module.name}.{function.name}", function


@pytest.mark.parametrize(("name", "function"), [pytest.param(*pair, id=pair[0]) for pair in with_actor()])
def test_who_acts_is_named_first_and_by_keyword(name: str, function: ast.FunctionDef) -> None:
    positional = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    if name in STEPS:
        assert positional, f"{name} takes keywords only now: take it from the list"
        return
    assert not positional
    assert function.args.kwonlyargs[0].arg == "actor"


def test_no_surface_writes_through_a_step() -> None:
    """A step belongs to a caller's transaction and record; those that write are called by services alone."""
    writing = {
        "mark_changed",
        "owe_both",
        "disclose",
        "hand_out",
        "locked",
        "lock_case",
        "lock_suspect",
        "lock_item_to_keep",
    }
    writing |= {"erase_person", "erase_informant", "erase_content", "lock_person", "lock_record"}
    writing |= {"make_share", "add_to_share", "take_effect", "open_by_name", "case_to_share"}
    writing |= {"finish_adding", "lock_case_to_add", "note_change", "withhold"}
    writing |= {"put_document", "save_changed", "add_exhibits", "withdraw_import"}
    writing |= {"put_on", "settle", "locked_to_plan"}
    writing |= {"decide_counts", "drop_counts", "locked_version"}
    for module in modules():
        if {"views", "api", "tasks"} & set(module.parts[1:]):
            assert not called(module.tree) & writing, module.name


@pytest.mark.parametrize("module", service_modules(), ids=lambda module: module.name)
def test_writes_past_the_history_are_listed_with_their_reason(module: Module) -> None:
    listed = set(WRITES.get(module.name, {}))
    found = set(_writes(module.tree))
    assert found == listed


def _writes(tree: ast.Module) -> Iterator[str]:
    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
            continue
        written = ast.unparse(call.func)
        on = ast.unparse(call.func.value)
        if call.func.attr not in PAST_HISTORY or on.rpartition(".")[2] in NO_TABLE:
            continue
        if "objects" in on or call.func.attr != "update" or call.args == []:
            # A dictionary's and a hash's update take a positional argument; a queryset's never does.
            yield written


@pytest.mark.parametrize("module", service_modules(), ids=lambda module: module.name)
def test_what_writes_is_recorded(module: Module) -> None:
    """A public service that saves also records, itself or through a function of its module or app that it calls."""
    within = _calls_of_app(module.parts[0])
    for function in functions(module.tree):
        name = f"{module.name}.{function.name}"
        if function.name.startswith("_") or name in RECORDED_BY_CALLERS:
            continue
        reach = _reach(function, within)
        if reach & SAVES:
            assert reach & {"record", "record_each"}, f"{name} changes a record and leaves no audit event"


def _calls_of_app(app: str) -> dict[str, set[str]]:
    """Each function of an app's services with the names it calls."""
    found: dict[str, set[str]] = {}
    for module in service_modules():
        if module.parts[0] == app:
            for function in functions(module.tree):
                found.setdefault(function.name, set()).update(called(function))
    return found


def _reach(function: ast.FunctionDef, within: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    pending = called(function)
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending |= within.get(name, set()) - reached
    return reached


def test_no_signal_of_a_model_carries_a_rule() -> None:
    signals = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init"}
    for module in modules():
        used = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}
        used |= {
            alias.name
            for node in ast.walk(module.tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert not used & signals, module.name


def test_nobody_asks_whether_somebody_is_superuser() -> None:
    """Running the server is no reason to read a case (decision record 3)."""
    for module in modules():
        if "models" not in module.parts:
            assert "is_superuser" not in module.path.read_text(encoding="utf-8"), module.name


def test_only_the_dossier_renderer_knows_the_pdf_library() -> None:
    importing = set()
    for module in modules():
        for node in ast.walk(module.tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module:
                names.append(node.module)
            if any(name.partition(".")[0] == "weasyprint" for name in names):
                importing.add(".".join(module.parts[:2]))
    assert importing == {"dossiers.rendering"}


def test_no_file_is_too_long_to_read() -> None:
    long = {
        str(path.relative_to(PACKAGE)): lines
        for path in PACKAGE.rglob("*.py")
        if "migrations" not in path.parts and (lines := path.read_text(encoding="utf-8").count("\n")) > 600
    }
    assert not long


def test_the_tests_see_breaches() -> None:
    tree = ast.parse("Case.objects.filter(pk=1).update(status='X')\nrow.delete()\nnames.update(other)")
    assert set(_writes(tree)) == {"Case.objects.filter(pk=1).update", "row.delete"}
