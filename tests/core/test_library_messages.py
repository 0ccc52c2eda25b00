"""What a library can say to an officer is in our catalogues."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import django.forms.fields as fields
import pytest
from allauth.account.adapter import DefaultAccountAdapter
from django.core import validators
from django.utils.functional import Promise

from lmc_cases.accounts.reference_messages import READING_REASONS, ROLES
from lmc_cases.core import library_messages
from lmc_cases.jurisdictions.reference_messages import TYPOLOGIES

ROOT = Path(__file__).resolve().parents[2] / "lmc_cases"
LISTED = {
    text
    for group in ("FORMS", "PASSWORDS", "SIGN_IN", "API", "FILTERS")
    for text in getattr(library_messages, group)
}
# Fields no form of ours has, and messages of accounts we do not offer.
NOT_OURS = (
    "duration",
    "IPv",
    "GenericIPAddress",
    "slug",
    "phone",
    "sername",
    "step size",
    "days must",
    "(it is",
)


def _messages(source: object) -> set[str]:
    found = set()
    for message in getattr(source, "default_error_messages", {}).values():
        args = getattr(message, "_args", None) if isinstance(message, Promise) else None
        found.add(str(args[0]) if args else str(message))
    return found


def test_every_message_of_a_form_field_is_listed() -> None:
    said: set[str] = set()
    for field in vars(fields).values():
        if isinstance(field, type) and issubclass(field, fields.Field):
            said |= _messages(field)
    for validator in (validators.RegexValidator, validators.EmailValidator, validators.URLValidator):
        said.add(str(validator.message))
    plurals = {"Ensure this filename has at most"}
    missing = {
        text
        for text in said - LISTED - {""}
        if not any(part in text for part in NOT_OURS)
        and not any(text.startswith(plural) for plural in plurals)
    }
    assert not missing


@pytest.mark.parametrize(
    "code", ["email_password_mismatch", "incorrect_code", "invalid_login", "account_inactive"]
)
def test_what_sign_in_answers_is_listed(code: str) -> None:
    assert str(DefaultAccountAdapter.error_messages[code]) in LISTED


def test_every_typology_and_role_has_its_label_in_the_catalogues() -> None:
    with (ROOT / "jurisdictions/reference/typologies.csv").open(encoding="utf-8", newline="") as lines:
        assert {row["label_en"] for row in csv.DictReader(lines)} == set(TYPOLOGIES)
    roles = json.loads((ROOT / "accounts/reference/roles.json").read_text(encoding="utf-8"))
    assert {row["label_en"] for row in roles} == set(ROLES)
    reasons = json.loads((ROOT / "accounts/reference/reading_reasons.json").read_text(encoding="utf-8"))
    assert {row["label_en"] for row in reasons} == set(READING_REASONS)
