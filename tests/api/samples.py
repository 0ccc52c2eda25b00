"""One Thai case and everything that hangs on it, with a mark in each text that says which level may show it."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.tokens import issue_token
from lmc_cases.cases.models import Case, Level, Operation
from lmc_cases.cases.services import casework, operations, sharing
from lmc_cases.core.history import save_as
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier, DossierRun, DossierSignature
from lmc_cases.dossiers.services import approving
from lmc_cases.dossiers.services.runs import start_run
from lmc_cases.dossiers.services.scopes import Asked
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services import ExhibitDetails, add_item, upload_file
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import drafting, proceeding, sending
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import LegalInstrument
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.details import DocumentDetails, PersonDetails
from lmc_cases.suspects.services.people import add_suspect
from lmc_cases.suspects.services.photos import set_photo
from tests.factories import officer, open_case, say_why, share
from tests.handovers.samples import jpeg

FILE = b"MARK-FULL invented file"
PDF = b"%PDF-1.7 MARK-FULL invented dossier"
# Who looks. "full" and up are shares of that level; "revoked" had one in full.
SESSIONS = ("own", "full", "summary", "existence", "foreign", "revoked")


@dataclass
class World:
    """The case, what belongs to it, and who looks."""

    case: Case
    other: Case
    operation: Operation
    suspect: Suspect
    exhibit: EvidenceItem
    handover: HandoverRequest
    dossier: Dossier
    dossier_run: DossierRun
    owner: User
    officers: dict[str, User]
    partner: User
    administrator: User

    def client(self, viewer: str) -> Client:
        """Return a client of this viewer."""
        client = Client(raise_request_exception=False)
        if viewer in self.officers:
            client.force_login(self.officers[viewer])
        elif viewer == "token":
            client = Client(headers={"authorization": f"Token {self.token()}"}, raise_request_exception=False)
        elif viewer == "expired token":
            token = self.token()
            AuthToken.objects.filter(user=self.partner).update(
                expiry=timezone.now() - dt.timedelta(seconds=1)
            )
            client = Client(headers={"authorization": f"Token {token}"}, raise_request_exception=False)
        else:
            assert viewer == "anonymous"
        return client

    def token(self, days: int = 30) -> str:
        """Return a fresh token of the partner agency."""
        return issue_token(actor=self.administrator, user_id=self.partner.uuid, days=days)[0]


def world() -> World:
    """Return a fresh world: nothing in it exists."""
    owner = officer("TH", "liaison_officer", "evidence_custodian")
    officers = {
        "own": officer("TH", "prosecutor"),
        "full": officer("CN"),
        "summary": officer("KH"),
        "existence": officer("LA"),
        "foreign": officer("VN"),
        "revoked": officer("MM"),
    }
    partner, administrator = officer("SG", "partner_agency"), officer("SG", "country_administrator")
    operation = operations.create_operation(actor=owner, name="MARK-OPERATION", name_language="en")
    operations.invite_country(actor=owner, operation_id=operation.uuid, country_code="CN")
    case = open_case(
        owner,
        title="MARK-SUMMARY title",
        summary="MARK-SUMMARY summary",
        typology_code="investment",
        operation_id=operation.uuid,
        loss_amount=Decimal("1234.50"),
        loss_currency="THB",
        fraud_victims=1240,
        place="MARK-SUMMARY place",
        occurred_from=dt.date(2026, 1, 2),
    )
    write = {"actor": owner, "case_id": case.uuid}
    casework.write_text(
        **write,
        kind="TITLE",
        language="zh-hans",
        text="MARK-SUMMARY 标题",
        translator="MARK-SUMMARY translator",
    )
    casework.write_text(**write, kind="FACTS", language="th", text="MARK-FULL ข้อเท็จจริง")
    casework.add_timeline_entry(
        **write, happened_at=timezone.now(), text="MARK-FULL event", language="en", place="MARK-FULL there"
    )
    casework.add_note(**write, text="MARK-NOTE", language="en")
    suspect = person(owner, case, 1)
    exhibit = add_item(
        actor=owner,
        case_id=case.uuid,
        details=ExhibitDetails(exhibit_number="MARK-FULL-1", kind="FILE", description="MARK-FULL thing"),
    )
    upload_file(actor=owner, item_id=exhibit.uuid, file=io.BytesIO(FILE), name="MARK-FULL.txt")
    share(owner, case, "CN", Level.FULL)
    share(owner, case, "KH", Level.SUMMARY)
    share(owner, case, "LA", Level.EXISTENCE)
    share(owner, case, "SG", Level.FULL)
    for reader in (*(officers[name] for name in ("full", "summary", "existence")), partner):
        say_why(reader, case)
    ended = share(owner, case, "MM", Level.FULL)
    sharing.revoke_share(actor=owner, share_id=ended.uuid, reason="Over")
    handover = _approved(officers["full"], case, suspect)
    # Row-level security: each row is read for somebody who may see it.
    with acting_as(owner):
        dossier, case = rendered(handover), Case.objects.get(pk=case.pk)
    return World(
        case=case,
        other=open_case(officers["foreign"], title="MARK-OTHER"),
        operation=operation,
        suspect=suspect,
        exhibit=exhibit,
        handover=handover,
        dossier=dossier,
        dossier_run=start_run(
            actor=officers["own"],
            asked=Asked("REQUESTS", requests=frozenset({handover.uuid})),
            languages=["th"],
        ),
        owner=owner,
        officers=officers,
        partner=partner,
        administrator=administrator,
    )


def person(actor: User, case: Case, number: int) -> Suspect:
    """Return an invented person with a document and a photograph."""
    details = PersonDetails(
        name_original=f"MARK-FULL นามสมมติ {number}",
        name_romanised=f"MARK-FULL Sample {number}",
        aliases=("MARK-FULL alias",),
        birth_date_text="7 มีนาคม 2533",
        nationality="TH",
        role="MEMBER",
        remarks="MARK-FULL remark",
    )
    document = DocumentDetails(kind="PASSPORT", number=f"MARKFULL{number:04d}", issuing_country="TH")
    suspect = add_suspect(actor=actor, case_id=case.uuid, details=details, documents=[document])
    return set_photo(actor=actor, suspect_id=suspect.uuid, upload=io.BytesIO(jpeg(number)))


def _approved(asking: User, case: Case, suspect: Suspect) -> HandoverRequest:
    instrument = LegalInstrument.objects.get(kind="bilateral_extradition", parties_text="CN|TH")
    drafted = drafting.draft_request(
        actor=asking,
        case_id=case.uuid,
        suspect_ids=[suspect.uuid],
        instrument_id=instrument.uuid,
        legal_basis="MARK-REQUEST basis",
        facts="MARK-REQUEST facts",
        facts_language="zh-hans",
    )
    sending.submit(actor=asking, handover_id=drafted.uuid)
    supervisor = officer("TH", "supervisor")
    proceeding.acknowledge(actor=supervisor, handover_id=drafted.uuid)
    return approving.approve_and_owe(actor=supervisor, handover_id=drafted.uuid)


def rendered(handover: HandoverRequest) -> Dossier:
    """Return the first dossier as the worker leaves it; what it draws is tested elsewhere."""
    dossier = Dossier.objects.filter(handover=handover).order_by("pk")[0]
    dossier.file.save("dossier.pdf", ContentFile(PDF), save=False)
    dossier.sha256 = hashlib.sha256(PDF).hexdigest()
    dossier.job_state = JobState.DONE
    dossier.pages, dossier.size_bytes, dossier.finished_at = 1, len(PDF), timezone.now()
    save_as(dossier, actor=None, reason="rendered")
    signature = DossierSignature(
        dossier=dossier,
        side=DossierSignature.Side.REQUESTED,
        country=handover.requested,
        officer=dossier.requested_by,
        sha256_before=dossier.sha256,
        sha256=hashlib.sha256(PDF).hexdigest(),
        size_bytes=len(PDF),
        certificate_sha256="2" * 64,
        certificate_name="Invented",
        signed_at=timezone.now(),
    )
    signature.file.save("signed.pdf", ContentFile(PDF), save=False)
    signature.save(force_insert=True)
    return dossier


def body(response: Any) -> bytes:
    """Return what was sent, streamed or not."""
    return b"".join(response.streaming_content) if response.streaming else response.content
