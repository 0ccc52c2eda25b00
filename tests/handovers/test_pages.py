"""Requests through their pages: what each side sees, what each step asks, what nobody else gets."""

from __future__ import annotations

import re
import uuid
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Level
from lmc_cases.cases.services import sharing
from lmc_cases.core.history import save_as
from lmc_cases.core.once import new_token
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services import approving
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services import drafting, proceeding, sending
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.suspects.models import Suspect
from tests.cases.browsing import signed_in, status_and_cost, words
from tests.factories import officer, share
from tests.handovers.samples import World, person, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db
ACTS = ["edit", "submit", "acknowledge", "refuse", "hand_over", "close", "withdraw"]


built, w = once_per_module(world)


def page(name: str, handover: HandoverRequest) -> str:
    return reverse(name, args=[handover.uuid])


def form_data(w: World, **changes: object) -> dict[str, object]:
    given = w.arguments()
    data = {
        **given,
        "draft_id": new_token(w.chinese.pk),
        "procedure": "POLICE_HANDOVER",
        "suspect_ids": [str(each) for each in given["suspect_ids"]],
        "instrument_id": str(given["instrument_id"]),
    }
    return {**data, **changes}


def buttons(client: Client, handover: HandoverRequest) -> set[str]:
    """Names of the steps the page leads to; why the request is seen may be asked by everybody."""
    body = client.get(page("handovers:detail", handover)).content.decode()
    found = re.findall(rf"/(?:handovers|dossiers/request)/{handover.uuid}/([a-z-]+)/", body)
    other = {
        "why",
        "notes",
        "persons",
        "messages",
        "checks",
        "following",
        "limits",
        "documents",
        "statements",
    }
    return set(found) - other


def test_a_request_lives_from_the_case_to_its_end_through_the_pages(w: World) -> None:
    chinese, supervisor, thai = map(signed_in, (w.chinese, w.supervisor, w.thai))
    tab = chinese.get(reverse("handovers:of_case", args=[w.case.uuid]))
    create = reverse("handovers:create", args=[w.case.uuid])
    assert create in tab.content.decode()
    form = chinese.get(create)
    assert "Not reviewed by a lawyer" in words(form)
    # The case's own facts, in the language of the officer's papers.
    assert form.context["form"].initial["facts"] == "虚构的事实"
    data = form_data(w)
    made = chinese.post(create, data)
    handover = HandoverRequest.objects.visible_to(w.chinese).get()
    assert made.headers["Location"] == page("handovers:detail", handover)
    # Sent twice by a double click: the same draft.
    assert chinese.post(create, data).headers["Location"] == made.headers["Location"]
    assert buttons(chinese, handover) == {"edit", "submit", "withdraw"}
    steps = [
        (chinese, "handovers:submit", {}),
        (thai, "handovers:acknowledge", {}),
        (supervisor, "dossiers:approve", {**granted(handover), "reason": "เห็นชอบ"}),
    ]
    for client, name, given in steps:
        assert client.get(page(name, handover)).status_code == 200
        assert client.post(page(name, handover), given).status_code == 302
        # A second click leads to the same page and changes nothing.
        assert client.post(page(name, handover), given).status_code == 302
    assert Dossier.objects.visible_to(w.chinese).count() == 2
    planned = {"at": "2099-01-31T10:00", "place": "Mae Sot (invented)"}
    assert thai.post(page("handovers:plan", handover), planned).status_code == 302
    refused = supervisor.post(page("dossiers:clear", handover))
    assert refused.status_code == 422
    assert "These checks are not passed: S1: Identity, Age, Trafficking screening" in words(refused)
    w.cleared(handover)
    subjects = [str(row.uuid) for row in handover.subjects.order_by("position")]
    over = {
        # The officer's form is in the officer's own zone.
        "at": timezone.now().astimezone(ZoneInfo(w.thai.time_zone)).strftime("%Y-%m-%dT%H:%M"),
        "place": "Mae Sot (invented)",
        "subject_ids": subjects[:2],
    }
    assert thai.get(page("handovers:hand_over", handover)).status_code == 200
    assert thai.post(page("handovers:hand_over", handover), over).status_code == 302
    assert chinese.post(page("handovers:close", handover), {}).status_code == 302
    shown = words(thai.get(page("handovers:detail", handover)))
    for text in ("Closed", "Mae Sot (invented)", "王样例", "E0000001X", "เห็นชอบ", w.supervisor.full_name):
        assert text in shown
    verbs = AuditEvent.objects.filter(object_uuid=handover.uuid).values_list("verb", flat=True)
    assert list(verbs).count("handover.approved") == 1
    assert "handover.viewed" in verbs


def granted(handover: HandoverRequest) -> dict[str, str]:
    return {f"outcome_{subject.uuid}": "GRANTED" for subject in handover.subjects.all()}


