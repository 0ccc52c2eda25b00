"""One Thai case with everything in it, and officers on every side of the rule.

Each secret carries a mark of its own, so that a page can be searched for what its reader must not know.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.desks import tell_officer
from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.audit.listing import EventFilters
from lmc_cases.audit.models import AuditCheckpoint, AuditEpoch
from lmc_cases.audit.services.exporting import request_export
from lmc_cases.cases.models import Case, CaseShare, CaseText, Level, MachineDraft, ShareFollowUp
from lmc_cases.cases.services import casework, emergency, operations, sharing
from lmc_cases.cases.services.consent import ask_to_pass_on
from lmc_cases.cases.services.handling import Marks
from lmc_cases.config.demo_data import DEMO_PEOPLE
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier, DossierSignature
from lmc_cases.dossiers.services import approve_and_owe, request_ledger
from lmc_cases.dossiers.services.request_documents import request_document
from lmc_cases.dossiers.services.runs import start_run
from lmc_cases.dossiers.services.scopes import Asked
from lmc_cases.evidence.services.custody import record_custody
from lmc_cases.evidence.services.files import upload_file
from lmc_cases.evidence.services.handling import mark_item, withhold_item
from lmc_cases.evidence.services.items import ExhibitDetails, add_item
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services.importing import start_import
from lmc_cases.exports.services.asking import owe_list
from lmc_cases.handovers.models import CompetingDecision, Count, HandoverMessage, HandoverRequest
from lmc_cases.handovers.services import (
    assessing,
    belongings,
    calendars,
    checking,
    competing,
    counting,
    drafting,
    giving,
    mentions,
    noting,
    proceeding,
    sending,
    thread,
    writing,
)
from lmc_cases.handovers.services.grounds import grounds_for, mark_ground
from lmc_cases.handovers.services.sealed import reasons_place
from lmc_cases.handovers.services.watching import watch_questions
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import Clearance, RequestElement
from lmc_cases.keys.models import RecordKey
from lmc_cases.keys.sealing import key_to_seal
from lmc_cases.privacy.services.erasing import ask_erasure
from lmc_cases.privacy.services.records import Kind
from lmc_cases.privacy.services.reviewing import keep_record
from lmc_cases.suspects.services.details import DocumentDetails, PersonDetails
from lmc_cases.suspects.services.handling import consent_subject, withhold_suspect
from lmc_cases.suspects.services.informants import add_informant
from lmc_cases.suspects.services.people import add_suspect
from lmc_cases.suspects.services.photos import set_photo
from tests.factories import officer, open_case, say_why, share
from tests.leaks.assistance_parts import ask_for_assistance
from tests.leaks.crossing_parts import cross
from tests.leaks.custody_parts import take_into_custody
from tests.leaks.desk_parts import lay_on_desk
from tests.leaks.following_parts import follow, warn
from tests.leaks.stating_parts import state_in

# What each mark stands in -> the least a viewer must hold to read it.
SIGNED = b"%PDF invented"
MARKS = {
    "MARKTITLE": "summary",
    "MARKSUMMARY": "summary",
    "MARKPLACE": "summary",
    "MARKFACTS": "full",
    "MARKTIMELINE": "full",
    "MARKNAME": "person",
    "MARKALIAS": "person",
    "MARKOTHER": "full",
    "MARKQUESTION": "answers",
    "MARKDECLINED": "own",
    "MARKEXHIBIT": "full",
    "MARKHOLDER": "full",
    "MARKREQUEST": "party",
    "MARKCONTRIBUTED": "contributed",
    "MARKWITHHELD": "own",
    "MARKCOURT": "full",
    "MARKRESTRICTION": "full",
    "MARKASSESSMENT": "full",
    "MARKCONSENT": "consent",
    "MARKNOTE": "own",
    "MARKOURGROUNDS": "own",
    "MARKOURMEMO": "own",
    "MARKOURVIEW": "own",
    "MARKTHEIRVIEW": "theirs",
    "MARKTHEIRGROUNDS": "theirs",
    "MARKTHEIRMEMO": "theirs",
    "MARKCODENAME": "informant",
    "MARKIDENTITY": "informant",
    "MARKOPERATION": "operation",
}
OWNERS = {
    "existence",
    "summary",
    "full",
    "person",
    "party",
    "answers",
    "own",
    "operation",
    "contributed",
    "consent",
}
# What each viewer may read.
HOLDS = {
    "own": {*OWNERS},
    "supervisor": {*OWNERS, "informant"},
    "full": {
        "existence",
        "summary",
        "full",
        "person",
        "party",
        "answers",
        "contributed",
        "consent",
        "theirs",
    },
    "summary": {"existence", "summary"},
    "existence": {"existence"},
    "items": {"existence", "person"},
    "expired": set(),
    # Told that it is withdrawn: the reference, who, when and why, and nothing else.
    "revoked": {"told"},
    "unconfirmed": set(),
    "declined": set(),
    "uncleared": set(),
    "foreign": set(),
    "other_agency": set(),
    "partner": set(),
    "no_role": set(),
    "root": set(),
}


@dataclass
class World:
    """The case, its parts, and the viewers by name."""

    case: Case
    viewers: dict[str, User]
    parts: dict[str, Any] = field(default_factory=dict)

    def forbidden_marks(self, viewer: str) -> list[str]:
        """Return what must not stand on any page this viewer is shown."""
        held = HOLDS[viewer]
        marks = [mark for mark, least in MARKS.items() if least not in held]
        return marks if held & {"existence", "told"} else [*marks, self.case.reference]


def jpeg() -> ContentFile[bytes]:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (60, 80), "grey").save(out, "JPEG")
    return ContentFile(out.getvalue(), name="photo.jpg")


def build() -> World:
    """Make the world through the services."""
    thai = officer("TH", "liaison_officer", "prosecutor")
    viewers = {
        "own": thai,
        "supervisor": officer("TH", "supervisor"),
        "full": officer("CN"),
        "summary": officer("KH"),
        "existence": officer("LA"),
        "expired": officer("MM", suffix="EXPIRED"),
        "revoked": officer("MM", suffix="REVOKED"),
        "items": officer("MM", suffix="ITEMS"),
        "unconfirmed": officer("MM", suffix="UNCONFIRMED"),
        "declined": officer("MM", suffix="DECLINED"),
        "uncleared": officer("KH", clearance=Clearance.RESTRICTED),
        "foreign": officer("VN"),
        "other_agency": officer("SG", suffix="OTHER"),
        "partner": officer("SG", "partner_agency"),
        "no_role": officer("TH"),
        "root": officer("VN", "auditor"),
    }
    revoke_role(actor=None, user_id=viewers["no_role"].uuid, role_code="liaison_officer")
    viewers["root"].is_superuser = True
    viewers["root"].save()
    operation = operations.create_operation(actor=thai, name="MARKOPERATION", name_language="en")
    case = open_case(
        thai,
        "MARKTITLE",
        summary="MARKSUMMARY",
        place="MARKPLACE",
        typology_code="investment",
        operation_id=operation.uuid,
        classification=Case.Classification.CONFIDENTIAL,
    )
    world = World(case=case, viewers=viewers, parts={"operation": operation})
    casework.write_text(actor=thai, case_id=case.uuid, kind="FACTS", language="en", text="MARKFACTS")
    casework.add_timeline_entry(
        actor=thai, case_id=case.uuid, happened_at=timezone.now(), text="MARKTIMELINE", language="en"
    )
    casework.add_note(actor=thai, case_id=case.uuid, text="MARKNOTE", language="en")
    casework.write_text(
        actor=thai, case_id=case.uuid, kind="ASSESSMENT", language="en", text="MARKASSESSMENT"
    )
    casework.write_text(
        actor=thai, case_id=case.uuid, kind="ASSESSMENT", language="lo", text="MARKASSESSMENT"
    )
    _share(world)
    # They read every day: what the question itself tells is tested in tests/cases.
    for name in ("full", "summary", "existence"):
        say_why(viewers[name], case)
    _fill(world)
    _mark(world)
    _share_items(world)
    say_why(viewers["items"], case)
    _answer(world)
    _hand_over(world)
    lay_on_desk(world)
    cross(world)
    follow(world)
    _audit(world)
    return world


def _audit(world: World) -> None:
    """An export of the supervisor, and a checkpoint; made by hand, for within a test's transaction nothing is sealed."""
    export = request_export(
        actor=world.viewers["supervisor"], filters=EventFilters(case_uuid=world.case.uuid)
    )
    export.file.save("export.zip", ContentFile(b"invented"), save=False)
    export.job_state = JobState.DONE
    export.size_bytes = 8
    export.save()
    world.parts["audit_export"] = export
    _take_a_list(world)
    world.parts["checkpoint"], _new = AuditCheckpoint.objects.get_or_create(
        tree_size=1,
        defaults={
            "root": bytes(32),
            "epoch": AuditEpoch.objects.get(number=1),
            "note": "invented",
            "signed_at": timezone.now(),
        },
    )


