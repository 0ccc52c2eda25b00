"""People and cases for tests, made through the services: what they could not do, no officer could."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.accounts.services.officers import open_account
from lmc_cases.cases.models import Case, CaseShare, Level
from lmc_cases.cases.services import casework, reading_reasons, sharing
from lmc_cases.jurisdictions.models import Agency, Clearance, Jurisdiction
from lmc_cases.jurisdictions.services import save_agency

_numbers = itertools.count(1)
PASSWORD = "invented people only 1"


def demo_agency(country_code: str, suffix: str = "UNIT") -> Agency:
    """Return an invented unit of a country."""
    country = Jurisdiction.objects.get(code=country_code)
    return save_agency(
        country=country,
        code=f"{country_code}-{suffix}",
        name=f"Invented unit {suffix} of {country.name_en}",
        kind=Agency.Kind.POLICE,
        is_demo=True,
    )


def officer(country_code: str, *roles: str, suffix: str = "UNIT", **fields: Any) -> User:
    """Return an officer of an invented unit with the given roles (default: liaison officer)."""
    number = next(_numbers)
    return open_account(
        actor=None,
        agency=demo_agency(country_code, suffix),
        email=f"officer{number}@{country_code.lower()}.invalid",
        full_name=f"Invented Officer {number}",
        password=PASSWORD,
        role_codes=list(roles) or ["liaison_officer"],
        is_demo=True,
        language=fields.pop("language", "en"),
        clearance=fields.pop("clearance", Clearance.SECRET),
        **fields,
    )


def open_case(actor: User, title: str = "Invented case", **fields: Any) -> Case:
    """Return a case opened by ``actor``."""
    return casework.open_case(actor=actor, title=title, language=fields.pop("language", "en"), **fields)


def share(
    actor: User,
    case: Case,
    recipient_code: str,
    level: Level = Level.FULL,
    *,
    ends_in: dt.timedelta = dt.timedelta(days=30),
    second: User | None = None,
    **fields: Any,
) -> CaseShare:
    """Share ``case`` with a country; confirmed by ``second`` where a second officer is needed and given."""
    fields.setdefault("approval_missing", "Invented: nobody has set the rule")
    made = sharing.share_case(
        actor=actor,
        case_id=case.uuid,
        recipient_code=recipient_code,
        level=level,
        purpose=CaseShare.Purpose.INVESTIGATION,
        reason="Invented reason",
        expires_at=timezone.now() + ends_in,
        **fields,
    )
    if made.confirmed_at is None and second is not None:
        return sharing.confirm_share(actor=second, share_id=made.uuid)
    return made


def say_why(reader: User, *cases: Case, code: str = "SUPPORT") -> None:
    """Give the reason that the pages and the API ask an officer for before another country's case, for today."""
    for case in cases:
        reading_reasons.give_reason(actor=reader, case_id=case.uuid, code=code)


def say_why_all(reader: User) -> None:
    """Give today's reason for every case of another country that the officer sees now."""
    if reader.agency is not None:
        say_why(reader, *Case.objects.visible_to(reader).exclude(owner=reader.country))
