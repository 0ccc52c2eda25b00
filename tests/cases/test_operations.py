"""Joint operations: they group cases and open none; totals count only what the viewer may see."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import AuditEvent
from lmc_cases.cases.models import Case, CaseDetail, Level, Operation, OperationMember
from lmc_cases.cases.services import operations
from lmc_cases.cases.services.operations import AlreadyMember, OperationOver, Totals, totals_for
from lmc_cases.cases.services.search import put_suspect_entry
from lmc_cases.core.errors import InvalidInput
from tests.factories import officer, open_case, say_why_all, share

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings: object) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False  # type: ignore[attr-defined]


def joint(owner: User, *codes: str) -> Operation:
    made = operations.create_operation(actor=owner, name="ปฏิบัติการสมมติ", name_language="th")
    for code in codes:
        operations.invite_country(actor=owner, operation_id=made.uuid, country_code=code)
    return made


def signed_in(user: User) -> Client:
    say_why_all(user)
    client = Client()
    client.force_login(user)
    return client


def test_an_operation_is_seen_by_its_owner_and_the_invited_and_nobody_else() -> None:
    thai, chinese, viet = officer("TH"), officer("CN"), officer("VN")
    operation = joint(thai, "CN")
    assert operation.reference.startswith("TH-OP-")
    url = reverse("cases:operation", args=[operation.uuid])
    missing = reverse("cases:operation", args=[uuid.uuid4()])
    assert signed_in(thai).get(url).status_code == 200
    assert signed_in(chinese).get(url).status_code == 200
    assert signed_in(viet).get(url).status_code == signed_in(viet).get(missing).status_code == 404
    assert operation.reference in signed_in(chinese).get(reverse("cases:operations")).content.decode()
    assert operation.reference not in signed_in(viet).get(reverse("cases:operations")).content.decode()
    assert AuditEvent.objects.filter(verb="operation.viewed", actor=chinese).count() == 1


def test_only_the_owner_invites_and_ends() -> None:
    thai, chinese = officer("TH"), officer("CN")
    operation = joint(thai, "CN")
    for act in (
        lambda: operations.invite_country(actor=chinese, operation_id=operation.uuid, country_code="VN"),
        lambda: operations.withdraw_invitation(actor=chinese, operation_id=operation.uuid, country_code="CN"),
        lambda: operations.end_operation(actor=chinese, operation_id=operation.uuid),
        lambda: operations.invite_country(
            actor=officer("TH", "prosecutor"), operation_id=operation.uuid, country_code="VN"
        ),
        lambda: operations.create_operation(
            actor=officer("TH", "prosecutor"), name="No right", name_language="en"
        ),
    ):
        with pytest.raises(Operation.DoesNotExist):
            act()
    with pytest.raises(AlreadyMember):
        operations.invite_country(actor=thai, operation_id=operation.uuid, country_code="CN")
    with pytest.raises(InvalidInput):
        operations.invite_country(actor=thai, operation_id=operation.uuid, country_code="TH")
    for name in ("operation_invite", "operation_end"):
        url = reverse(f"cases:{name}", args=[operation.uuid])
        assert signed_in(chinese).get(url).status_code == 404
        assert signed_in(thai).get(url).status_code == 200


def test_only_an_own_case_goes_into_a_visible_operation() -> None:
    thai, chinese, viet = officer("TH"), officer("CN"), officer("VN")
    operation = joint(thai, "CN")
    own, foreign = open_case(chinese), open_case(thai)
    share(thai, foreign, "CN")
    operations.put_case(actor=chinese, operation_id=operation.uuid, reference=own.reference.lower())
    assert CaseDetail.objects.get(case=own).operation == operation
    with pytest.raises(InvalidInput):
        operations.put_case(actor=chinese, operation_id=operation.uuid, reference=foreign.reference)
    with pytest.raises(InvalidInput):
        operations.put_case(actor=chinese, operation_id=operation.uuid, reference="CN-2020-999999")
    with pytest.raises(Operation.DoesNotExist):
        operations.put_case(actor=viet, operation_id=operation.uuid, reference=open_case(viet).reference)
    with pytest.raises(Case.DoesNotExist):
        operations.take_case_out(actor=thai, operation_id=operation.uuid, case_id=own.uuid)
    operations.take_case_out(actor=chinese, operation_id=operation.uuid, case_id=own.uuid)
    assert CaseDetail.objects.get(case=own).operation is None
    # Opened, put in, taken out: each with who.
    assert CaseDetail.history.filter(case=own, history_user=chinese).count() == 3


def test_totals_count_only_what_the_viewer_may_see() -> None:
    thai, chinese = officer("TH"), officer("CN")
    operation = joint(thai, "CN")

    def with_loss(amount: str, currency: str) -> Case:
        case = open_case(
            thai, operation_id=operation.uuid, loss_amount=Decimal(amount), loss_currency=currency
        )
        put_suspect_entry(case_id=case.pk, object_uuid=uuid.uuid4(), level=Level.FULL, names=["王伟"])
        return case

    told, known, hidden = with_loss("100.50", "THB"), with_loss("7", "CNY"), with_loss("1000", "THB")
    full = with_loss("1", "THB")
    share(thai, told, "CN", Level.SUMMARY)
    share(thai, known, "CN", Level.EXISTENCE)
    share(thai, full, "CN", Level.FULL)
    assert totals_for(thai, operation) == Totals(
        4, 4, (("CNY", Decimal("7.00")), ("THB", Decimal("1101.50")))
    )
    assert totals_for(chinese, operation) == Totals(2, 1, (("THB", Decimal("101.50")),))
    page = signed_in(chinese).get(reverse("cases:operation", args=[operation.uuid])).content.decode()
    assert told.reference in page
    for case in (known, hidden):
        assert case.reference not in page


def test_a_country_that_leaves_takes_its_cases_along() -> None:
    thai, chinese = officer("TH"), officer("CN")
    operation = joint(thai, "CN")
    case = open_case(chinese, operation_id=operation.uuid)
    answer = signed_in(chinese).post(reverse("cases:operation_leave", args=[operation.uuid]))
    assert answer.status_code == 302
    assert not Operation.objects.visible_to(chinese).exists()
    assert CaseDetail.objects.get(case=case).operation is None
    assert not OperationMember.objects.exists()
    assert OperationMember.history.filter(history_type="-", history_user=chinese).exists()
    assert AuditEvent.objects.get(verb="operation.left").codes == {}
    with pytest.raises(Operation.DoesNotExist):
        operations.leave_operation(actor=chinese, operation_id=operation.uuid)
    with pytest.raises(OperationMember.DoesNotExist):
        operations.leave_operation(actor=thai, operation_id=operation.uuid)


def test_the_owner_withdraws_an_invitation() -> None:
    thai, chinese = officer("TH"), officer("CN")
    operation = joint(thai, "CN")
    url = reverse("cases:operation_withdraw", args=[operation.uuid, "CN"])
    assert signed_in(chinese).post(url).status_code == 404
    assert signed_in(thai).post(url).status_code == 302
    assert not Operation.objects.visible_to(chinese).exists()
    assert signed_in(thai).post(url).status_code == 404


def test_an_ended_operation_takes_nothing_new() -> None:
    thai = officer("TH")
    operation = joint(thai)
    assert signed_in(thai).post(reverse("cases:operation_end", args=[operation.uuid])).status_code == 302
    case = open_case(thai)
    with pytest.raises(OperationOver):
        operations.put_case(actor=thai, operation_id=operation.uuid, reference=case.reference)
    with pytest.raises(OperationOver):
        operations.invite_country(actor=thai, operation_id=operation.uuid, country_code="CN")
    page = signed_in(thai).get(reverse("cases:operation", args=[operation.uuid])).content.decode()
    assert reverse("cases:operation_invite", args=[operation.uuid]) not in page


def test_an_operation_is_opened_and_filled_through_the_pages() -> None:
    thai = officer("TH")
    client = signed_in(thai)
    form = {"name": "ปฏิบัติการสมมติ", "name_language": "th", "started_on": "2026-01-02"}
    made = client.post(reverse("cases:operation_create"), form)
    operation = Operation.objects.get()
    assert made.headers["Location"] == reverse("cases:operation", args=[operation.uuid])
    assert client.post(reverse("cases:operation_create"), {**form, "name": " "}).status_code == 422
    invited = client.post(reverse("cases:operation_invite", args=[operation.uuid]), {"country": "LA"})
    assert invited.status_code == 302
    case = open_case(thai, "In the campaign")
    put = reverse("cases:operation_put_case", args=[operation.uuid])
    assert client.post(put, {"reference": "TH-1999-000001"}).status_code == 422
    assert client.post(put, {"reference": case.reference}).status_code == 302
    page = client.get(reverse("cases:operation", args=[operation.uuid])).content.decode()
    assert "In the campaign" in page
    assert 'lang="th"' in page
    take_out = reverse("cases:operation_take_case_out", args=[operation.uuid, case.uuid])
    assert take_out in page
    assert client.post(take_out).status_code == 302
    assert signed_in(officer("TH", "prosecutor")).get(reverse("cases:operation_create")).status_code == 404
