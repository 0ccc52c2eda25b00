"""One Thai case with everything in it, and officers on every side of the rule.

Each secret carries a mark of its own, so that a page can be searched for what its reader must not know.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.rights import revoke_role
from lmc_cases.cases.models import Case, CaseShare, Level
from lmc_cases.cases.services import casework, emergency, operations, sharing
from lmc_cases.config.demo_data import DEMO_PEOPLE
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import approve_and_owe, request_ledger
from lmc_cases.evidence.services.custody import record_custody
from lmc_cases.evidence.services.files import upload_file
from lmc_cases.evidence.services.items import ExhibitDetails, add_item
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services.importing import start_import
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import deciding, drafting
from lmc_cases.suspects.services.details import DocumentDetails, PersonDetails
from lmc_cases.suspects.services.people import add_suspect
from lmc_cases.suspects.services.photos import set_photo
from tests.factories import officer, open_case, say_why, share

# What each mark stands in -> the least a viewer must hold to read it.
MARKS = {
    "MARKTITLE": "summary",
    "MARKSUMMARY": "summary",
    "MARKPLACE": "summary",
    "MARKFACTS": "full",
    "MARKTIMELINE": "full",
    "MARKNAME": "full",
    "MARKALIAS": "full",
    "MARKEXHIBIT": "full",
    "MARKHOLDER": "full",
    "MARKREQUEST": "party",
    "MARKNOTE": "own",
    "MARKOPERATION": "operation",
}
# What each viewer may read.
HOLDS = {
    "own": {"existence", "summary", "full", "party", "own", "operation"},
    "supervisor": {"existence", "summary", "full", "party", "own", "operation"},
    "full": {"existence", "summary", "full", "party"},
    "summary": {"existence", "summary"},
    "existence": {"existence"},
    "expired": set(),
    "revoked": set(),
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
        return marks if "existence" in held else [*marks, self.case.reference]


def jpeg() -> ContentFile[bytes]:
    """Return a small picture."""
    out = io.BytesIO()
    Image.new("RGB", (60, 80), "grey").save(out, "JPEG")
    return ContentFile(out.getvalue(), name="photo.jpg")


def build() -> World:
    """Make the world through the services."""
    thai = officer("TH")
    viewers = {
        "own": thai,
        "supervisor": officer("TH", "supervisor"),
        "full": officer("CN"),
        "summary": officer("KH"),
        "existence": officer("LA"),
        "expired": officer("MM", suffix="EXPIRED"),
        "revoked": officer("MM", suffix="REVOKED"),
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
    )
    world = World(case=case, viewers=viewers, parts={"operation": operation})
    casework.write_text(actor=thai, case_id=case.uuid, kind="FACTS", language="en", text="MARKFACTS")
    casework.add_timeline_entry(
        actor=thai, case_id=case.uuid, happened_at=timezone.now(), text="MARKTIMELINE", language="en"
    )
    casework.add_note(actor=thai, case_id=case.uuid, text="MARKNOTE", language="en")
    _share(world)
    # They read every day: what the question itself tells is tested in tests/cases.
    for name in ("full", "summary", "existence"):
        say_why(viewers[name], case)
    _fill(world)
    _hand_over(world)
    return world


def _share(world: World) -> None:
    thai, case = world.viewers["own"], world.case
    world.parts["share"] = share(thai, case, "CN", Level.FULL)
    share(thai, case, "KH", Level.SUMMARY)
    share(thai, case, "LA", Level.EXISTENCE)
    for name in ("expired", "revoked"):
        agency = world.viewers[name].agency
        assert agency is not None
        made = share(thai, case, "MM", Level.FULL, agency_id=agency.uuid)
        if name == "revoked":
            sharing.revoke_share(actor=thai, share_id=made.uuid, reason="over")
        else:
            # Put in the past by hand: no service can share backwards in time.
            past = timezone.now() - dt.timedelta(seconds=1)
            CaseShare.objects.filter(pk=made.pk).update(expires_at=past)


def _fill(world: World) -> None:
    thai, case = world.viewers["own"], world.case
    suspect = add_suspect(
        actor=thai,
        case_id=case.uuid,
        details=PersonDetails(name_original="MARKNAME", aliases=("MARKALIAS",), birth_date_text="1990"),
        documents=[DocumentDetails(kind="PASSPORT", number="AB1234567", issuing_country="CN")],
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
    with DEMO_PEOPLE.open("rb") as stream:
        upload = ContentFile(stream.read(), name="MARKNOTE.xlsx")
    world.parts["run"] = start_import(
        actor=thai, case_id=case.uuid, kind=ImportRun.Kind.SUSPECT_LIST, upload=upload
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
    drafting.submit(actor=chinese, handover_id=draft.uuid)
    deciding.acknowledge(actor=supervisor, handover_id=draft.uuid)
    approve_and_owe(actor=supervisor, handover_id=draft.uuid)
    world.parts["handover"] = HandoverRequest.objects.get(uuid=draft.uuid)
    world.parts["emergency"] = emergency.ask_for_emergency(
        actor=world.viewers["own"], reference="TH-0000-000000", reason="nobody is there"
    )
    world.parts["ledger"] = request_ledger(actor=world.viewers["own"], case_id=world.case.uuid, language="en")
    world.parts["dossier"] = Dossier.objects.filter(handover=world.parts["handover"]).earliest("pk")
