"""Draw up the receipt of a crossing, and let an officer of each side sign it or refuse to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict, InvalidInput
from lmc_cases.core.text import clean_text
from lmc_cases.crossings.models import Crossing, Receipt, ReceiptSignature
from lmc_cases.crossings.receipt_facts import ReceiptFacts, substance
from lmc_cases.crossings.services.composing import compose
from lmc_cases.crossings.services.printing import owe_documents
from lmc_cases.crossings.services.rows import locked, side_of

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

Outcome = ReceiptSignature.Outcome


class NotCounted(Conflict):
    """The two head counts do not agree yet, or the crossing is over."""

    code = "not-counted"


class ReceiptVoid(Conflict):
    """What the receipt names has changed since it was drawn up, or a newer version stands."""

    code = "receipt-void"


class AlreadyAnswered(Conflict):
    """The side has answered this version."""

    code = "already-answered"


@transaction.atomic
def draw_up(*, actor: User, crossing_id: UUID) -> Receipt:
    """Draw up the receipt of a counted crossing. Where the newest still says what stands, that one is returned.

    Raises:
        Crossing.DoesNotExist: foreign, missing, no right on either side.
        NotCounted: the crossing does not stand at COUNTED.
        NotReadyForReceipt: a dossier it has to name is not printed yet; a person is not marked by both sides.
    """
    crossing = locked(actor, crossing_id)
    side_of(actor, crossing)
    _check_counted(crossing)
    newest = newest_of(crossing)
    version = 1 if newest is None else newest.version + 1
    facts = compose(actor, crossing, version=version)
    plain = json.loads(facts.canonical_bytes())
    if newest is not None and substance(newest.facts) == substance(plain):
        return newest
    receipt = Receipt(
        number=facts.number,
        crossing=crossing,
        version=version,
        facts=plain,
        sha256=facts.sha256,
        drawn_by=actor,
        drawn_at=facts.drawn_at.at,
    )
    receipt.save(force_insert=True)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="receipt.drawn_up",
        target=receipt,
        recipient=_other(crossing, actor),
        codes={"sha256": receipt.sha256, "version": version, "persons": facts.handed_over},
    )
    return receipt


@transaction.atomic
def answer(*, actor: User, receipt_id: UUID, outcome: str, remarks: str, sha256: str) -> ReceiptSignature:
    """Sign a receipt for the officer's side, or refuse to. The caller asked for a fresh second factor.

    Args:
        sha256: the checksum the officer had before the eyes.

    Raises:
        Receipt.DoesNotExist: foreign, missing, no right on either side.
        NotCounted: the crossing does not stand at COUNTED.
        ReceiptVoid: another version or another state than the officer saw.
        AlreadyAnswered: the side has answered it, by another officer or otherwise.
        InvalidInput: an unknown outcome; a refusal without a reason.
    """
    receipt = Receipt.objects.visible_to(actor).select_related("crossing").get(uuid=receipt_id)
    crossing = locked(actor, receipt.crossing.uuid)
    country = side_of(actor, crossing)
    cleaned = clean_text(remarks, multiline=True)
    if outcome not in Outcome.values:
        raise InvalidInput("outcome", _("Choose a value from the list."))
    if outcome == Outcome.REFUSED and not cleaned:
        raise InvalidInput("remarks", _("Say why you refuse to sign."))
    held = receipt.signatures.filter(country=country).first()
    if held is not None:
        if (held.officer_id, held.outcome, held.remarks) == (actor.pk, outcome, cleaned):
            return held
        raise AlreadyAnswered(_("Your country has answered this receipt already."))
    _check_counted(crossing)
    if sha256 != receipt.sha256 or not is_current(actor, receipt):
        raise ReceiptVoid(
            _("What this receipt names has changed. Draw up a new version, then sign that one.")
        )
    signature = ReceiptSignature(
        receipt=receipt,
        country=country,
        officer=actor,
        outcome=outcome,
        remarks=cleaned,
        sha256=receipt.sha256,
        at=timezone.now(),
    )
    signature.save(force_insert=True)
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="receipt.signed" if outcome == Outcome.SIGNED else "receipt.signing_refused",
        target=receipt,
        recipient=_other(crossing, actor),
        reason=cleaned,
        codes={"sha256": receipt.sha256, "outcome": outcome, "country": country.code},
    )
    if is_answered(receipt):
        owe_documents(actor, receipt)
    return signature


@transaction.atomic
def consult_receipt(*, actor: User, crossing_id: UUID) -> tuple[Crossing, Receipt | None]:
    """Return a crossing and its newest receipt for reading; the consultation is recorded.

    Raises:
        Crossing.DoesNotExist: foreign and missing alike.
    """
    rows = Crossing.objects.visible_to(actor).select_related("sending", "receiving", "border_point")
    crossing = rows.get(uuid=crossing_id)
    receipt = newest_of(crossing)
    if receipt is not None:
        record(actor=actor, operation=Operation.CONSULTATION, verb="receipt.viewed", target=receipt)
    return crossing, receipt


def may_answer(actor: User, crossing: Crossing) -> Jurisdiction | None:
    """Return the side for which the officer draws up and answers; ``None`` where there is none."""
    try:
        return side_of(actor, crossing)
    except Crossing.DoesNotExist:
        return None


def receipt_is_answered(actor: User, crossing: Crossing) -> bool:
    """Whether both sides have signed the newest receipt of a crossing, or refused with remarks, and it still holds.

    The gate of the finish of a crossing: what was answered is what is carried out. The caller holds the lock on the
    crossing and saw it through the rule.
    """
    newest = newest_of(crossing)
    return newest is not None and is_answered(newest) and is_current(actor, newest)


def newest_of(crossing: Crossing) -> Receipt | None:
    """Return the newest version; all before it are void."""
    receipt = crossing.receipts.order_by("-version").first()
    if receipt is not None:
        receipt.crossing = crossing
    return receipt


def is_answered(receipt: Receipt) -> bool:
    """Whether both sides have answered this version."""
    crossing = receipt.crossing
    answered = set(receipt.signatures.values_list("country_id", flat=True))
    return {crossing.sending_id, crossing.receiving_id} <= answered


def is_current(actor: User, receipt: Receipt) -> bool:
    """Whether it is the newest version and still says what stands; of a crossing carried out, the newest is."""
    newest = newest_of(receipt.crossing)
    if newest is None or newest.pk != receipt.pk:
        return False
    if receipt.crossing.status == Crossing.Status.DONE:
        return True
    try:
        now = compose(actor, receipt.crossing, version=receipt.version)
    except Conflict:
        return False
    plain: dict[str, Any] = json.loads(now.canonical_bytes())
    return substance(plain) == substance(receipt.facts)


def facts_of(receipt: Receipt) -> ReceiptFacts:
    """Return the frozen facts of a receipt."""
    return ReceiptFacts.from_plain(receipt.facts)


def _check_counted(crossing: Crossing) -> None:
    if crossing.status != Crossing.Status.COUNTED:
        raise NotCounted(_("The receipt is drawn up and signed when both countries' head counts agree."))


def _other(crossing: Crossing, actor: User) -> Jurisdiction:
    own = side_of(actor, crossing)
    return crossing.receiving if own.pk == crossing.sending_id else crossing.sending
