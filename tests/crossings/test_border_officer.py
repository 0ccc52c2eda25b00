"""Rule: who may mark at the border marks, photographs and counts for the own country, and does nothing else.

A border officer has that right and no other; signing, planning and the requests stay with liaison officers.
"""

from __future__ import annotations

import base64
import io
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from lmc_cases.accounts.models import User
from lmc_cases.core.errors import NotAllowed
from lmc_cases.crossings.models import Crossing, HeadCount, Mark
from lmc_cases.crossings.services import counting, finishing, marking, planning, receipts
from lmc_cases.crossings.services.marking import NewMark
from lmc_cases.jurisdictions.access import Action, acting_as, jurisdictions_granting
from tests.cases.browsing import signed_in
from tests.crossings.border_samples import at_border, keep_photos, seats_of
from tests.crossings.samples import plan_of
from tests.crossings.test_border import mark, sent, taken
from tests.factories import officer, say_why
from tests.handovers.samples import World, jpeg, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
MARKS = ("liaison_officer", "supervisor", "border_officer")
READS = ("prosecutor", "legal_officer", "evidence_custodian", "informant_handler")
ROLES = (*MARKS, *READS, "auditor", "country_administrator")


@pytest.fixture(autouse=True)
def one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False


def build() -> tuple[World, Crossing]:
    made = world(evidence=1)
    keep_photos(made)
    return made, at_border(made)


built, at_the_border = once_per_module(build)


@pytest.fixture
def w(at_the_border: tuple[World, Crossing]) -> World:
    return at_the_border[0]


@pytest.fixture
def crossing(at_the_border: tuple[World, Crossing]) -> Crossing:
    return at_the_border[1]


def new(seat: Any) -> NewMark:
    return NewMark(uuid=uuid4(), seat_id=seat, outcome="PRESENT", marked_at=timezone.now())


@pytest.mark.parametrize("country", ["TH", "CN"])
@pytest.mark.parametrize("role", ROLES)
def test_the_matrix_of_who_marks(w: World, crossing: Crossing, country: str, role: str) -> None:
    user, seat = officer(country, role), seats_of(w, crossing)[0]
    if role in MARKS:
        (answer,) = marking.record_marks(actor=user, crossing_id=crossing.uuid, marks=[new(seat)])
        assert answer.mark is not None
        assert answer.mark.country.code == country
        assert counting.record_count(actor=user, crossing_id=crossing.uuid, persons=3).country.code == country
    else:
        with pytest.raises(Crossing.DoesNotExist):
            marking.record_marks(actor=user, crossing_id=crossing.uuid, marks=[new(seat)])
        with pytest.raises(Crossing.DoesNotExist):
            counting.record_count(actor=user, crossing_id=crossing.uuid, persons=3)
        assert signed_in(user).get(reverse("crossings:border", args=[crossing.uuid])).status_code == 404


@pytest.mark.parametrize("country", ["TH", "CN"])
def test_a_border_officer_works_on_the_phone_and_on_the_pages(
    w: World, crossing: Crossing, country: str
) -> None:
    user = officer(country, "border_officer")
    say_why(user, w.case)
    client, seats = signed_in(user), seats_of(w, crossing)
    given = taken(client, crossing)
    assert len(given["people"]) == 3
    photo = base64.b64encode(jpeg()).decode()
    count = {"kind": "count", "uuid": str(uuid4()), "persons": 2, "counted_at": timezone.now().isoformat()}
    items = [mark(seats[0], "UNFIT", photo=photo), mark(seats[1]), count]
    assert all(item["kept"] for item in sent(client, crossing, given["pack"], *items)["items"])
    with acting_as(user):
        assert Mark.objects.filter(marked_by=user).count() == 2
        assert HeadCount.objects.get().counted_by == user
        taken_photo = Mark.objects.get(seat__uuid=seats[0])
    shown = client.get(reverse("crossings:mark_photo", args=[crossing.uuid, taken_photo.uuid]))
    with Image.open(io.BytesIO(b"".join(shown))) as image:  # type: ignore[call-overload]
        assert image.format == "JPEG"
    for name in ("detail", "count", "present", "sheet"):
        assert client.get(reverse(f"crossings:{name}", args=[crossing.uuid])).status_code == 200, name
    page = client.get(reverse("crossings:person", args=[crossing.uuid, seats[2]])).content.decode()
    assert 'name="outcome"' in page


def test_a_border_officer_neither_plans_nor_ends_nor_signs(w: World, crossing: Crossing) -> None:
    user = officer("TH", "border_officer")
    client = signed_in(user)
    for name in ("edit", "seat", "take_off", "take_off_held_back", "begin", "cancel", "finish"):
        address = reverse(f"crossings:{name}", args=[crossing.uuid])
        assert (client.get(address).status_code, client.post(address).status_code) == (404, 404), name
    page = client.get(reverse("crossings:detail", args=[crossing.uuid])).content.decode()
    for name in ("edit", "cancel", "finish"):
        assert reverse(f"crossings:{name}", args=[crossing.uuid]) not in page
    assert reverse("crossings:present", args=[crossing.uuid]) in page
    for act in (
        lambda: planning.create_crossing(actor=user, receiving_code="CN", plan=plan_of()),
        lambda: finishing.finish(actor=user, crossing_id=crossing.uuid),
        lambda: receipts.draw_up(actor=user, crossing_id=crossing.uuid),
    ):
        with pytest.raises((Crossing.DoesNotExist, NotAllowed)):
            act()
    assert receipts.may_answer(user, crossing) is None
    assert client.get(reverse("cases:create")).status_code in {403, 404}


def test_the_right_ends_at_the_own_country(w: World, crossing: Crossing) -> None:
    stranger, seat = officer("VN", "border_officer"), seats_of(w, crossing)[0]
    with pytest.raises(Crossing.DoesNotExist):
        marking.record_marks(actor=stranger, crossing_id=crossing.uuid, marks=[new(seat)])
    assert signed_in(stranger).get(reverse("crossings:detail", args=[crossing.uuid])).status_code == 404
    assert granted(officer("TH", "border_officer"), Action.MARK_AT_BORDER) == ["TH"]
    held = {action for action in Action if granted(officer("TH", "border_officer"), action)}
    assert held == {Action.READ, Action.MARK_AT_BORDER}


def granted(user: User, action: Action) -> list[str]:
    return list(jurisdictions_granting(user, action).values_list("code", flat=True))