def _take_a_list(world: World) -> None:
    """A list of the case as a file for its officer; by hand: nothing of this world is too long."""
    listed = owe_list(
        actor=world.viewers["own"],
        path=reverse("suspects:list", args=[world.case.uuid]),
        query="q=MARKNAME",
        kind="csv",
        view="suspects:list",
    )
    with acting_as(world.viewers["own"]):
        listed.file.save("list.csv", ContentFile(b"invented"), save=False)
        listed.job_state, listed.finished_at = JobState.DONE, timezone.now()
        listed.file_name, listed.rows_total, listed.size_bytes = "list.csv", 1, 8
        listed.save()
    world.parts["list_export"] = listed


def _share(world: World) -> None:
    thai, case, second = world.viewers["own"], world.case, world.viewers["supervisor"]
    # No share with the country was confirmed yet: this one waits, and goes on waiting beside those that follow.
    world.parts["waiting"] = share(thai, case, "MM", Level.FULL, agency_id=_agency(world, "unconfirmed"))
    world.parts["share"] = share(thai, case, "CN", Level.FULL, second=second)
    share(thai, case, "KH", Level.SUMMARY, second=second)
    share(thai, case, "LA", Level.EXISTENCE, second=second)
    for name in ("expired", "revoked"):
        made = share(thai, case, "MM", Level.FULL, agency_id=_agency(world, name), second=second)
        if name == "revoked":
            sharing.revoke_share(actor=thai, share_id=made.uuid, reason="over")
            world.parts["follow_up"] = ShareFollowUp.objects.get(share=made)
        else:
            # Put in the past by hand: no service can share backwards in time. The clock of the policies stands still
            # within a test's transaction.
            past = timezone.now() - dt.timedelta(hours=1)
            CaseShare.objects.filter(pk=made.pk).update(expires_at=past)


