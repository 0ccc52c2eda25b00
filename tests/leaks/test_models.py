"""Every model that holds case data, through its own ``visible_to``, for every kind of viewer.

A new model must be given its row here, or a reason why it needs none.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import connection, models, transaction

from lmc_cases.assistance.models import AssistanceDocument, AssistanceRequest
from lmc_cases.audit.models import AuditCheckpoint, AuditEvent, AuditExport, AuditReason
from lmc_cases.cases.models import (
    Case,
    CaseDetail,
    CaseNote,
    CaseOfficer,
    CaseShare,
    CaseShareItem,
    CaseText,
    CaseVisibility,
    ConsentRequest,
    Disclosure,
    EmergencyAccess,
    ItemVisibility,
    MachineDraft,
    NumberMark,
    Operation,
    OperationMember,
    ReadingReason,
    SearchEntry,
    ShareFollowUp,
    ShareResponse,
    TimelineEntry,
    TranslationRequest,
)
from lmc_cases.cases.services import casework, facets
from lmc_cases.crossings.models import (
    BorderPack,
    Crossing,
    CrossingRequest,
    HeadCount,
    ManifestDocument,
    ManifestRequest,
    Mark,
    Receipt,
    ReceiptDocument,
    ReceiptSignature,
    Seat,
)
from lmc_cases.desk.models import DossierComment, DossierCopy, DossierReview
from lmc_cases.dossiers.models import (
    Dossier,
    DossierRun,
    DossierRunItem,
    DossierSignature,
    LedgerDocument,
    RequestDocument,
)
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exports.models import ListExport
from lmc_cases.handovers.models import (
    Allocation,
    Assurance,
    CalendarAddress,
    CheckException,
    ClockExtension,
    ClockWarning,
    CompetingDecision,
    CompetingLink,
    Count,
    CountAssessment,
    CountDecision,
    Duty,
    DutyReminder,
    DutyReport,
    GroundMark,
    HandoverMessage,
    HandoverNote,
    HandoverRequest,
    HandoverSubject,
    MessageMention,
    MessageReading,
    PersonCheck,
    PersonCheckGrounds,
    PersonHand,
    PropertyItem,
    QuestionReminder,
    RequestPaper,
    RequestStatement,
)
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.privacy.models import Erasure, Review
from lmc_cases.suspects.models import IdentityDocument, Informant, Suspect
from tests.leaks.world import HOLDS, World

pytestmark = pytest.mark.leak

OWN = {"own", "supervisor"}
FULL = {*OWN, "full"}
SUMMARY = {*FULL, "summary"}
EXISTENCE = {*SUMMARY, "existence", "items"}
PERSON = {*FULL, "items"}

# Model -> who sees at least one row of the world's case.
SEEN_BY: dict[type[models.Model], set[str]] = {
    Case: EXISTENCE,
    CaseVisibility: EXISTENCE,
    CaseDetail: SUMMARY,
    CaseText: SUMMARY,
    SearchEntry: EXISTENCE,
    NumberMark: PERSON,
    TimelineEntry: FULL,
    # What was sent to a machine is the owner's own matter; what came of it is a text like others.
    MachineDraft: OWN,
    # Who asks, and who owns the case; no third country that reads the same text.
    TranslationRequest: FULL,
    CaseNote: OWN,
    CaseOfficer: OWN,
    CaseShare: EXISTENCE,
    CaseShareItem: {*OWN, "items"},
    ItemVisibility: {"full", "items"},
    ShareResponse: FULL,
    ShareFollowUp: {*OWN, "revoked"},
    ConsentRequest: FULL,
    Disclosure: EXISTENCE,
    ReadingReason: EXISTENCE,
    EmergencyAccess: OWN,
    LedgerDocument: OWN,
    Operation: OWN,
    OperationMember: OWN,
    Suspect: PERSON,
    IdentityDocument: PERSON,
    Informant: {"supervisor"},
    Review: OWN,
    Erasure: OWN,
    EvidenceItem: FULL,
    CustodyEvent: FULL,
    HandoverRequest: FULL,
    HandoverSubject: FULL,
    PersonCheck: FULL,
    PersonCheckGrounds: FULL,
    # Each side reads its own view.
    GroundMark: FULL,
    CheckException: FULL,
    PropertyItem: FULL,
    PersonHand: FULL,
    Assurance: FULL,
    Duty: FULL,
    DutyReport: FULL,
    DutyReminder: FULL,
    Allocation: {"full"},
    Count: FULL,
    CountAssessment: FULL,
    CountDecision: FULL,
    # The country that holds the person, and no country that asks.
    CompetingLink: OWN,
    CompetingDecision: OWN,
    HandoverNote: FULL,
    RequestPaper: FULL,
    RequestStatement: FULL,
    RequestDocument: FULL,
    ClockExtension: FULL,
    ClockWarning: FULL,
    Crossing: FULL,
    CrossingRequest: FULL,
    Seat: FULL,
    Mark: FULL,
    HeadCount: FULL,
    Receipt: FULL,
    ReceiptDocument: FULL,
    ManifestDocument: FULL,
    ManifestRequest: FULL,
    ReceiptSignature: FULL,
    HandoverMessage: FULL,
    MessageMention: FULL,
    MessageReading: FULL,
    QuestionReminder: FULL,
    CalendarAddress: {"own"},
    # The officer, and whoever audits the country.
    BorderPack: {"own", "supervisor"},
    Dossier: FULL,
    DossierSignature: FULL,
    # Here the other side returned the version; what a side's own review says otherwise: tests/desk.
    AssistanceRequest: FULL,
    AssistanceDocument: FULL,
    DossierReview: FULL,
    # Each side reads its own.
    DossierComment: FULL,
    DossierCopy: OWN,
    # The officer's own: a colleague's run of the same requests makes nothing twice.
    DossierRun: {"own"},
    DossierRunItem: {"own"},
    ImportRun: OWN,
    # The officer's own: not even whoever supervises reads it, or what was looked for.
    ListExport: {"own"},
    AuditEvent: {"supervisor", "root"},
    AuditReason: {"supervisor"},
    AuditExport: {"supervisor"},
    # Names no record: every officer may fetch it.
    AuditCheckpoint: set(HOLDS),
}
# Not rows of a case, with the reason.
EXEMPT = {
    "jurisdictions": "reference data, the same for everybody",
    "law": "proposed changes of law, of no case: tests/law",
    "accounts": "officers, not cases: tests/accounts",
    "auth": "groups carry grants only",
    "guardian": "grants on countries and agencies, read by access.py alone",
    "contenttypes": "Django's own",
    "sessions": "Django's own",
    "account": "sign-in addresses, the owner's only",
    "mfa": "second factors, the owner's only",
    "keys": "wrapped keys, of no use without a country's key: tests/keys",
    "socialaccount": "which account of a country's provider is which officer's",
    "knox": "hashed tokens",
}
EXEMPT_MODELS = {
    "cases.audienceset": "closed to the serving role; its sums: test_counters_count_what_the_rule_shows",
    "cases.facetcount": "closed to the serving role; its sums: test_counters_count_what_the_rule_shows",
    "cases.facetdelta": "closed to the serving role; its sums: test_counters_count_what_the_rule_shows",
    "cases.contributeditem": "source of the item read model, read by no surface",
    "cases.referencecounter": "counts references, read by no surface",
    "suspects.suspectcounter": "counts persons of a case, read by no surface",
    "dossiers.issuedfile": "closed to the serving role; answers to whole checksums: tests/crossings/test_verifying",
    "audit.auditepoch": "says when counting began anew",
    "audit.auditleaf": "hashes, in the order of the log",
    "audit.auditnode": "hashes",
    "audit.auditseal": "hashes",
    "audit.checkpointdelivery": "which country holds which checkpoint; names no record",
    "handovers.handovervisibility": "read model, read by HandoverRequest.visible_to alone",
}


def rows(model: type[models.Model], viewer: Any) -> models.QuerySet[Any]:
    return model.objects.visible_to(viewer)  # type: ignore[attr-defined,no-any-return]


@pytest.mark.django_db
def test_each_model_shows_each_viewer_no_more_than_the_rule(world: World) -> None:
    thai, supervisor = world.viewers["own"], world.viewers["supervisor"]
    casework.restrict_case(actor=thai, case_id=world.case.uuid, officer_ids=[supervisor.uuid], reason="named")
    from lmc_cases.cases.services import operations

    operations.invite_country(actor=thai, operation_id=world.parts["operation"].uuid, country_code="MM")
    expected = {model: set(viewers) for model, viewers in SEEN_BY.items()}
    expected[Operation] = expected[OperationMember] = {
        *OWN,
        "expired",
        "revoked",
        "items",
        "unconfirmed",
        "declined",
    }
    wrong = {}
    for model, viewers in expected.items():
        seen = {name for name in HOLDS if rows(model, world.viewers[name]).exists()}
        if seen != viewers:
            wrong[model.__name__] = {"leaked": sorted(seen - viewers), "lost": sorted(viewers - seen)}
    assert not wrong


@pytest.mark.django_db
@pytest.mark.parametrize("is_folded", [False, True])
def test_counters_count_what_the_rule_shows(world: World, is_folded: bool) -> None:
    """The only way to the counters is one function that asks the transaction who asks."""
    if is_folded:
        assert facets.fold() > 0
    wrong = {}
    for name in HOLDS:
        with acting_as(world.viewers[name]):
            counted = [(f.status, f.owner_id, f.cases) for f in facets.facets_of(world.viewers[name])]
        expected = [("OPEN", world.case.owner_id, 1)] if name in EXISTENCE else []
        if counted != expected:
            wrong[name] = counted
    assert not wrong
    assert facets.facets_of(AnonymousUser()) == []  # type: ignore[arg-type]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lmc.audiences', '', true)")
        cursor.execute("SELECT * FROM case_facets()")
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_history_shows_no_more_than_the_rows_themselves(world: World) -> None:
    wrong = {}
    for model, viewers in SEEN_BY.items():
        history: Callable[..., Any] | None = getattr(model, "history", None)
        if history is None or model in {CaseOfficer, OperationMember}:
            continue
        past = model.history  # type: ignore[attr-defined]
        seen = {name for name in HOLDS if past.visible_to(world.viewers[name]).exists()}
        if seen != viewers:
            wrong[model.__name__] = {"leaked": sorted(seen - viewers), "lost": sorted(viewers - seen)}
    assert not wrong


@pytest.mark.django_db
def test_anonymous_and_inactive_officers_see_no_row_at_all(world: World) -> None:
    inactive = world.viewers["own"]
    inactive.is_active = False
    for model in SEEN_BY:
        assert not rows(model, inactive).exists(), model
        if model not in {AuditEvent, AuditReason, AuditExport}:
            assert not rows(model, AnonymousUser()).exists(), model


def test_the_matrix_holds_every_model() -> None:
    missing = []
    for model in apps.get_models():
        label = model._meta.label_lower
        if model in SEEN_BY or label in EXEMPT_MODELS or model._meta.app_label in EXEMPT:
            continue
        if model.__name__.startswith("Historical") and model.instance_type in SEEN_BY:  # type: ignore[attr-defined]
            continue
        missing.append(label)
    assert not missing


def test_every_model_of_a_case_reads_through_the_rule() -> None:
    for model in SEEN_BY:
        assert callable(getattr(model.objects, "visible_to", None)), model  # type: ignore[attr-defined]
        if hasattr(model, "history"):
            assert callable(getattr(model.history, "visible_to", None)), model
