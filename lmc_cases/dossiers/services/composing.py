"""Turn what a request disclosed into the facts of a dossier."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from lmc_cases.dossiers import facts as f
from lmc_cases.handovers.services.disclosure import GOES, read_photo
from lmc_cases.handovers.services.reading import happenings_of
from lmc_cases.handovers.services.sealed import opened_people
from lmc_cases.handovers.services.standing import Standing, standings_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.handovers.models import HandoverRequest
    from lmc_cases.jurisdictions.models import Jurisdiction

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
    statement = _texts(disclosed["texts"]["FACTS"])
    request_statement = f.Text(handover.facts_language, handover.facts)
    checks = _checks(handover, zone)
    going = {
        subject.snapshot["suspect"]
        for subject in handover.subjects.filter(outcome__in=GOES)
        if subject.snapshot
    }
    return f.DossierFacts(
        reference=handover.reference,
        case_reference=case["reference"],
        version=version,
        created_at=f.Moment(created_at, zone),
        requesting_country=_country(handover.requesting),
        requested_country=_country(handover.requested),
        requesting_agency=handover.created_by.agency.name if handover.created_by.agency else "",
        requested_agency=case["agency"],
        case_title=_texts(disclosed["texts"]["TITLE"]),
        case_summary=_texts(disclosed["texts"]["SUMMARY"]),
        statement_of_facts=statement or (request_statement,),
        legal_basis=_legal_basis(disclosed),
        subjects=tuple(
            _subject(person, checks.get(person["suspect"], ()))
            for person in opened_people(handover, disclosed["subjects"])
            if person["suspect"] in going
        ),
        exhibits=tuple(_exhibit(exhibit, zone) for exhibit in disclosed["exhibits"]),
        decisions=tuple(_decisions(user, handover)),
        languages=languages,
        supersedes=supersedes,
        supersedes_reason=disclosed.get("correction_reason", "") if supersedes else "",
        purpose="HANDOVER",
        handling_code=case["classification"],
        handling=tuple(code for code in case.get("handling", []) if code != "H0"),
        restriction=case.get("restriction", ""),
        assessment=_texts(disclosed["texts"].get("ASSESSMENT", [])),
        disclosure=f.Disclosure(
            recipient=_country(handover.requesting),
            recipient_agency=handover.created_by.agency.name if handover.created_by.agency else "",
            level="FULL",
            purpose="HANDOVER",
            reason=handover.decision_reason,
            withheld=tuple(disclosed["withheld"]),
        ),
        is_demo=bool(case["is_demo"]),
    )


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


def _country(country: Jurisdiction) -> f.Country:
    return f.Country(country.code, {"en": country.name_en})


def _coded(code: str) -> f.Country | None:
    return f.Country(code) if code else None


def _texts(rows: list[dict[str, Any]]) -> tuple[f.Text, ...]:
    return tuple(
        f.Text(row["language"], row["text"], is_original=row["is_original"], translator=row["translator"])
        for row in rows
    )


def _moment(text: str | None, zone: str) -> f.Moment | None:
    return f.Moment(dt.datetime.fromisoformat(text), zone) if text else None


def _legal_basis(disclosed: dict[str, Any]) -> f.LegalBasis:
    instrument = disclosed["instrument"]
    if instrument is None:
        # In words only: the officer's own, so there is neither source nor confidence.
        return f.LegalBasis(instrument="", note=disclosed["legal_basis"])
    return f.LegalBasis(
        instrument=instrument["title"],
        note=disclosed["legal_basis"],
        source=instrument["source"],
        confidence=instrument["confidence"],
    )


def _checks(handover: HandoverRequest, zone: str) -> dict[str, tuple[f.PersonCheck, ...]]:
    """Return what both sides found of each person, by public id; empty before one of them recorded anything."""
    standings = standings_of(handover)
    if not any(row.sending or row.receiving or row.exception for person in standings for row in person.rows):
        return {}
    return {
        person.subject.snapshot.get("suspect", ""): tuple(
            f.PersonCheck(
                kind=row.check.kind.value,
                answers=tuple(
                    f.CheckAnswer(
                        country=_country(side),
                        outcome=found.outcome,
                        by=found.recorded_by.full_name,
                        at=f.Moment(found.recorded_at, zone),
                    )
                    for side, found in (
                        (handover.requested, row.sending),
                        (handover.requesting, row.receiving),
                    )
                    if found is not None
                ),
                exception=_exception(row, zone),
            )
            for row in person.rows
        )
        for person in standings
    }


def _exception(row: Standing, zone: str) -> f.CheckException | None:
    """Only what a second officer has confirmed is one."""
    made = row.exception
    if made is None or made.confirmed_by is None or made.confirmed_at is None:
        return None
    return f.CheckException(
        reason=made.reason,
        proposed_by=made.proposed_by.full_name,
        confirmed_by=made.confirmed_by.full_name,
        at=f.Moment(made.confirmed_at, zone),
    )


def _subject(person: dict[str, Any], checks: tuple[f.PersonCheck, ...]) -> f.Subject:
    birth = person["birth"]
    photo = person["photo_sha256"]
    return f.Subject(
        name=f.Name(person["name"] or person["romanised"], person["name_language"]),
        romanised_name=person["romanised"],
        aliases=tuple(f.Name(alias) for alias in person["aliases"]),
        documents=tuple(
            f.IdentityDocument(
                kind=paper["kind"],
                number=paper["number"],
                issuing_country=_coded(paper["issuing_country"]),
                status=paper["status"],
            )
            for paper in person["documents"]
        ),
        birth_date=f.BirthDate(**birth) if birth["as_written"] or birth["year"] else None,
        sex=person["sex"],
        nationality=_coded(person["nationality"]),
        role=person["role"],
        category=person["category"],
        is_contested=person.get("is_contested", False),
        photo=f.Photo(read_photo(photo)) if photo else None,
        marks=_marks(person),
        checks=checks,
    )


def _marks(copy: dict[str, Any]) -> f.Marks | None:
    """Return the marks of a copied person or exhibit; copies made before there were any have none."""
    marks = copy.get("marks")
    if marks is None:
        return None
    return f.Marks(
        handling=tuple(marks["handling"]),
        restriction=marks["restriction"],
        grading=marks["grading"],
        statement=marks["statement"],
        origin=_coded(marks["origin"]),
    )


def _exhibit(exhibit: dict[str, Any], zone: str) -> f.Exhibit:
    matches = {True: "MATCH", False: "MISMATCH", None: "NOT_CHECKED"}
    description = exhibit["description"]
    return f.Exhibit(
        number=exhibit["number"],
        kind=exhibit["kind"],
        description=(f.Text(exhibit["language"], description),) if description else (),
        collected_place=exhibit["collected_where"],
        collected_at=_moment(exhibit["collected_at"], zone),
        collected_by=exhibit["collected_by"],
        file_name=exhibit["file_name"],
        size_bytes=exhibit["size_bytes"],
        sha256=exhibit["sha256"],
        scan_status=exhibit["scan_status"],
        marks=_marks(exhibit),
        custody=tuple(
            f.CustodyEvent(
                at=_moment(event["at"], zone),
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
                country=_country(step.country) if step.country else None,
                note=note,
            )
        )
    return found
