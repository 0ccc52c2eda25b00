"""Turn what a request disclosed into the facts of a dossier."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from lmc_cases.dossiers import facts as f
from lmc_cases.dossiers.services.batches import batches_of
from lmc_cases.dossiers.services.composing_law import assurance_facts, paper_facts
from lmc_cases.dossiers.services.composing_persons import subject_facts
from lmc_cases.dossiers.services.values import country_fact, marks_fact, moment_fact, texts_fact
from lmc_cases.handovers.services.disclosure import read_photo
from lmc_cases.handovers.services.reading import happenings_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models import HandoverRequest

# What may differ between two versions that say the same.
OF_THE_VERSION = frozenset({"version", "created_at", "supersedes", "supersedes_reason", "languages"})


def compose_facts(
    user: User,
    handover: HandoverRequest,
    *,
    version: int,
    created_at: dt.datetime,
    languages: tuple[str, ...] = (),
    supersedes: int | None = None,
) -> f.DossierFacts:
    """Return the facts of one version, from the request's frozen disclosure and the steps taken since.

    Whoever left the request since, a victim found first of all, has no sheet any more.

    Args:
        user: reads the steps through the rule; both sides get the same.
        version: counted over the request, the same in every language.
        languages: those the version is issued in from the start.

    Raises:
        OSError: the copy of a disclosed photograph is missing.
    """
    disclosed = handover.disclosed
    case = disclosed["case"]
    zone = handover.requested.time_zone
    statement = texts_fact(disclosed["texts"]["FACTS"])
    request_statement = f.Text(handover.facts_language, handover.facts)
    return f.DossierFacts(
        reference=handover.reference,
        case_reference=case["reference"],
        version=version,
        created_at=f.Moment(created_at, zone),
        requesting_country=country_fact(handover.requesting),
        requested_country=country_fact(handover.requested),
        requesting_agency=asking_agency(handover),
        requested_agency=case["agency"],
        case_title=texts_fact(disclosed["texts"]["TITLE"]),
        case_summary=texts_fact(disclosed["texts"]["SUMMARY"]),
        statement_of_facts=statement or (request_statement,),
        legal_basis=basis_fact(disclosed["instrument"], disclosed["legal_basis"]),
        subjects=subject_facts(user, handover),
        exhibits=tuple(exhibit_fact(exhibit, zone) for exhibit in disclosed["exhibits"]),
        decisions=tuple(_decisions(user, handover)),
        languages=languages,
        supersedes=supersedes,
        supersedes_reason=disclosed.get("correction_reason", "") if supersedes else "",
        purpose="HANDOVER",
        handling_code=case["classification"],
        handling=tuple(code for code in case.get("handling", []) if code != "H0"),
        restriction=case.get("restriction", ""),
        assessment=texts_fact(disclosed["texts"].get("ASSESSMENT", [])),
        disclosure=_disclosure(handover),
        is_demo=bool(case["is_demo"]),
        procedure=handover.procedure,
        papers=paper_facts(user, handover),
        assurances=assurance_facts(user, handover),
        losses=_losses(case),
        fraud_victims=_fraud_victims(case),
        plan=_plan(handover),
        operation=case.get("operation", ""),
        crossings=batches_of(handover),
    )


def _disclosure(handover: HandoverRequest) -> f.Disclosure:
    return f.Disclosure(
        recipient=country_fact(handover.requesting),
        recipient_agency=asking_agency(handover),
        level="FULL",
        purpose="HANDOVER",
        reason=handover.decision_reason,
        withheld=tuple(handover.disclosed["withheld"]),
    )


def asking_agency(handover: HandoverRequest) -> str:
    """Name the agency whose officer opened the request, "" where it is not known."""
    return handover.created_by.agency.name if handover.created_by.agency else ""


def substance(plain: dict[str, Any]) -> dict[str, Any]:
    """Return the plain facts without what only names the version."""
    return {key: value for key, value in plain.items() if key not in OF_THE_VERSION and key != "schema"}


def revive(plain: dict[str, Any]) -> f.DossierFacts:
    """Rebuild frozen facts with their photographs.

    Raises:
        OSError: the copy of a photograph is missing.
    """
    hashes = {subject["photo"]["sha256"] for subject in plain["subjects"] if subject["photo"]}
    return f.DossierFacts.from_plain(plain, photos={sha256: read_photo(sha256) for sha256 in hashes})


def basis_fact(instrument: dict[str, Any] | None, note: str) -> f.LegalBasis:
    """Return a copied instrument (``instrument_copy``) and what the officer wrote beside it."""
    if instrument is None:
        # In words only: the officer's own, so there is neither source nor confidence.
        return f.LegalBasis(instrument="", note=note)
    return f.LegalBasis(
        instrument=instrument["title"],
        note=note,
        source=instrument["source"],
        confidence=instrument["confidence"],
        prevailing_language=instrument.get("prevailing_language", ""),
    )


def exhibit_fact(exhibit: dict[str, Any], zone: str) -> f.Exhibit:
    """Return an exhibit as it was disclosed."""
    matches = {True: "MATCH", False: "MISMATCH", None: "NOT_CHECKED"}
    description = exhibit["description"]
    return f.Exhibit(
        number=exhibit["number"],
        kind=exhibit["kind"],
        description=(f.Text(exhibit["language"], description),) if description else (),
        collected_place=exhibit["collected_where"],
        collected_at=moment_fact(exhibit["collected_at"], zone),
        collected_by=exhibit["collected_by"],
        file_name=exhibit["file_name"],
        size_bytes=exhibit["size_bytes"],
        sha256=exhibit["sha256"],
        scan_status=exhibit["scan_status"],
        marks=marks_fact(exhibit),
        custody=tuple(
            f.CustodyEvent(
                at=moment_fact(event["at"], zone),
                kind=event["kind"],
                from_holder=event["from_holder"],
                to_holder=event["to_holder"],
                place=event["place"],
                purpose=event["purpose"],
                condition=event["condition"],
                hash_check=matches[event["hash_matches"]],
            )
            for event in exhibit["custody"]
        ),
    )


def _decisions(user: User, handover: HandoverRequest) -> list[f.Decision]:
    found = []
    for step in happenings_of(user, handover):
        if step.status in {handover.Status.DRAFT, handover.Status.INTERNAL}:
            continue
        note = step.note
        if step.status == handover.Status.SUBMITTED:
            # The requesting country's own statement stands with its request.
            note = handover.facts
        elif step.status == handover.Status.HANDED_OVER and handover.handed_over_at is not None:
            note = "\n".join(filter(None, [handover.handed_over_place, handover.handed_over_note]))
        zone = step.country.time_zone if step.country else handover.requested.time_zone
        happened = step.at
        if step.status == handover.Status.HANDED_OVER and handover.handed_over_at is not None:
            happened = handover.handed_over_at
        found.append(
            f.Decision(
                status=step.status,
                by=step.by,
                at=f.Moment(happened, zone),
                country=country_fact(step.country) if step.country else None,
                note=note,
            )
        )
    return found


def _losses(case: dict[str, Any]) -> tuple[f.Loss, ...]:
    """Return what the case says of the loss; copies made before it was copied have none."""
    return tuple(f.Loss(**loss) for loss in case.get("losses", []))


def _fraud_victims(case: dict[str, Any]) -> str:
    number = case.get("fraud_victims")
    return "" if number is None else str(number)


def _plan(handover: HandoverRequest) -> f.Plan | None:
    zone = handover.requested.time_zone

    def moment(at: dt.datetime | None) -> f.Moment | None:
        return f.Moment(at, zone) if at else None

    plan = f.Plan(
        planned_at=moment(handover.planned_at),
        planned_place=handover.planned_place,
        note=handover.planned_note,
        handed_over_at=moment(handover.handed_over_at),
        handed_over_place=handover.handed_over_place,
        handed_over_note=handover.handed_over_note,
    )
    return plan if any(plan.to_plain().values()) else None