def test_the_detail_reads_in_order(w: World) -> None:
    handover = w.submitted()
    shown = words(signed_in(w.thai_prosecutor).get(page("handovers:detail", handover)))
    order = ["Submitted", "Parties", "Persons", "Legal basis", "Statement of facts", "What happened"]
    places = [shown.index(text) for text in order]
    assert places == sorted(places)
    assert "Not reviewed by a lawyer" in shown


def test_each_side_is_shown_only_its_own_steps(w: World) -> None:
    handover = w.draft()
    assert buttons(signed_in(w.chinese_prosecutor), handover) == set()
    sending.submit(actor=w.chinese, handover_id=handover.uuid)
    assert buttons(signed_in(w.chinese), handover) == {"withdraw"}
    assert buttons(signed_in(w.thai), handover) == {"acknowledge", "leave"}
    proceeding.acknowledge(actor=w.thai, handover_id=handover.uuid)
    assert buttons(signed_in(w.supervisor), handover) == {"ask-information", "approve", "refuse", "leave"}
    assert buttons(signed_in(w.thai_prosecutor), handover) == set()


def test_a_victim_is_shown_with_the_category_and_cannot_be_ticked(w: World) -> None:
    client = signed_in(w.chinese)
    create = reverse("handovers:create", args=[w.case.uuid])
    body = client.get(create).content.decode()
    box = re.search(rf'<input[^>]*value="{w.victim.uuid}"[^>]*>', body)
    assert box is not None
    assert "disabled" in box.group()
    assert "Presumed trafficking victim" in words(client.get(create))
    refused = client.post(create, form_data(w, suspect_ids=[str(w.victim.uuid)]))
    assert refused.status_code == 422
    assert "S4 (Presumed trafficking victim)" in words(refused)
    assert not HandoverRequest.objects.exists()


def test_a_refused_form_keeps_what_was_typed(w: World) -> None:
    client = signed_in(w.chinese)
    create = reverse("handovers:create", args=[w.case.uuid])
    refused = client.post(create, form_data(w, suspect_ids=[], facts="打字很久"))
    assert refused.status_code == 422
    assert "打字很久" in refused.content.decode()
    draft = w.draft(facts="")
    refused = client.post(page("handovers:submit", draft))
    assert refused.status_code == 422
    assert "Enter the statement of facts." in words(refused)


def test_persons_of_a_large_case_are_found_by_name_or_number(w: World) -> None:
    with acting_as(w.thai):
        Suspect.objects.bulk_create(
            Suspect(
                case=w.case,
                originator_id=w.case.owner_id,
                number=number,
                name_romanised=f"Somchai {number}",
            )
            for number in range(10, 300)
        )
    client = signed_in(w.chinese)
    create = reverse("handovers:create", args=[w.case.uuid])
    first = words(client.get(create))
    assert "The case has more persons than are shown here." in first
    assert "Somchai 299" not in first
    found = words(client.get(create, {"q": "299, s 250，somchai 12, 王, 99999999999999999999"}))
    for text in ("Somchai 299", "Somchai 12 ", "Somchai 129", "王样例"):
        assert text in f"{found} "
    assert "Somchai 13 " not in found
    chosen = Suspect.objects.get(number=299)
    kept = client.get(create, {"person": [str(chosen.uuid), "no id"]})
    assert re.search(rf'value="{chosen.uuid}"[^>]*checked', kept.content.decode())


def test_two_editors_get_the_conflict_page_and_lose_nothing(w: World) -> None:
    draft = w.draft()
    other = signed_in(officer("CN"))
    mine = form_data(w, version="1", facts="我的文字")
    drafting.edit_draft(actor=w.chinese, handover_id=draft.uuid, version=1, **w.arguments(facts="别人的文字"))
    conflict = other.post(page("handovers:edit", draft), mine)
    assert conflict.status_code == 409
    body = conflict.content.decode()
    assert "我的文字" in body
    assert "别人的文字" in body
    again = other.post(page("handovers:edit", draft), {**mine, "version": "2"})
    assert again.status_code == 302
    assert HandoverRequest.objects.visible_to(w.chinese).get().facts == "我的文字"


def test_a_step_that_is_over_says_so(w: World) -> None:
    handover = w.acknowledged()
    chinese = signed_in(w.chinese)
    for name in ("handovers:edit", "handovers:submit"):
        answer = chinese.get(page(name, handover), follow=True)
        assert "the request has the status “Acknowledged”" in words(answer)
    refused = signed_in(w.supervisor).post(page("dossiers:correct", handover), {"reason": "x"})
    assert refused.status_code == 422
    assert "This step needs the status “Handover granted / Granted in part" in words(refused)


