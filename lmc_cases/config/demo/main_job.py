"""The main job: a case travels from a Thai liaison officer to a Chinese prosecutor, through services and worker.

The command prints it step by step; the service test runs the same function.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseShare, Level
from lmc_cases.cases.services import casework, reading_reasons, search, sharing
from lmc_cases.cases.services.texts import texts_for
from lmc_cases.config.demo import texts
from lmc_cases.config.demo.desk import lay_on_desk
from lmc_cases.config.demo.pictures import silhouette
from lmc_cases.config.demo.world import officer
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import approving, reading
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.files import upload_file
from lmc_cases.exchange.models import ImportRun
from lmc_cases.exchange.services import importing
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import drafting, proceeding, sending
from lmc_cases.handovers.services.instruments import offered_instruments
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.photos import set_photo

DATA = Path(__file__).resolve().parents[1] / "demo_data"
Say = Callable[[str], None]


class MainJobFailed(Exception):
    """A step of the main job did not hold."""


@dataclass(frozen=True)
class Delivered:
    """One finished dossier: where the prosecutor's copy lies, and what it is."""

    language: str
    path: Path
    pages: int
    sha256: str


@dataclass(frozen=True)
class Outcome:
    """What the main job produced; dossiers in the requesting country's language first."""

    case_reference: str
    dossiers: tuple[Delivered, ...]

    def line(self) -> str:
        """Return the closing line of ``make demo``."""
        parts = {
            "case": self.case_reference,
            "dossier": ",".join(str(item.path) for item in self.dossiers),
            "pages": ",".join(str(item.pages) for item in self.dossiers),
            "sha256": ",".join(item.sha256 for item in self.dossiers),
            "languages": ",".join(item.language for item in self.dossiers),
        }
        return "demo: " + " ".join(f"{name}={value}" for name, value in parts.items())


def run(*, say: Say, seconds: float = 180, folder: Path | None = None) -> Outcome:
    """Run the main job, or report the one that has been run before.

    Args:
        say: called with one line per step.
        seconds: how long to wait for each piece of the worker's work.
        folder: where the prosecutor's downloads are put; ``var/demo`` by default.
    """
    out = folder or settings.VAR_DIR / "demo"
    handover = _finished_before()
    if handover is None:
        case = _report_case(say, seconds)
        _share_and_look(say, case)
        handover = _hand_over(say, case)
    else:
        say(f"the main job was run before: {handover.reference}")
    dossiers = _wait_for_dossiers(handover, seconds)
    delivered = _deliver(say, dossiers, out)
    lay_on_desk(say, dossiers)
    _account_for(say, handover)
    return Outcome(case_reference=handover.case_reference, dossiers=delivered)


def _finished_before() -> HandoverRequest | None:
    chinese = officer("liaison.cn")
    with acting_as(chinese):
        approved = HandoverRequest.objects.visible_to(chinese).filter(
            status=HandoverRequest.Status.APPROVED, created_by=chinese, dossiers__isnull=False
        )
        return approved.select_related("requesting").order_by("pk").first()


