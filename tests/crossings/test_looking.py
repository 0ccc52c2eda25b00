"""Rule: whoever may be twice on a list, may be a child or was not screened is shown before a crossing is planned."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Disclosure
from lmc_cases.crossings.models import Crossing
from lmc_cases.crossings.services import finishing, planning, reading, splitting
from lmc_cases.crossings.services.looking import Flag, look_over, name_forms
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import surrendering
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.services import DocumentDetails
from lmc_cases.suspects.services.bulk import ImportedPerson, insert_suspects
from tests.crossings.samples import plan_of, ready
from tests.factories import officer, open_case, share
from tests.handovers.many_samples import Crowd, crowd

pytestmark = pytest.mark.django_db
YOUNG = f"{timezone.localdate().year - 15}-02-03"


def listed(name: str, romanised: str, number: str, birth: str = "1990-03-07") -> ImportedPerson:
    """Return an invented person of a list."""
    return ImportedPerson(
        row=2,
        fingerprint=uuid4().hex * 2,
        name_original=name,
        name_romanised=romanised,
        birth_date_text=birth,
        nationality="CN",
        documents=(DocumentDetails(kind="PASSPORT", number=number, issuing_country="CN"),),
    )


def bring(c: Crowd, *people: ImportedPerson) -> None:
    insert_suspects(actor=c.thai, case_id=c.case.uuid, rows=people, import_run=uuid4())


def flags(c: Crowd, handover: HandoverRequest | None = None) -> dict[str, set[Flag]]:
    """The flags of each person by name, without those that everybody bears in a fresh world."""
    found = look_over(actor=c.thai, handover_id=handover.uuid if handover else None)
    everybody = {Flag.NOT_SCREENED, Flag.HELD_BACK}
    return {
        str(one.subject.snapshot["name"]): set(one.flags) - everybody
        for one in found.shown
        if set(one.flags) - everybody
    }


def test_names_are_alike_in_any_order_and_without_marks() -> None:
    assert name_forms("", "NGUYỄN Văn-Đức") == name_forms("", "Duc, van Nguyen")
    assert name_forms("မောင် နမူနာ", "") != name_forms("မောင် နမူနီ", "")
    assert name_forms("", " - ") == set()


def test_twins_are_proposed_within_the_list() -> None:
    c = crowd(2)
    bring(
        c,
        listed("李样例", "Li Yangli", "A-111"),
        listed("李樣例", "YANGLI, Li", "A-222"),
        listed("何某", "He Mou", "B 333"),
        listed("另一个", "Ling Yige", "b333", "1985-01-01"),
        listed("李样例二", "Li Yangli", "C-444", "1971-05-05"),
    )
    handover = c.granted(c.drafts()[0])
    assert flags(c, handover) == {
        "李样例": {Flag.TWIN_NAME},
        "李樣例": {Flag.TWIN_NAME},
        "何某": {Flag.TWIN_DOCUMENT},
        "另一个": {Flag.TWIN_DOCUMENT},
    }


def test_twins_are_proposed_against_earlier_lists() -> None:
    c = crowd(1)
    bring(c, listed("赵样例", "Zhao Yangli", "Z-1"), listed("钱样例", "Qian Yangli", "Q-1"))
    c.granted(c.drafts()[0])
    case = open_case(c.thai, title="Invented second list")
    rows = (listed("赵样例", "Zhao Yangli", "Z-9"), listed("改名", "Gai Ming", "q1", "1999-09-09"))
    insert_suspects(actor=c.thai, case_id=case.uuid, rows=rows, import_run=uuid4())
    share(c.thai, case, "CN")
    later = Crowd(c.thai, c.supervisor, c.chinese, case, uuid4())
    handover = later.granted(later.drafts()[0])
    found = look_over(actor=c.thai, handover_id=handover.uuid)
    twins = {one.subject.snapshot["name"]: [twin.path[0] for twin in one.twins] for one in found.shown}
    assert twins == {"赵样例": ["handovers:person"], "改名": ["suspects:detail"]}


def test_the_young_and_the_unscreened_are_counted() -> None:
    c = crowd(3)
    bring(c, listed("小样例", "Xiao Yangli", "Y-1", YOUNG))
    handover = c.granted(c.drafts()[0])
    found = look_over(actor=c.thai, handover_id=handover.uuid)
    assert found.counts == {Flag.YOUNG_BIRTH: 1, Flag.NOT_SCREENED: 4, Flag.HELD_BACK: 4}
    young = look_over(actor=c.thai, handover_id=handover.uuid, flag="young_birth")
    assert [one.subject.snapshot["name"] for one in young.shown] == ["小样例"]


def test_whoever_passed_everything_is_not_on_it() -> None:
    c = crowd(3)
    handover = c.granted(c.drafts()[0])
    c.checked(handover)
    found = look_over(actor=c.thai)
    assert (found.persons, found.counts, found.shown) == (3, {}, ())


def test_the_receiving_side_and_third_countries_look_at_nothing() -> None:
    c = crowd(2)
    handover = c.granted(c.drafts()[0])
    for actor in (c.chinese, officer("VN")):
        with pytest.raises(HandoverRequest.DoesNotExist):
            look_over(actor=actor, handover_id=handover.uuid)
        assert look_over(actor=actor).persons == 0
    with pytest.raises(Crossing.DoesNotExist):
        look_over(actor=officer("TH", "prosecutor"))


def test_pages_of_the_list_hold_everybody_once(settings: Any) -> None:
    c = crowd(120)
    c.granted(c.drafts()[0])
    seen, after = [], 0
    while True:
        found = look_over(actor=c.thai, flag="not_screened", after=after)
        seen += [one.subject.pk for one in found.shown]
        after = found.more
        if not after:
            break
    assert len(seen) == len(set(seen)) == 120


@pytest.fixture
def page(client: Client) -> Callable[..., Any]:
    def ask(user: Any, name: str, *keys: Any, query: str = "") -> Any:
        client.force_login(user)
        return client.get(reverse(name, args=keys) + query)

    return ask


def test_the_page_leads_to_each_person(page: Callable[..., Any]) -> None:
    c = crowd(2)
    bring(c, listed("何某", "He Mou", "B 333"), listed("另一个", "Ling Yige", "b333", "1985-01-01"))
    handover = c.granted(c.drafts()[0])
    shown = page(c.thai, "crossings:look", query=f"?handover={handover.uuid}&flag=twin_document")
    assert shown.status_code == 200
    text = shown.content.decode()
    with acting_as(c.thai):
        for subject in handover.subjects.filter(snapshot__name__in=("何某", "另一个")):
            path = reverse("handovers:person", args=[handover.uuid, subject.uuid])
            # By the own name, and as the other's twin.
            assert text.count(f'href="{path}"') == 2
    assert page(c.thai, "crossings:look").status_code == 200
    assert page(c.thai, "crossings:look", query="?flag=x&after=x").status_code == 200
    assert page(c.thai, "crossings:look", query="?handover=x").status_code == 404
    assert page(c.chinese, "crossings:look", query=f"?handover={handover.uuid}").status_code == 404


def test_persons_of_a_long_crossing_are_filtered(page: Callable[..., Any]) -> None:
    c = crowd(120)
    handover = c.granted(c.drafts()[0])
    split = splitting.proposed_split(actor=c.thai, size=200, handover_id=handover.uuid)
    crossing = splitting.split_people(
        actor=c.thai, plan=plan_of(seats=200), mark=split.mark, handover_id=handover.uuid
    )[0]
    first = page(c.thai, "crossings:detail", crossing.uuid)
    assert len(first.context["persons"]) == 50
    assert first.context["is_long"]
    found = page(c.thai, "crossings:detail", crossing.uuid, query="?q=%E9%99%88%E7%A4%BA%E4%BE%8B")
    assert len(found.context["persons"]) == 20
    assert page(c.thai, "crossings:detail", crossing.uuid, query="?only=PRESENT").context["persons"] == []
    opened = page(c.thai, "crossings:detail", crossing.uuid, query="?only=open&after=100")
    assert len(opened.context["persons"]) == 20


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_list_of_a_crossing_goes_out_as_its_page_shows_it(client: Client, kind: str) -> None:
    c = crowd(3)
    bring(c, listed("=1+1", "Shi Xianli", "X-1"))
    handover = c.granted(c.drafts()[0])
    crossing = planning.create_crossing(actor=c.thai, receiving_code="CN", plan=plan_of())
    with acting_as(c.thai):
        ids = list(handover.subjects.values_list("uuid", flat=True))
    planning.seat_people(actor=c.thai, crossing_id=crossing.uuid, subject_ids=ids)
    path = reverse("crossings:detail", args=[crossing.uuid])
    for actor, status in ((c.thai, 200), (c.chinese, 200), (officer("VN"), 404)):
        client.force_login(actor)
        assert client.post(path).status_code == 405
        answer = client.post(path, {"format": kind})
        assert answer.status_code == status
        if status == 200:
            assert answer["Content-Disposition"].endswith(f'.{kind}"')
            rows = read_table(answer.content, kind)
            assert len(rows) == 5
            assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4"]
            # No cell is carried out by the program that opens it.
            assert rows[4][3] == "'=1+1"
    client.force_login(c.thai)
    narrow = client.post(f"{path}?q=Shi+Xianli", {"format": kind})
    assert [row[0] for row in read_table(narrow.content, kind)[1:]] == ["4"]
    exported = AuditEvent.objects.filter(verb="crossing.exported", object_uuid=crossing.uuid).order_by("pk")
    assert [event.codes["rows"] for event in exported] == [4, 4, 1]
    with acting_as(c.thai):
        noted = Disclosure.objects.filter(object_uuid=handover.uuid, path=Disclosure.Path.EXPORT)
        # Each side reads what the other gave, each time: the persons, and the statement of who asks.
        assert noted.count() == 3


def read_table(content: bytes, kind: str) -> list[list[str]]:
    """Read a table back."""
    if kind == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_who_was_left_behind_sits_on_a_later_crossing() -> None:
    """Also when the request was carried out for all others."""
    r = ready()
    crossing = r.marked("PRESENT", "PRESENT", "ABSENT")
    r.count(crossing, 2)
    r.answered(crossing)
    finishing.finish(actor=r.thai, crossing_id=crossing.uuid)
    with acting_as(r.thai):
        assert HandoverRequest.objects.get(pk=r.handover.pk).status == "HANDED_OVER"
    later = plan_of()
    surrendering.plan(actor=r.thai, handover_id=r.handover.uuid, at=later.planned_at, place=later.place)
    second = r.crossing()
    waiting, _more = reading.persons_to_seat(actor=r.thai, crossing=second)
    assert [one.subject.pk for one in waiting] == [r.subjects[2].pk]
    planning.seat_people(actor=r.thai, crossing_id=second.uuid, subject_ids=[r.subjects[2].uuid])
    planning.begin_marking(actor=r.thai, crossing_id=second.uuid)