def test_the_wrong_side_and_the_powerless_get_404_on_every_step(w: World) -> None:
    handover = w.acknowledged()
    names = [f"handovers:{act}" for act in ACTS] + ["dossiers:approve", "dossiers:correct"]
    asking = {"handovers:edit", "handovers:submit", "handovers:close", "handovers:withdraw"}
    boss = officer("CN", "supervisor")
    for name in names:
        wrong = w.supervisor if name in asking else boss
        for actor in (wrong, w.thai_prosecutor, w.chinese_prosecutor, w.viet):
            client = signed_in(actor)
            assert client.get(page(name, handover)).status_code == 404
            assert client.post(page(name, handover), {"reason": "x"}).status_code == 404
    with acting_as(w.thai):
        handover.refresh_from_db()
    assert handover.status == "ACKNOWLEDGED"


def test_foreign_and_missing_requests_are_refused_alike(w: World) -> None:
    handover = w.submitted()
    viet = signed_in(w.viet)
    # The first request of a client begins its session, whatever it asks for.
    viet.get(reverse("handovers:list"))
    for name in ["handovers:detail", "dossiers:request", *(f"handovers:{act}" for act in ACTS)]:
        foreign = status_and_cost(viet, page(name, handover))
        missing = status_and_cost(viet, reverse(name, args=[uuid.uuid4()]))
        assert foreign == missing
        assert foreign[0] == 404
    for name in ("handovers:of_case", "handovers:create", "dossiers:of_case"):
        foreign = status_and_cost(viet, reverse(name, args=[w.case.uuid]))
        missing = status_and_cost(viet, reverse(name, args=[uuid.uuid4()]))
        assert foreign == missing
        assert foreign[0] == 404
    assert handover.reference not in words(viet.get(reverse("handovers:list")))


def test_a_lower_level_opens_no_handover_page_of_the_case(w: World) -> None:
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="Smaller")
    for level in (Level.EXISTENCE, Level.SUMMARY):
        held = share(w.thai, w.case, "CN", level)
        for name in ("handovers:of_case", "handovers:create", "dossiers:of_case"):
            assert signed_in(w.chinese).get(reverse(name, args=[w.case.uuid])).status_code == 404
        sharing.revoke_share(actor=w.thai, share_id=held.uuid, reason="Next")


def test_after_the_share_is_revoked_both_sides_still_read_the_request(w: World) -> None:
    handover = w.acknowledged()
    approving.approve_and_owe(actor=w.supervisor, handover_id=handover.uuid)
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="Over")
    w.suspects[0].name_original = "王改名"
    save_as(w.suspects[0], actor=w.thai, reason="corrected")
    case_link = reverse("cases:detail", args=[w.case.uuid])
    for actor, linked in ((w.chinese_prosecutor, False), (w.thai_prosecutor, True)):
        answer = signed_in(actor).get(page("handovers:detail", handover))
        assert "王样例" in words(answer)
        assert "王改名" not in words(answer)
        assert (case_link in answer.content.decode()) is linked
    assert signed_in(w.chinese).get(reverse("handovers:of_case", args=[w.case.uuid])).status_code == 404


def test_a_draft_shows_nothing_of_a_case_that_is_closed_to_its_country(w: World) -> None:
    draft = w.draft()
    sharing.revoke_share(actor=w.thai, share_id=w.share.uuid, reason="Over")
    client = signed_in(w.chinese)
    shown = words(client.get(page("handovers:detail", draft)))
    assert "This person is not shared with you any more." in shown
    assert "王样例" not in shown
    edit = client.get(page("handovers:edit", draft), follow=True)
    assert "The case is no longer shared with you in full." in words(edit)
    refused = client.post(page("handovers:submit", draft))
    assert refused.status_code == 422


def test_the_list_has_a_filter_and_pages(w: World) -> None:
    made = [w.submitted() for _ in range(27)]
    client = signed_in(w.thai)
    first = client.get(reverse("handovers:list"))
    assert made[-1].reference in words(first)
    assert made[0].reference not in words(first)
    second = client.get(reverse("handovers:list") + first.context["older"])
    assert made[0].reference in words(second)
    assert "No handover request found." in words(client.get(reverse("handovers:list"), {"status": "REFUSED"}))
    assert "No handover requests yet." in words(signed_in(w.viet).get(reverse("handovers:list")))


def test_the_owner_sees_requests_about_the_case_but_no_way_to_ask_itself(w: World) -> None:
    handover = w.submitted()
    answer = signed_in(w.thai).get(reverse("handovers:of_case", args=[w.case.uuid]))
    assert handover.reference in words(answer)
    assert reverse("handovers:create", args=[w.case.uuid]) not in answer.content.decode()
    assert signed_in(w.thai).get(reverse("handovers:create", args=[w.case.uuid])).status_code == 404


def test_names_that_hold_markup_are_shown_as_text(w: World) -> None:
    nasty = person(w.thai, w.case, 20, '<script>alert("x")</script>')
    create = reverse("handovers:create", args=[w.case.uuid])
    assert b"<script>alert" not in signed_in(w.chinese).get(create).content
    draft = w.draft(suspect_ids=[nasty.uuid])
    assert b"<script>alert" not in signed_in(w.chinese).get(page("handovers:detail", draft)).content
