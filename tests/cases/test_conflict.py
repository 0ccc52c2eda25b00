"""Two officers edit one record: the second sees both texts, and nothing typed is lost."""

from __future__ import annotations

import pytest
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import Case, CaseText
from tests.cases.browsing import signed_in, words
from tests.cases.test_editing import edit_input
from tests.factories import officer, open_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]


@pytest.fixture
def thai() -> User:
    return officer("TH")


def test_the_second_of_two_edits_sees_both_and_can_save_with_the_new_version(thai: User) -> None:
    other = officer("TH")
    case = open_case(thai, place="Before")
    url = reverse("cases:edit", args=[case.uuid])
    first, second = signed_in(thai), signed_in(other)
    read_by_both = edit_input(second, case)
    first.post(url, {**read_by_both, "place": "First wins", "status": "SUSPENDED"})
    typed = {**read_by_both, "place": "Second typed this", "classification": "SECRET", "reason": "Because"}
    conflict = second.post(url, typed)
    assert conflict.status_code == 409
    shown = words(conflict)
    assert "First wins" in shown
    assert thai.full_name in shown
    assert "Restricted" in shown  # the stored code in words, not as a code
    body = conflict.content.decode()
    assert 'value="Second typed this"' in body
    assert Case.objects.get(pk=case.pk).version == 2
    # What the page sends next: the hidden fields it holds and what stays typed.
    resent = {name: field.value() or "" for name, field in ((f.name, f) for f in conflict.context["form"])}
    assert resent["version"] == "2"
    assert resent["reason"] == "Because"
    assert second.post(url, resent).status_code == 302
    saved = Case.objects.select_related("detail").get(pk=case.pk)
    assert (saved.detail.place, saved.classification) == ("Second typed this", "SECRET")
    # What the second officer never touched stays as the first saved it.
    assert saved.status == "SUSPENDED"


def test_a_text_changed_meanwhile_is_shown_beside_what_was_typed(thai: User) -> None:
    case = open_case(thai)
    url = reverse("cases:text", args=[case.uuid, "FACTS", "th"])
    first, second = signed_in(thai), signed_in(officer("TH"))
    # Both found no text and began to write one.
    first.post(url, {"text": "ข้อความแรก", "version": ""})
    conflict = second.post(url, {"text": "ข้อความที่สอง", "version": ""})
    assert conflict.status_code == 409
    assert "ข้อความแรก" in words(conflict)
    assert "ข้อความที่สอง" in words(conflict)
    assert CaseText.objects.get(case=case, kind="FACTS").text == "ข้อความแรก"
    assert second.post(url, {"text": "รวมกัน", "version": "1"}).status_code == 302
    assert CaseText.objects.get(case=case, kind="FACTS").version == 2


def test_the_same_text_from_two_officers_is_no_conflict(thai: User) -> None:
    case = open_case(thai)
    url = reverse("cases:text", args=[case.uuid, "FACTS", "en"])
    for client in (signed_in(thai), signed_in(officer("TH"))):
        assert client.post(url, {"text": "Same", "version": ""}).status_code == 302
    assert CaseText.objects.get(case=case, kind="FACTS").version == 1


def test_markup_typed_into_a_conflict_stays_text(thai: User) -> None:
    case = open_case(thai)
    url = reverse("cases:text", args=[case.uuid, "FACTS", "en"])
    client = signed_in(thai)
    client.post(url, {"text": "<script>theirs</script>"})
    conflict = client.post(url, {"text": "</textarea><script>mine</script>"})
    assert conflict.status_code == 409
    assert "<script>theirs" not in conflict.content.decode()
    assert "<script>mine" not in conflict.content.decode()