def _report_case(say: Say, seconds: float) -> Case:
    thai = officer("liaison.th")
    case = casework.open_case(
        actor=thai,
        title=texts.TITLE_TH,
        language="th",
        summary=texts.SUMMARY_TH,
        typology_code="investment",
        place="แม่สอด (สมมติ)",
        occurred_from=dt.date(2026, 1, 5),
        occurred_to=dt.date(2026, 5, 20),
    )
    say(f"{thai.full_name} (TH) opened {case.reference}")
    _import(say, thai, case, ImportRun.Kind.CASE_BUNDLE, DATA / "demo_bundle.jsonld", seconds)
    _import(say, thai, case, ImportRun.Kind.SUSPECT_LIST, DATA / "demo_people.xlsx", seconds)
    _add_pictures_and_files(say, thai, case)
    with acting_as(thai):
        for kind, language, text, translator in (
            ("TITLE", "zh-hans", texts.TITLE_ZH, texts.TRANSLATOR_ZH),
            ("SUMMARY", "zh-hans", texts.SUMMARY_ZH, texts.TRANSLATOR_ZH),
            ("FACTS", "th", texts.FACTS_TH, ""),
            ("FACTS", "zh-hans", texts.FACTS_ZH, texts.TRANSLATOR_ZH),
        ):
            casework.write_text(
                actor=thai, case_id=case.uuid, kind=kind, language=language, text=text, translator=translator
            )
        people = Suspect.objects.visible_to(thai).filter(case=case).count()
        exhibits = EvidenceItem.objects.visible_to(thai).filter(case=case).count()
    say(f"{people} persons and {exhibits} exhibits recorded; facts written in Thai, translated into Chinese")
    return case


def _import(say: Say, actor: User, case: Case, kind: ImportRun.Kind, path: Path, seconds: float) -> None:
    with path.open("rb") as stream:
        run = importing.start_import(
            actor=actor, case_id=case.uuid, kind=kind, upload=File(stream, name=path.name)
        )
    importing.confirm_import(actor=actor, run_id=run.uuid, duplicates_confirmed=True)
    _wait(lambda: _import_as_it_stands(actor, run).is_finished, seconds, f"the import of {path.name}")
    run = _import_as_it_stands(actor, run)
    if run.job_state != JobState.DONE:
        raise MainJobFailed(f"the import of {path.name} ended as {run.job_state} {run.error_code}")
    say(f"imported {path.name}: {run.rows_done} rows")


def _add_pictures_and_files(say: Say, actor: User, case: Case) -> None:
    """Photograph the leading suspects, and upload the files whose checksums the bundle states."""
    people = _leading_suspects(actor, case)
    for person in people:
        set_photo(actor=actor, suspect_id=person.uuid, upload=silhouette(person.number))
    with acting_as(actor):
        stated = {
            digest: item
            for item in EvidenceItem.objects.visible_to(actor).filter(case=case, sha256="")
            for digest in item.reported_hashes.values()
        }
    uploaded = 0
    for path in sorted((DATA / "files").iterdir()):
        item = stated.get(hashlib.sha256(path.read_bytes()).hexdigest())
        if item is not None:
            with path.open("rb") as stream:
                upload_file(actor=actor, item_id=item.uuid, file=stream, name=path.name)
            uploaded += 1
    say(f"{len(people)} photographs and {uploaded} files added, checksums as the bundle states them")


def _leading_suspects(actor: User, case: Case) -> list[Suspect]:
    with acting_as(actor):
        people = Suspect.objects.visible_to(actor).filter(case=case, category=Suspect.Category.SUSPECT)
        leading = people.exclude(role__in=[Suspect.Role.MEMBER, Suspect.Role.UNKNOWN])
        return list(leading.order_by("number")[:3])


def _import_as_it_stands(actor: User, run: ImportRun) -> ImportRun:
    with acting_as(actor):
        return ImportRun.objects.visible_to(actor).get(pk=run.pk)


def _share_and_look(say: Say, case: Case) -> None:
    thai, chinese, viet = officer("liaison.th"), officer("liaison.cn"), officer("liaison.vn")
    share = sharing.share_case(
        actor=thai,
        case_id=case.uuid,
        recipient_code="CN",
        level=Level.FULL,
        purpose=CaseShare.Purpose.HANDOVER,
        reason=texts.SHARE_REASON_TH,
        expires_at=timezone.now() + dt.timedelta(days=90),
    )
    say(f"shared with China in full until {share.expires_at:%Y-%m-%d}")
    with acting_as(chinese):
        found = search.matching_cases(chinese, "湄索").filter(pk=case.pk).first()
        title = texts_for(chinese, [case.pk], "TITLE", "zh-hans").get(case.pk)
        if found is not None:
            # A list is read without a reason; the case of another country is not opened without one.
            reading_reasons.give_reason(actor=chinese, case_id=found.uuid, code="HANDOVER")
            reading_reasons.require_reason(actor=chinese, case=found)
    if found is None or title is None:
        raise MainJobFailed("the Chinese officer did not find the case")
    say(f"{chinese.full_name} (CN) found it in Chinese: {title.text}")
    with acting_as(viet):
        is_seen = Case.objects.visible_to(viet).filter(pk=case.pk).exists()
        is_found = search.matching_cases(viet, "湄索").exists()
    if is_seen or is_found:
        raise MainJobFailed("the Vietnamese officer saw the case")
    say(f"{viet.full_name} (VN) sees nothing of it")