def _agency(world: World, viewer: str) -> UUID:
    agency = world.viewers[viewer].agency
    assert agency is not None
    return agency.uuid


def _share_items(world: World) -> None:
    """One person by name for one viewer; everything for another, who sends it back."""
    thai, second = world.viewers["own"], world.viewers["supervisor"]
    share(
        thai,
        world.case,
        "MM",
        Level.EXISTENCE,
        agency_id=_agency(world, "items"),
        item_ids=[world.parts["suspect"].uuid],
        second=second,
    )
    sent_back = share(thai, world.case, "MM", Level.FULL, agency_id=_agency(world, "declined"), second=second)
    sharing.decline_share(actor=world.viewers["declined"], share_id=sent_back.uuid, reason="MARKDECLINED")


def _answer(world: World) -> None:
    question = sharing.ask_about_share(
        actor=world.viewers["full"], share_id=world.parts["share"].uuid, text="MARKQUESTION"
    )
    world.parts["question"] = question
    sharing.answer_question(
        actor=world.viewers["own"], question_id=question.uuid, text="MARKQUESTION and answer"
    )


def _fill(world: World) -> None:
    thai, case = world.viewers["own"], world.case
    suspect = add_suspect(
        actor=thai,
        case_id=case.uuid,
        details=PersonDetails(name_original="MARKNAME", aliases=("MARKALIAS",), birth_date_text="1990"),
        documents=[DocumentDetails(kind="PASSPORT", number="AB1234567", issuing_country="CN")],
    )
    add_suspect(
        actor=thai,
        case_id=case.uuid,
        details=PersonDetails(name_original="MARKOTHER", birth_date_text="1991"),
        documents=[],
    )
    world.parts["suspect"] = set_photo(actor=thai, suspect_id=suspect.uuid, upload=jpeg())
    item = add_item(
        actor=thai,
        case_id=case.uuid,
        details=ExhibitDetails(exhibit_number="E-1", kind="FILE", description="MARKEXHIBIT", language="en"),
    )
    upload_file(actor=thai, item_id=item.uuid, file=io.BytesIO(b"MARKEXHIBIT content"), name="chat.txt")
    record_custody(
        actor=thai,
        item_id=item.uuid,
        kind="TRANSFERRED",
        happened_at=timezone.now() - dt.timedelta(hours=1),
        from_holder="MARKHOLDER",
        to_holder="MARKHOLDER two",
    )
    world.parts["item"] = item
    _protect(world)
    with DEMO_PEOPLE.open("rb") as stream:
        upload = ContentFile(stream.read(), name="MARKNOTE.xlsx")
    world.parts["run"] = start_import(
        actor=thai, case_id=case.uuid, kind=ImportRun.Kind.SUSPECT_LIST, upload=upload
    )


