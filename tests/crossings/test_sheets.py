"""Rule: the manifest on paper goes to who marks the persons, and is noted; a photograph of the border opens for both sides."""

from __future__ import annotations

import io
import re
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Disclosure
from lmc_cases.crossings.border_people import people_at_border
from lmc_cases.crossings.border_people import seats_of as seats_on
from lmc_cases.crossings.models import Crossing, Mark
from lmc_cases.crossings.services import marking, sheets
from lmc_cases.crossings.services.marking import NewMark
from lmc_cases.crossings.services.sheets import PhotoDamaged
from lmc_cases.handovers.models import PropertyItem
from lmc_cases.jurisdictions.access import acting_as
from tests.cases.browsing import signed_in
from tests.crossings.border_samples import at_border, keep_photos, seats_of
from tests.factories import officer, say_why
from tests.handovers.samples import World, jpeg, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


def build() -> tuple[World, Crossing]:
    made = world(evidence=1)
    say_why(made.chinese, made.case)
    keep_photos(made)
    return made, at_border(made)


built, at_the_border = once_per_module(build)


@pytest.fixture
def w(at_the_border: tuple[World, Crossing]) -> World:
    return at_the_border[0]


@pytest.fixture
def crossing(at_the_border: tuple[World, Crossing]) -> Crossing:
    return at_the_border[1]


def photographed(w: World, crossing: Crossing, user: User | None = None) -> Mark:
    new = NewMark(
        uuid=uuid4(),
        seat_id=seats_of(w, crossing)[0],
        outcome="PRESENT",
        marked_at=timezone.now(),
        photo=io.BytesIO(jpeg()),
    )
    (answer,) = marking.record_marks(actor=user or w.thai, crossing_id=crossing.uuid, marks=[new])
    assert answer.mark is not None
    return answer.mark


def test_the_sheet_shows_each_person_with_photograph_and_code_and_is_noted(
    w: World, crossing: Crossing
) -> None:
    shown = signed_in(w.chinese).get(reverse("crossings:sheet", args=[crossing.uuid])).content.decode()
    seats = seats_of(w, crossing)
    assert len(re.findall(r'class="lmc-sheet__code"', shown)) == len(seats)
    assert len(re.findall(r'src="data:image/jpeg;base64,', shown)) == len(seats)
    assert "王样例" in shown
    event = AuditEvent.objects.filter(verb="crossing.sheet_printed").get()
    assert event.codes["persons"] == len(seats)
    with acting_as(w.thai):
        assert Disclosure.objects.filter(path=Disclosure.Path.EXPORT).exists(), (
            "the ledger of the owner has it"
        )


@pytest.mark.parametrize("who", ["viet", "prosecutor", "auditor"])
def test_who_may_not_mark_sees_no_sheet(w: World, crossing: Crossing, who: str) -> None:
    user = w.viet if who == "viet" else officer("TH", who)
    assert signed_in(user).get(reverse("crossings:sheet", args=[crossing.uuid])).status_code == 404
    assert signed_in(user).get(reverse("crossings:sheet", args=[uuid4()])).status_code == 404


def test_both_sides_open_a_photograph_of_the_border_and_nobody_else(w: World, crossing: Crossing) -> None:
    mark = photographed(w, crossing)
    address = reverse("crossings:mark_photo", args=[crossing.uuid, mark.uuid])
    person = reverse("crossings:person", args=[crossing.uuid, seats_of(w, crossing)[0]])
    for user in (w.thai, w.chinese):
        client = signed_in(user)
        assert address in client.get(person).content.decode()
        answer = client.get(address)
        assert answer["Content-Type"] == "image/jpeg"
        with Image.open(io.BytesIO(b"".join(answer))) as image:  # type: ignore[call-overload]
            assert image.format == "JPEG"
    assert AuditEvent.objects.filter(verb="crossing.photo_viewed").count() == 2
    assert signed_in(w.viet).get(address).status_code == 404
    missing = reverse("crossings:mark_photo", args=[crossing.uuid, uuid4()])
    assert signed_in(w.thai).get(missing).status_code == 404


def looks(w: World, mark: Mark) -> list[tuple[str, str, str]]:
    """The ledger's entries on a photograph, as the country that took it reads them."""
    taker = w.thai if mark.country.code == "TH" else w.chinese
    with acting_as(taker):
        rows = Disclosure.objects.made_by(taker).filter(path="PHOTO", sha256=mark.photo_sha256)
        assert all(row.versions == {"mark": str(mark.uuid)} for row in rows)
        return [(row.owner.code, row.recipient.code, row.rule) for row in rows]


@pytest.mark.parametrize("taker", ["thai", "chinese"])
def test_the_photograph_of_one_side_stands_in_the_ledger_once_the_other_opened_it(
    w: World, crossing: Crossing, taker: str
) -> None:
    own, other = (w.thai, w.chinese) if taker == "thai" else (w.chinese, w.thai)
    mark = photographed(w, crossing, own)
    address = reverse("crossings:mark_photo", args=[crossing.uuid, mark.uuid])
    signed_in(own).get(address)
    assert looks(w, mark) == [], "nobody discloses to itself"
    for _look in range(2):
        signed_in(other).get(address)
    sides = ("TH", "CN") if taker == "thai" else ("CN", "TH")
    assert looks(w, mark) == [(*sides, "HANDOVER")], "a look is noted once a day"


def test_a_photograph_that_was_changed_on_disk_is_not_shown(w: World, crossing: Crossing) -> None:
    mark = photographed(w, crossing)
    with mark.photo.storage.open(mark.photo.name, "wb") as stored:
        stored.write(jpeg(3))
    with pytest.raises(PhotoDamaged):
        sheets.mark_photo(actor=w.thai, crossing_id=crossing.uuid, mark_id=mark.uuid)
    answer = signed_in(w.thai).get(reverse("crossings:mark_photo", args=[crossing.uuid, mark.uuid]))
    assert answer.status_code == 409


def test_the_phones_property_list_names_what_crosses_with_whom(w: World, crossing: Crossing) -> None:
    with acting_as(w.thai):
        seat = crossing.manifest.select_related("handover", "subject").order_by("position")[1]
    for description, disposition in (("Ring (invented)", "TRAVELS"), ("Keys (invented)", "RETURNED")):
        with acting_as(w.thai):
            PropertyItem.objects.create(
                handover=seat.handover,
                subject=seat.subject,
                description=description,
                quantity=2,
                disposition=disposition,
                recorded_by=w.thai,
            )
    with acting_as(w.chinese):
        _people, listed = people_at_border(w.chinese, seats_on(w.chinese, crossing))
    assert f"{seat.position} · 2 × Ring (invented)" in listed
    assert not any("Keys" in line for line in listed), "what went back to the person does not cross"
