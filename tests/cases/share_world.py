"""Whom and what the tests of sharing begin with."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case, Level
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.evidence.services.items import ExhibitDetails, add_item
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.details import PersonDetails
from lmc_cases.suspects.services.people import add_suspect
from tests.factories import officer, open_case


@pytest.fixture
def thai() -> User:
    return officer("TH")


@pytest.fixture
def second() -> User:
    return officer("TH", "supervisor")


@pytest.fixture
def case(thai: User) -> Case:
    return open_case(thai, "Invented pier case")


@pytest.fixture
def classified(thai: User) -> Case:
    return open_case(thai, "Invented secret case", classification=Case.Classification.CONFIDENTIAL)


def person(actor: User, case: Case, name: str) -> Suspect:
    return add_suspect(
        actor=actor, case_id=case.uuid, details=PersonDetails(name_original=name), documents=[]
    )


def exhibit(actor: User, case: Case, number: str) -> EvidenceItem:
    return add_item(
        actor=actor,
        case_id=case.uuid,
        details=ExhibitDetails(exhibit_number=number, kind="FILE", description="Invented", language="en"),
    )


def terms(**changes: Any) -> dict[str, Any]:
    return {
        "recipient_code": "CN",
        "level": Level.EXISTENCE,
        "purpose": "LOCATE",
        "reason": "Invented reason",
        "expires_at": timezone.now() + dt.timedelta(days=30),
        **changes,
    }


def typed(**changes: Any) -> dict[str, Any]:
    return {
        "recipient_code": "CN",
        "agency_id": "",
        "level": "1",
        "purpose": "LOCATE",
        "reason": "Invented reason",
        "expires_at": f"{timezone.localdate() + dt.timedelta(days=10):%Y-%m-%d}T23:59",
        **changes,
    }


# What is shared


def raced(*acts: Callable[[], Any]) -> list[str]:
    """Run the acts at the same moment; return what came of each."""
    barrier, found = threading.Barrier(len(acts)), [""] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            act()
            found[place] = "done"
        except Exception as error:  # noqa: BLE001 - the test looks at what it was
            found[place] = type(error).__name__
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found