def _protect(world: World) -> None:
    """An informant, a review date, and an erasure that waits."""
    thai, supervisor, case = world.viewers["own"], world.viewers["supervisor"], world.case
    world.parts["informant"] = add_informant(
        actor=supervisor,
        case_id=case.uuid,
        code_name="MARKCODENAME",
        identity="MARKIDENTITY",
        contact="MARKIDENTITY contact",
    )
    suspect = world.parts["suspect"]
    keep_record(
        actor=thai,
        kind=Kind.PERSONS,
        public_id=suspect.uuid,
        review_on=timezone.localdate() + dt.timedelta(days=30),
        reason="MARKNOTE",
    )
    world.parts["erasure"] = ask_erasure(
        actor=thai, kind=Kind.PERSONS, public_id=suspect.uuid, legal_ground="MARKNOTE", reason="MARKNOTE"
    )


def _mark(world: World) -> None:
    """Withheld, contributed and restricted people and exhibits, and a request for consent."""
    thai, chinese, case = world.viewers["own"], world.viewers["full"], world.case
    # The form of sharing sets it; here the share stands already.
    CaseShare.objects.filter(pk=world.parts["share"].pk).update(may_contribute=True, may_ask_to_pass_on=True)
    for actor, word in ((thai, "WITHHELD"), (chinese, "CONTRIBUTED")):
        world.parts[f"{word.lower()}_person"] = add_suspect(
            actor=actor,
            case_id=case.uuid,
            details=PersonDetails(name_original=f"MARK{word}", remarks=f"MARK{word}"),
            documents=[DocumentDetails(kind="PASSPORT", number=f"MARK{word}9")],
        )
        item = add_item(
            actor=actor,
            case_id=case.uuid,
            details=ExhibitDetails(exhibit_number=f"MARK{word}", kind="FILE", description=f"MARK{word}"),
        )
        file = io.BytesIO(f"MARK{word} content".encode())
        world.parts[f"{word.lower()}_item"] = upload_file(
            actor=actor, item_id=item.uuid, file=file, name=f"MARK{word}.txt"
        )
    withhold_suspect(
        actor=thai, suspect_id=world.parts["withheld_person"].uuid, code="INFORMANT", reason="MARKWITHHELD"
    )
    withhold_item(
        actor=thai, item_id=world.parts["withheld_item"].uuid, code="SURVEILLANCE", reason="MARKWITHHELD"
    )
    court = add_item(
        actor=thai,
        case_id=case.uuid,
        details=ExhibitDetails(exhibit_number="E-2", kind="OTHER", description="MARKCOURT"),
    )
    world.parts["court_item"] = mark_item(
        actor=thai,
        item_id=court.uuid,
        version=court.version,
        marks=Marks(handling_h1=True, handling_h2=True, handling_h3="MARKRESTRICTION"),
    )
    world.parts["consent"] = ask_to_pass_on(
        actor=chinese,
        subject=consent_subject(actor=chinese, suspect_id=world.parts["suspect"].uuid),
        to_country="VN",
        purpose="INVESTIGATION",
        reason="MARKCONSENT",
        answer_by=timezone.now() + dt.timedelta(days=3),
    )


