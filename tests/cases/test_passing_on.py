"""An entry that was consented to goes on as every share does: second officer, approval, ledger, desk."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import Notice, User
from lmc_cases.accounts.services import desks
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseShare, CaseShareItem, ConsentRequest, Disclosure, Level
from lmc_cases.cases.services import consent, sharing
from lmc_cases.cases.services.handling import Marks, set_case_handling
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.jurisdictions.access import acting_as
from lmc_cases.jurisdictions.models import DisclosureRule, Jurisdiction
from lmc_cases.suspects.models import Suspect
from lmc_cases.suspects.services.details import PersonDetails
from lmc_cases.suspects.services.handling import consent_subject, mark_suspect, withhold_suspect
from lmc_cases.suspects.services.people import add_suspect
from tests.cases.browsing import signed_in, words
from tests.factories import officer, open_case, share

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_second_factor")]

WAITS = "waits for a second officer. It opens nothing until then."


@dataclass
class Sides:
    thai: User
    second: User
    chinese: User
    lao: User
    case: Case
    held: Suspect
    given: Suspect


def sides(classification: str) -> Sides:
    """A Thai case that China may add to and ask about: one person of each; nobody else knows it."""
    thai, second, chinese, lao = officer("TH"), officer("TH", "supervisor"), officer("CN"), officer("LA")
    case = open_case(thai, classification=classification)
    share(thai, case, "CN", second=second, may_contribute=True, may_ask_to_pass_on=True)
    held, given = (
        add_suspect(actor=actor, case_id=case.uuid, details=PersonDetails(name_romanised=name))
        for actor, name in ((thai, "Held Person"), (chinese, "Given Person"))
    )
    return Sides(thai, second, chinese, lao, case, held, given)


@pytest.fixture
def plain() -> Sides:
    return sides(Case.Classification.RESTRICTED)


@pytest.fixture
def secret() -> Sides:
    return sides(Case.Classification.CONFIDENTIAL)


def soon() -> dt.datetime:
    return timezone.now() + dt.timedelta(days=10)


def ask(actor: User, person: Suspect, to: str = "LA") -> ConsentRequest:
    return consent.ask_to_pass_on(
        actor=actor,
        subject=consent_subject(actor=actor, suspect_id=person.uuid),
        to_country=to,
        purpose="LOCATE",
        reason="invented",
        answer_by=soon(),
    )


def granted(s: Sides, to: str = "LA") -> ConsentRequest:
    """What Thailand asked China about the person China contributed, and China granted."""
    return consent.answer_consent(actor=s.chinese, consent_id=ask(s.thai, s.given, to).uuid, granted=True)


def passed_on(s: Sides, to: str = "LA", **terms: Any) -> CaseShare:
    return consent.pass_on(actor=s.thai, consent_id=granted(s, to).uuid, **{"until": soon(), **terms})


def desk_of(country: str) -> None:
    administrator = officer(country, "country_administrator")
    desks.open_desk(actor=administrator)


def seen_by(officer_: User) -> list[Suspect]:
    return list(Suspect.objects.visible_to(officer_))


def gone(asked: ConsentRequest) -> None:
    """No service takes a consent back (decision 29); should one ever, or the database, the share must not follow."""
    with acting_as(asked.asked_by):
        ConsentRequest.objects.filter(pk=asked.pk).update(status=ConsentRequest.Status.WITHDRAWN)


def classify(s: Sides) -> None:
    with acting_as(s.thai):
        Case.objects.filter(pk=s.case.pk).update(classification=Case.Classification.CONFIDENTIAL)
    s.case.refresh_from_db()


# Four eyes


def test_of_a_classified_case_an_entry_passed_on_waits_for_a_second_officer(secret: Sides) -> None:
    desk_of("LA")
    made = passed_on(secret)
    assert (made.confirmed_at, made.confirmed_by, made.shared_by) == (None, None, secret.thai)
    assert seen_by(secret.lao) == []
    assert not Case.objects.visible_to(secret.lao).exists()
    with acting_as(secret.thai):
        assert not Disclosure.objects.filter(recipient__code="LA").exists()
    assert not Notice.objects.filter(code="share.received").exists()
    event = AuditEvent.objects.get(verb="case.share_proposed", recipient_country__code="LA")
    assert (event.operation, event.reason_code) == ("ALTERATION", "LOCATE")
    assert event.codes["items"] == [str(secret.given.uuid)]
    assert not AuditEvent.objects.filter(verb="case.item_passed_on").exists()
    with pytest.raises(sharing.SecondOfficerNeeded):
        sharing.confirm_share(actor=secret.thai, share_id=made.uuid)
    sharing.confirm_share(actor=secret.second, share_id=made.uuid)
    # That entry, that the case exists, and nothing else of it.
    assert seen_by(secret.lao) == [secret.given]
    assert Case.objects.visible_to(secret.lao).with_level_for(secret.lao).get().level == Level.EXISTENCE
    assert Notice.objects.get(desk__jurisdiction__code="LA").code == "share.received"
    assert AuditEvent.objects.get(verb="case.share_confirmed", recipient_country__code="LA").codes[
        "items"
    ] == [str(secret.given.uuid)]


def test_what_a_recipient_asked_the_owner_waits_too_although_it_is_granted(secret: Sides) -> None:
    asked = ask(secret.chinese, secret.held)
    answered = consent.answer_consent(actor=secret.thai, consent_id=asked.uuid, granted=True, until=soon())
    assert answered.status == ConsentRequest.Status.GRANTED
    assert seen_by(secret.lao) == []
    made = CaseShare.objects.visible_to(secret.thai).get(recipient__code="LA")
    with pytest.raises(sharing.SecondOfficerNeeded):
        sharing.confirm_share(actor=secret.thai, share_id=made.uuid)
    sharing.confirm_share(actor=secret.second, share_id=made.uuid)
    assert seen_by(secret.lao) == [secret.held]


def test_once_two_officers_shared_it_with_the_country_one_adds_an_entry(secret: Sides) -> None:
    desk_of("LA")
    held = share(secret.thai, secret.case, "LA", Level.EXISTENCE, second=secret.second)
    assert passed_on(secret, legal_basis="Treaty").pk == held.pk
    assert seen_by(secret.lao) == [secret.given]
    entry = Disclosure.objects.visible_to(secret.thai).get(kind="SUSPECT", path="SHARE")
    # The share is of another purpose: the ledger says what this entry was opened for.
    assert held.purpose == "INVESTIGATION"
    assert (entry.share, entry.purpose, entry.legal_basis) == (held, "LOCATE", "Treaty")
    codes = Notice.objects.filter(desk__jurisdiction__code="LA").values_list("code", "object_uuid")
    assert set(codes) == {("share.received", held.uuid), ("share.item_added", secret.given.uuid)}


def test_a_share_made_alone_before_the_case_was_classified_takes_no_further_entry(plain: Sides) -> None:
    old = share(plain.thai, plain.case, "LA", Level.EXISTENCE)
    classify(plain)
    asked = granted(plain)
    with pytest.raises(sharing.AlreadyShared, match="Withdraw that share and share the case anew"):
        consent.pass_on(actor=plain.thai, consent_id=asked.uuid, until=soon())
    assert seen_by(plain.lao) == []
    # What the message says leads there.
    sharing.revoke_share(actor=plain.thai, share_id=old.uuid, reason="Anew")
    share(plain.thai, plain.case, "LA", Level.EXISTENCE, second=plain.second)
    consent.pass_on(actor=plain.thai, consent_id=asked.uuid, until=soon())
    assert seen_by(plain.lao) == [plain.given]


def test_nobody_adds_to_a_share_that_waits_and_confirms_the_own_addition(secret: Sides) -> None:
    waiting = share(secret.thai, secret.case, "LA", Level.EXISTENCE)
    asked = granted(secret)
    with pytest.raises(sharing.AlreadyShared, match="waits for a second officer"):
        consent.pass_on(actor=secret.second, consent_id=asked.uuid, until=soon())
    sharing.confirm_share(actor=secret.second, share_id=waiting.uuid)
    assert seen_by(secret.lao) == []


def test_passing_on_what_waits_or_is_open_already_changes_nothing(secret: Sides) -> None:
    made = passed_on(secret)
    asked = ConsentRequest.objects.get()
    for _time in range(2):
        assert consent.pass_on(actor=secret.thai, consent_id=asked.uuid, until=soon()).pk == made.pk
        if made.confirmed_at is None:
            made = sharing.confirm_share(actor=secret.second, share_id=made.uuid)
    assert CaseShareItem.objects.visible_to(secret.thai).filter(share=made).count() == 1
    assert (
        Disclosure.objects.visible_to(secret.thai).filter(recipient__code="LA", kind="SUSPECT").count() == 1
    )


def test_a_refused_share_never_opens_and_the_consent_can_be_used_again(secret: Sides) -> None:
    asked = granted(secret)
    first = consent.pass_on(actor=secret.thai, consent_id=asked.uuid, until=soon())
    sharing.refuse_share(actor=secret.second, share_id=first.uuid, reason="Not now")
    assert seen_by(secret.lao) == []
    again = consent.pass_on(actor=secret.thai, consent_id=asked.uuid, until=soon())
    assert (again.pk != first.pk, again.confirmed_at) == (True, None)


# Consent that stands


def test_without_a_standing_consent_the_second_officer_cannot_confirm(secret: Sides) -> None:
    made = passed_on(secret)
    gone(ConsentRequest.objects.select_related("asked_by").get())
    message = f"{secret.given.audit_reference} came from China, and no consent to pass it on to Laos stands. Refuse or take back"
    with pytest.raises(Conflict, match=message):
        sharing.confirm_share(actor=secret.second, share_id=made.uuid)
    client = signed_in(secret.second)
    confirm = reverse("cases:share_confirm", args=[made.uuid])
    page = words(client.get(confirm))
    assert message in page
    assert "Confirm the share" not in page
    assert "Refuse the share" in page
    refused = client.post(confirm)
    assert refused.status_code == 422
    assert seen_by(secret.lao) == []


def test_a_consent_for_one_country_opens_a_share_with_no_other(secret: Sides) -> None:
    granted(secret, to="VN")
    terms: dict[str, Any] = {"level": Level.EXISTENCE, "item_ids": [secret.given.uuid]}
    with pytest.raises(InvalidInput, match="no consent to pass it on to Laos"):
        share(secret.thai, secret.case, "LA", **terms)
    assert not CaseShareItem.objects.exists()
    assert share(secret.thai, secret.case, "VN", **terms).confirmed_at is None


def test_what_is_withheld_meanwhile_is_not_opened(secret: Sides) -> None:
    asked = ask(secret.chinese, secret.held)
    consent.answer_consent(actor=secret.thai, consent_id=asked.uuid, granted=True, until=soon())
    withhold_suspect(actor=secret.thai, suspect_id=secret.held.uuid, code="INFORMANT", reason="invented")
    sharing.confirm_share(actor=secret.second, share_id=CaseShare.objects.get(recipient__code="LA").uuid)
    assert seen_by(secret.lao) == []


# Ledger, desk, approval


def test_the_ledger_has_version_code_purpose_basis_and_approval(plain: Sides) -> None:
    desk_of("LA")
    mark_suspect(
        actor=plain.chinese,
        suspect_id=plain.given.uuid,
        version=plain.given.version,
        marks=Marks(handling_h2=True),
    )
    set_case_handling(
        actor=plain.thai,
        case_id=plain.case.uuid,
        version=plain.case.version,
        handling_h1=True,
        handling_h2=False,
        handling_h3="",
    )
    made = passed_on(plain, legal_basis="Invented treaty", approval_number="A-7")
    assert made.confirmed_at is not None
    assert (made.legal_basis, made.approval_number, made.purpose) == ("Invented treaty", "A-7", "LOCATE")
    plain.case.refresh_from_db()
    plain.given.refresh_from_db()
    rows = {row.kind: row for row in Disclosure.objects.filter(recipient__code="LA", path="SHARE")}
    assert rows.keys() == {"CASE", "SUSPECT"}
    for row in rows.values():
        assert (row.owner.code, row.share, row.purpose) == ("TH", made, "LOCATE")
        assert (row.legal_basis, row.approval_number) == ("Invented treaty", "A-7")
    assert rows["CASE"].versions == {"case": plain.case.version, "items": [str(plain.given.uuid)]}
    assert (rows["CASE"].level, rows["CASE"].handling_codes) == (Level.EXISTENCE, ["H1"])
    assert rows["SUSPECT"].object_uuid == plain.given.uuid
    assert rows["SUSPECT"].versions == {"record": plain.given.version}
    assert (rows["SUSPECT"].rule, rows["SUSPECT"].handling_codes) == ("ITEM", ["H1", "H2"])
    assert Notice.objects.get(desk__jurisdiction__code="LA").code == "share.received"
    event = AuditEvent.objects.get(verb="case.item_passed_on")
    assert (event.operation, event.recipient_country.code) == ("DISCLOSURE", "LA")
    assert event.codes["has_approval_number"] is True
    assert event.codes["consent"] == str(ConsentRequest.objects.get().uuid)


def test_where_the_law_demands_an_approval_nothing_is_passed_on_without_its_number(plain: Sides) -> None:
    DisclosureRule.objects.create(
        natural_key="test",
        jurisdiction=Jurisdiction.objects.get(code="TH"),
        law_title="Invented law",
        requirement=DisclosureRule.Requirement.REQUIRED,
        source="Invented",
        confidence="verified",
    )
    asked, theirs = granted(plain), ask(plain.chinese, plain.held)
    terms: dict[str, Any] = {"until": soon(), "approval_missing": "Not possible in time"}
    with pytest.raises(InvalidInput) as refused:
        consent.pass_on(actor=plain.thai, consent_id=asked.uuid, **terms)
    assert refused.value.field == "approval_number"
    answer: dict[str, Any] = {"actor": plain.thai, "consent_id": theirs.uuid, "granted": True, **terms}
    with pytest.raises(InvalidInput) as refused:
        consent.answer_consent(**answer)
    assert refused.value.field == "approval_number"
    assert seen_by(plain.lao) == []
    consent.pass_on(actor=plain.thai, consent_id=asked.uuid, approval_number="A-1", **terms)
    # Also for what is added to a share that stands: each disclosure has its own.
    with pytest.raises(InvalidInput):
        consent.answer_consent(**answer)
    consent.answer_consent(**answer, approval_number="A-2")
    assert set(seen_by(plain.lao)) == {plain.given, plain.held}
    numbers = Disclosure.objects.filter(kind="SUSPECT", recipient__code="LA", path="SHARE")
    assert sorted(numbers.values_list("approval_number", flat=True)) == ["A-1", "A-2"]


# Through the pages


def form_of(**given: str) -> dict[str, str]:
    return {"until": f"{timezone.localdate() + dt.timedelta(days=10):%Y-%m-%d}T23:59", **given}


def test_passing_on_through_the_pages_takes_two_officers(secret: Sides) -> None:
    desk_of("LA")
    asked = granted(secret)
    maker, second, lao = signed_in(secret.thai), signed_in(secret.second), signed_in(secret.lao)
    step = reverse("cases:consent_pass_on", args=[asked.uuid])
    shown = words(maker.get(step))
    assert "a second officer confirms it before it opens anything" in shown
    assert "National approval number" in shown
    assert "It is not known whether your country's law asks for an approval" in shown
    done = maker.post(step, form_of(legal_basis="Invented treaty"), follow=True)
    assert WAITS in words(done)
    assert "It is open to that country now." not in words(done)
    person = reverse("suspects:detail", args=[secret.case.uuid, secret.given.uuid])
    assert lao.get(person).status_code == 404

    made = CaseShare.objects.get(recipient__code="LA")
    confirm = reverse("cases:share_confirm", args=[made.uuid])
    assert "Confirm a share with Laos" in words(second.get(reverse("home")))
    assert maker.post(confirm).status_code == 422
    assert lao.get(person).status_code == 404
    preview = words(second.get(confirm))
    for text in (
        "Given Person",
        "Contributed by China",
        "Existence only",
        "Invented treaty",
        "Active officers",
    ):
        assert text in preview, text
    assert "Held Person" not in preview
    assert second.post(confirm).status_code == 302

    lao = signed_in(secret.lao)
    assert "Given Person" in words(lao.get(person))
    other = reverse("suspects:detail", args=[secret.case.uuid, secret.held.uuid])
    assert lao.get(other).status_code == 404
    ledger = words(maker.get(reverse("cases:ledger", args=[secret.case.uuid])))
    assert "Named in a share" in ledger


def test_an_answer_through_the_pages_asks_for_the_approval_and_says_that_it_waits(secret: Sides) -> None:
    DisclosureRule.objects.create(
        natural_key="test",
        jurisdiction=Jurisdiction.objects.get(code="TH"),
        law_title="Invented law",
        requirement=DisclosureRule.Requirement.REQUIRED,
        source="Invented",
        confidence="verified",
    )
    asked = ask(secret.chinese, secret.held)
    client = signed_in(secret.thai)
    step = reverse("cases:consent_answer", args=[asked.uuid])
    shown = words(client.get(step))
    assert "Your country demands an approval before disclosure abroad." in shown
    assert "by name, at once" not in shown
    refused = client.post(step, form_of(answer="grant"))
    assert refused.status_code == 422
    assert "approval_number" in refused.context["form"].errors
    assert ConsentRequest.objects.get().status == ConsentRequest.Status.ASKED
    assert WAITS in words(client.post(step, form_of(answer="grant", approval_number="A-9"), follow=True))
    assert seen_by(secret.lao) == []
    # A contributor's consent opens nothing by itself: its page asks for no terms.
    other = ask(secret.thai, secret.given)
    theirs = words(signed_in(secret.chinese).get(reverse("cases:consent_answer", args=[other.uuid])))
    assert "National approval number" not in theirs
    assert "second officer" not in theirs


def test_the_desk_reads_that_an_entry_was_opened(plain: Sides) -> None:
    administrator = officer("LA", "country_administrator")
    desk = desks.open_desk(actor=administrator)
    desks.put_on_duty(actor=administrator, desk_id=desk.uuid, officer_id=plain.lao.uuid)
    held = share(plain.thai, plain.case, "LA", Level.EXISTENCE)
    passed_on(plain)
    home = words(signed_in(plain.lao).get(reverse("home")))
    assert "An entry of a case was opened to you." in home
    sharing.revoke_share(actor=plain.thai, share_id=held.uuid, reason="Over")
    assert "An entry of a case was opened to you." not in words(signed_in(plain.lao).get(reverse("home")))
