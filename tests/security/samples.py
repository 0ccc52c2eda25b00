"""A signed-in attacker, and a Thai case with one person in it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.details import PersonDetails
from lmc_cases.suspects.services.people import add_suspect
from tests.factories import open_case, say_why_all


def browser_of(user: User) -> Client:
    """Return a browser in which the officer is signed in; error pages come back as answers."""
    say_why_all(user)
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def case_with_person(actor: User, name: str = "MARKNAME") -> tuple[Case, Suspect]:
    """Return a case of the officer's country and one person of it."""
    case = open_case(actor, "MARKTITLE")
    return case, add_suspect(actor=actor, case_id=case.uuid, details=PersonDetails(name_original=name))


def request_fields(suspect: Suspect, **more: Any) -> dict[str, Any]:
    """Return what the form of a new handover request sends."""
    return {
        "procedure": "POLICE_HANDOVER",
        "suspect_ids": [str(suspect.uuid)],
        "legal_basis": "MARKREQUEST basis",
        "facts": "MARKREQUEST facts",
        "facts_language": "en",
        "instrument_id": "",
        **more,
    }
