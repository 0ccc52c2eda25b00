"""The chain of custody: added to, never changed, and what does not fit is named."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from lmc_cases.core.errors import InvalidInput
from lmc_cases.evidence.models import CustodyEvent, EvidenceItem
from lmc_cases.evidence.services import open_download, record_custody
from lmc_cases.evidence.services.custody import chain_of, gaps, holder_of
from lmc_cases.jurisdictions.access import acting_as
from tests.evidence.samples import exhibit, with_file
from tests.factories import officer, open_case, share

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def event(pk: int, kind: str, giver: str = "", taker: str = "", *, hours: int | None = 0) -> CustodyEvent:
    at = None if hours is None else NOW + dt.timedelta(hours=pk if hours == 0 else hours)
    return CustodyEvent(pk=pk, kind=kind, from_holder=giver, to_holder=taker, happened_at=at)


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([("COLLECTED", "", "A"), ("TRANSFERRED", "A", "B"), ("TRANSFERRED", "B", "C")], {}),
        ([("COLLECTED", "", "A"), ("EXAMINED", "", ""), ("TRANSFERRED", "A", "B")], {}),
        ([("COLLECTED", "", "Phan Văn"), ("TRANSFERRED", " phan  van", "B")], {}),
        ([("COLLECTED", "", "A"), ("TRANSFERRED", "X", "B")], {2: "X hands over what A held"}),
        ([("COLLECTED", "", "A"), ("COLLECTED", "", "B")], {2: "two holders"}),
        ([("TRANSFERRED", "A", "B")], {1: "How it came to A is not recorded."}),
        ([("COLLECTED", "", "A"), ("TRANSFERRED", "", "B")], {2: "Who handed it over is not recorded."}),
        ([], {}),
    ],
)
def test_a_time_with_no_holder_or_with_two_is_named(
    events: list[tuple[str, str, str]], found: dict[int, str]
) -> None:
    named = gaps([event(place, *act) for place, act in enumerate(events, start=1)])
    assert set(named) == set(found)
    for place, words in found.items():
        assert words in named[place]


def test_an_act_without_a_time_is_named() -> None:
    assert "not known" in gaps([event(1, "COLLECTED", "", "A", hours=None)])[1]


@pytest.mark.django_db
def test_an_act_is_recorded_with_its_circumstances_and_who_holds_the_exhibit_follows() -> None:
    thai = officer("TH")
    item = exhibit(thai, open_case(thai), collected_at=NOW, collected_by="A")
    assert holder_of(item) == "A"
    made = record_custody(
        actor=thai,
        item_id=item.uuid,
        kind="TRANSFERRED",
        happened_at=NOW + dt.timedelta(hours=1),
        from_holder="A",
        to_holder="B",
        place="Evidence room\u202e",
        purpose="Storage",
        condition="Seal 42 intact",
    )
    assert (made.place, made.recorded_by, holder_of(item)) == ("Evidence room", thai, "B")
    assert [line.problem for line in chain_of(thai, item)] == ["", ""]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "DOWNLOADED"}, "kind"),
        ({"kind": "HASH_CHECKED"}, "kind"),
        ({"kind": "nonsense"}, "kind"),
        ({"happened_at": None}, "happened_at"),
        ({"from_holder": ""}, "from_holder"),
        ({"to_holder": " \u202e"}, "to_holder"),
        ({"purpose": "x" * 301}, "purpose"),
    ],
)
def test_what_cannot_be_recorded_is_refused_by_field(fields: dict[str, object], field: str) -> None:
    thai = officer("TH")
    item = exhibit(thai, open_case(thai))
    given = {"kind": "TRANSFERRED", "happened_at": NOW, "from_holder": "A", "to_holder": "B", **fields}
    with pytest.raises(InvalidInput) as refused:
        record_custody(actor=thai, item_id=item.uuid, **given)  # type: ignore[arg-type]
    assert refused.value.field == field
    assert not CustodyEvent.objects.exists()


@pytest.mark.django_db
def test_nothing_is_recorded_before_it_happened() -> None:
    thai = officer("TH")
    item = exhibit(thai, open_case(thai))
    with pytest.raises(InvalidInput, match="future"):
        record_custody(
            actor=thai,
            item_id=item.uuid,
            kind="EXAMINED",
            happened_at=timezone.now() + dt.timedelta(minutes=2),
        )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE evidence_custodyevent SET to_holder = 'X'",
        "DELETE FROM evidence_custodyevent",
        "TRUNCATE evidence_custodyevent",
    ],
)
def test_the_database_refuses_to_change_or_delete_an_act(statement: str) -> None:
    """As the role that serves the pages: no code of ours can rewrite a chain of custody."""
    thai = officer("TH")
    exhibit(thai, open_case(thai), collected_at=NOW, collected_by="A")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("lmc_app",)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)
    with acting_as(thai):
        assert CustodyEvent.objects.get().to_holder == "A"


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_even_the_owner_of_the_tables_cannot_rewrite_an_act() -> None:
    from django.db import connections

    thai = officer("TH")
    exhibit(thai, open_case(thai), collected_at=NOW, collected_by="A")
    with pytest.raises(DatabaseError), transaction.atomic(using="owner"):
        connections["owner"].cursor().execute("UPDATE evidence_custodyevent SET to_holder = 'X'")
    with acting_as(thai):
        assert CustodyEvent.objects.get().to_holder == "A"


@pytest.mark.django_db
def test_one_recipient_does_not_learn_of_another_from_the_downloads(
    settings: object, tmp_path: object
) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    thai, chinese, lao = officer("TH"), officer("CN"), officer("LA")
    case = open_case(thai)
    item = with_file(thai, case)
    share(thai, case, "CN")
    share(thai, case, "LA")
    open_download(actor=chinese, item_id=item.uuid).file.close()
    kinds = {
        who: {line.event.kind for line in chain_of(who, EvidenceItem.objects.get(pk=item.pk))}
        for who in (thai, chinese, lao)
    }
    assert kinds[thai] == kinds[chinese] == {"UPLOADED", "DOWNLOADED"}
    assert kinds[lao] == {"UPLOADED"}