def _hand_over(say: Say, case: Case) -> HandoverRequest:
    chinese, supervisor = officer("liaison.cn"), officer("supervisor.th")
    people = _leading_suspects(chinese, case)
    offered = offered_instruments(chinese.country, case.owner)
    draft = drafting.draft_request(
        actor=chinese,
        case_id=case.uuid,
        suspect_ids=[person.uuid for person in people],
        instrument_id=offered[0].instrument.uuid if offered else None,
        legal_basis=texts.REQUEST_BASIS_ZH,
        facts=texts.REQUEST_FACTS_ZH,
        facts_language="zh-hans",
    )
    handover = sending.submit(actor=chinese, handover_id=draft.uuid)
    say(f"{chinese.full_name} (CN) asked for the handover of {len(people)} persons: {handover.reference}")
    proceeding.acknowledge(actor=supervisor, handover_id=handover.uuid)
    handover = approving.approve_and_owe(actor=supervisor, handover_id=handover.uuid, reason="อนุมัติ (สมมติ)")
    say(f"{supervisor.full_name} (TH) approved it; two dossiers are owed")
    return handover


def _wait_for_dossiers(handover: HandoverRequest, seconds: float) -> list[Dossier]:
    prosecutor = officer("prosecutor.cn")

    def owed() -> list[Dossier]:
        with acting_as(prosecutor):
            rows = Dossier.objects.visible_to(prosecutor).filter(handover=handover)
            return list(rows.select_related("handover"))

    _wait(lambda: all(item.is_finished for item in owed()), seconds, "the dossiers")
    first = handover.requesting.first_language
    done = sorted(owed(), key=lambda item: (item.language != first, item.number, item.language))
    for item in done:
        if item.job_state != JobState.DONE:
            raise MainJobFailed(f"the dossier in {item.language} ended as {item.job_state} {item.error_code}")
    return done


def _deliver(say: Say, dossiers: list[Dossier], folder: Path) -> tuple[Delivered, ...]:
    prosecutor = officer("prosecutor.cn")
    folder.mkdir(parents=True, exist_ok=True)
    delivered = []
    for dossier in dossiers:
        path = folder / f"{dossier.handover.reference}-v{dossier.number}-{dossier.language}.pdf"
        stream = reading.open_download(actor=prosecutor, dossier_id=dossier.uuid)
        with stream:
            path.write_bytes(stream.read())
        delivered.append(Delivered(dossier.language, path, dossier.pages or 0, dossier.sha256))
    say(f"{prosecutor.full_name} (CN) downloaded {len(delivered)} dossiers")
    return tuple(delivered)


def _account_for(say: Say, handover: HandoverRequest) -> None:
    auditor = officer("auditor.th")
    with acting_as(auditor):
        abroad = (
            AuditEvent.objects.visible_to(auditor)
            .filter(case_uuid=handover.case_uuid, actor_country__code="CN", owner_country__code="TH")
            .count()
        )
    say(f"Thailand's auditor reads {abroad} acts of Chinese officers on this case")


def _wait(over: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not over():
        if time.monotonic() > end:
            raise MainJobFailed(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.3)