def _hand_over(world: World) -> None:
    chinese, supervisor = world.viewers["full"], world.viewers["supervisor"]
    draft = drafting.draft_request(
        actor=chinese,
        case_id=world.case.uuid,
        suspect_ids=[world.parts["suspect"].uuid],
        instrument_id=None,
        legal_basis="MARKREQUEST",
        facts="MARKREQUEST",
        facts_language="en",
    )
    world.parts["count"] = _count(world, draft)
    sending.submit(actor=chinese, handover_id=draft.uuid)
    proceeding.acknowledge(actor=supervisor, handover_id=draft.uuid)
    assessing.assess_count(
        actor=supervisor,
        handover_id=draft.uuid,
        count_id=world.parts["count"].uuid,
        outcome="UNDECIDED",
        note="MARKREQUEST",
        language="en",
    )
    approve_and_owe(actor=supervisor, handover_id=draft.uuid)
    world.parts["handover"] = HandoverRequest.objects.get(uuid=draft.uuid)
    _check_the_person(world)
    world.parts["new_count"] = _count(world, world.parts["handover"])
    _extradite(world)
    _compete(world)
    world.parts["emergency"] = emergency.ask_for_emergency(
        actor=world.viewers["own"], reference="TH-0000-000000", reason="nobody is there"
    )
    world.parts["document"] = request_document(
        actor=world.viewers["own"],
        handover_id=world.parts["handover"].uuid,
        kind="REQUEST",
        language="en",
    )[0]
    world.parts["ledger"] = request_ledger(actor=world.viewers["own"], case_id=world.case.uuid, language="en")
    _translate(world)
    ask_for_assistance(world)
    world.parts["dossier_run"] = start_run(
        actor=world.viewers["own"],
        asked=Asked("REQUESTS", requests=frozenset({draft.uuid})),
        languages=["en"],
    )
    dossier = world.parts["dossier"] = Dossier.objects.filter(handover=world.parts["handover"]).earliest("pk")
    # By hand: nothing is drawn in this world.
    DossierSignature.objects.create(
        dossier=dossier,
        side=DossierSignature.Side.REQUESTED,
        country=world.case.owner,
        officer=world.viewers["own"],
        sha256_before="0" * 64,
        file=default_storage.save("dossiers/signed-by-hand.pdf", ContentFile(SIGNED)),
        sha256=hashlib.sha256(SIGNED).hexdigest(),
        size_bytes=len(SIGNED),
        certificate_sha256="2" * 64,
        certificate_name="MARKREQUEST",
        signed_at=timezone.now(),
    )


def _translate(world: World) -> None:
    """A reader asks for a translation; a machine was asked for one, by hand: none is set up in this world."""
    reader, thai = world.viewers["full"], world.viewers["own"]
    text = CaseText.objects.visible_to(reader).get(case=world.case, kind="FACTS", is_original=True)
    world.parts["translation_request"] = casework.ask_translation(
        actor=reader, text_id=text.uuid, language="zh-hans", why="MARKREQUEST"
    )
    draft = MachineDraft(
        case=world.case,
        kind="FACTS",
        language="km",
        requested_by=thai,
        job_state=JobState.FAILED,
        error_code="translator-away",
    )
    with acting_as(thai):
        save_as(draft, actor=thai, reason="by hand")
    world.parts["machine_draft"] = draft


def _count(world: World, handover: HandoverRequest) -> Count:
    """A count of the person, raised by the country that asks."""
    with acting_as(world.viewers["full"]):
        subject = handover.subjects.get()
    return counting.add_count(
        actor=world.viewers["full"],
        handover_id=handover.uuid,
        subject_id=subject.uuid,
        accusation=counting.Accusation(
            typology="telecom_fraud", conduct="MARKREQUEST", language="en", place="MARKREQUEST"
        ),
    )


def _compete(world: World) -> None:
    """The holder links both requests; the decision by hand, for one through the service would postpone a request."""
    thai, handover = world.viewers["own"], world.parts["handover"]
    with acting_as(thai):
        world.parts["rival"] = world.parts["extradition"].subjects.get()
    link = world.parts["link"] = competing.link_competing(
        actor=thai,
        handover_id=handover.uuid,
        subject_id=world.parts["subject"].uuid,
        other_id=world.parts["rival"].uuid,
    )
    with acting_as(thai):
        key = key_to_seal(RecordKey.Kind.HANDOVER, link.uuid, thai.country)
        decision = CompetingDecision(
            link=link,
            country=thai.country,
            first=handover,
            reasons_sealed=key.seal("MARKOURMEMO", reasons_place(link.uuid)),
            language="en",
            decider="MARKOURMEMO",
            recorded_by=thai,
        )
        decision.save()


def _check_the_person(world: World) -> None:
    """Both sides record a check and write a note; what each keeps to itself carries a mark of its own."""
    handover = world.parts["handover"]
    subject = world.parts["subject"] = handover.subjects.get()
    for key, side in (("own", "OUR"), ("full", "THEIR")):
        actor = world.viewers[key]
        checking.record_check(
            actor=actor,
            handover_id=handover.uuid,
            subject_id=subject.uuid,
            kind="HEALTH",
            outcome="UNFIT",
            on=timezone.localdate(),
            findings=checking.Findings(reason=f"MARK{side}GROUNDS"),
        )
        noting.add_note(actor=actor, handover_id=handover.uuid, text=f"MARK{side}MEMO", language="en")
    _write_to_each_other(world)
    take_into_custody(world)
    checking.propose_exception(
        actor=world.viewers["own"],
        handover_id=handover.uuid,
        subject_id=subject.uuid,
        kind="HEALTH",
        reason="MARKREQUEST",
    )
    world.parts["property"] = belongings.record_property(
        actor=world.viewers["own"],
        handover_id=handover.uuid,
        subject_id=subject.uuid,
        entry=belongings.Entry(description="MARKREQUEST", disposition="TRAVELS"),
    )


def _write_to_each_other(world: World) -> None:
    """Both sides write; one question's day has come, which no service can have: it is written past it."""
    handover, thai, chinese = world.parts["handover"], world.viewers["own"], world.viewers["full"]
    for actor in (thai, chinese):
        world.parts["message"] = writing.write_message(
            actor=actor,
            handover_id=handover.uuid,
            text="MARKREQUEST",
            language="en",
            due_on=timezone.localdate() + dt.timedelta(days=9),
            mentions=[mentions.DESK],
        )
        with acting_as(actor):
            thread.read_thread(actor=actor, handover=handover)
    with acting_as(thai):
        calendars.make_calendar(actor=thai)
    with acting_as(chinese):
        due = HandoverMessage(
            handover=handover, country=chinese.country, author=chinese, language="en", text_sealed=b"x"
        )
        due.due_on = timezone.localdate() - dt.timedelta(days=2)
        due.save()
    watch_questions()


def _extradite(world: World) -> None:
    """A second request, by the long way: proposed by one officer, sent by another of the same country."""
    chinese = world.viewers["full"]
    draft = drafting.draft_request(
        actor=chinese,
        case_id=world.case.uuid,
        suspect_ids=[world.parts["suspect"].uuid],
        instrument_id=None,
        legal_basis="MARKREQUEST",
        facts="MARKREQUEST",
        facts_language="en",
        procedure="EXTRADITION",
    )
    # As if Thailand asked for it: test data.
    RequestElement.objects.create(
        natural_key="leaks-warrant",
        jurisdiction=world.case.owner,
        procedure="EXTRADITION",
        element="WARRANT",
        law="Invented law (test data)",
        confidence="verified",
    )
    giving.give_paper(
        actor=chinese,
        handover_id=draft.uuid,
        element="WARRANT",
        given="STATED",
        text="MARKREQUEST",
        language="en",
    )
    with acting_as(chinese):
        wanted = draft.subjects.get()
    state_in(world, draft.uuid, wanted.uuid)
    sending.propose(actor=chinese, handover_id=draft.uuid)
    world.parts["extradition"] = sending.send(actor=officer("CN", "supervisor"), handover_id=draft.uuid)
    # What each side thinks of a ground: for itself alone.
    ground = grounds_for(draft)[0]
    (asked_for,) = world.parts["extradition"].subjects.all()
    for side, mark in ((chinese, "MARKTHEIRVIEW"), (world.viewers["own"], "MARKOURVIEW")):
        mark_ground(
            actor=side,
            handover_id=draft.uuid,
            subject_id=asked_for.uuid,
            ground_id=ground.uuid,
            standing="APPLIES",
            note=mark,
        )
    world.parts["ground"], world.parts["asked_for"] = ground, asked_for
    warned = warn(world, draft)
    # A notice opens nothing, even one that went to the wrong officers.
    for viewer in world.viewers.values():
        if viewer.is_authenticated:
            tell_officer(viewer, code="clock.over", object_uuid=warned)
            tell_officer(viewer, code="handover.step", object_uuid=draft.uuid)
