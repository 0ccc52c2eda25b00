"""Let an officer of each side sign a dossier: the requested country first, then the requesting country.

The signature is made between two transactions, for a remote key or a time stamp takes its time: the second locks the
request through the rule and asks everything again. A process killed in between leaves a file that no row names; the
next signature of that side removes it, else the hourly sweep of leftovers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict
from lmc_cases.core.jobs import JobState
from lmc_cases.dossiers.models import Dossier, DossierSignature, IssuedFile
from lmc_cases.dossiers.services.issuing import note_issued
from lmc_cases.dossiers.services.reading import NotReady, open_checked
from lmc_cases.dossiers.signature_models import signed_path
from lmc_cases.dossiers.signing import Signed, sign_side
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.states import DISCLOSED
from lmc_cases.jurisdictions.access import Action, side_acted_for

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User
    from lmc_cases.jurisdictions.models import Jurisdiction

Side = DossierSignature.Side
Gate = Callable[[Dossier, "Jurisdiction"], None]
_gates: list[Gate] = []
FIELDS = {Side.REQUESTED: "Requested", Side.REQUESTING: "Requesting"}


class NotNewest(Conflict):
    """A newer version stands, or the request was withdrawn: this one is not signed any more."""

    code = "not-newest"


class NotYourTurn(Conflict):
    """The requested country has not signed yet."""

    code = "not-your-turn"


class AlreadySigned(Conflict):
    """The side has signed this dossier, by another officer."""

    code = "already-signed"


class AnotherFile(Conflict):
    """What would be signed is not what the officer saw."""

    code = "another-file"


def add_gate(gate: Gate) -> None:
    """Let an app above ask before a country signs; ``gate`` raises ``Conflict`` with what is missing."""
    _gates.append(gate)


@dataclass(frozen=True)
class Order:
    """What is to be signed: for which side and country, and the stored file that gets the signature."""

    dossier: Dossier
    side: DossierSignature.Side
    country: Jurisdiction
    file_name: str
    sha256: str
    held: DossierSignature | None


@dataclass(frozen=True)
class Standing:
    """How far the signing of a dossier is.

    Attributes:
        sides: both sides in the order of signing, with the country's name and the signature or ``None``.
        may_sign: the officer may sign now; ``sha256``: the file that would be signed.
        missing: what stands in the officer's way, in words; "" where nothing does, or where the side has signed.
    """

    sides: tuple[tuple[DossierSignature.Side, Jurisdiction, DossierSignature | None], ...]
    may_sign: bool = False
    sha256: str = ""
    missing: str = ""

    @property
    def newest(self) -> DossierSignature | None:
        """The last signature: its file holds all of them."""
        return next((held for _side, _country, held in reversed(self.sides) if held is not None), None)


def sign_dossier(
    *, actor: User, dossier_id: UUID, sha256: str, confirmed_at: dt.datetime | None
) -> DossierSignature:
    """Sign a dossier for the officer's side. The caller asked for a fresh second factor; a second call changes nothing.

    Args:
        sha256: the checksum of the file that the officer had before the eyes.
        confirmed_at: when the second factor was shown.

    Raises:
        Dossier.DoesNotExist: foreign, missing, no right to sign for either side.
        NotReady: not rendered yet, or failed.
        NotNewest, NotYourTurn, AlreadySigned, AnotherFile, FileDamaged: see there.
        Conflict: what a gate of an app above (``add_gate``) misses, such as the approval of a review.
        NoPlaceToSign, NoSigningKey, NoTimeStamp: see ``dossiers.signing``.
    """
    order = _order(actor, dossier_id, sha256)
    if order.held is not None:
        return order.held
    with open_checked(order.file_name, order.sha256) as stored:
        drawn = stored.read()
    signed = sign_side(
        drawn,
        field=FIELDS[order.side],
        country=order.country.code,
        reason=f"{order.dossier.handover.reference}, version {order.dossier.number}",
    )
    name = default_storage.save(
        signed_path(DossierSignature(dossier=order.dossier, side=order.side), ""), ContentFile(signed.pdf)
    )
    try:
        kept = _keep(actor, order, signed, name, confirmed_at)
    except BaseException:
        default_storage.delete(name)
        raise
    if kept.file.name != name:
        default_storage.delete(name)
    return kept


def standing_of(user: User, dossier: Dossier) -> Standing:
    """Return who signed a dossier that the officer sees, and whether it is the officer's turn."""
    handover = dossier.handover
    held = _held(dossier)
    sides = tuple(
        (side, country, held.get(side))
        for side, country in ((Side.REQUESTED, handover.requested), (Side.REQUESTING, handover.requesting))
    )
    mine = _side_of(user, handover)
    if mine is None or mine[0] in held:
        return Standing(sides)
    try:
        _check(dossier, mine[0], held)
    except Conflict as error:
        return Standing(sides, missing=str(error))
    return Standing(sides, may_sign=True, sha256=_before(dossier, mine[0], held)[1])


def is_of_a_side(user: User, dossier: Dossier) -> bool:
    """Whether the officer signs for one of the two countries, now or later."""
    return _side_of(user, dossier.handover) is not None


@transaction.atomic
def _order(actor: User, dossier_id: UUID, sha256: str, *, lock: bool = False) -> Order:
    """Read what is to be signed and check that it may be; with ``lock`` nothing of it changes until the commit."""
    rows = Dossier.objects.visible_to(actor).select_related("handover__requested", "handover__requesting")
    dossier = rows.get(uuid=dossier_id)
    mine = _side_of(actor, dossier.handover)
    if mine is None:
        raise Dossier.DoesNotExist
    side, country = mine
    if lock:
        # New versions are owed under the same lock.
        requests = HandoverRequest.objects.visible_to(actor).select_for_update(of=("self",))
        dossier.handover.status = requests.get(pk=dossier.handover_id).status
        dossier.refresh_from_db(fields=["job_state", "sha256", "file"])
    held = _held(dossier)
    if side in held:
        if held[side].officer_id == actor.pk:
            return Order(dossier, side, country, "", held[side].sha256_before, held[side])
        raise AlreadySigned(_("Your country has signed this dossier already."))
    _check(dossier, side, held)
    file_name, before = _before(dossier, side, held)
    if sha256 != before:
        raise AnotherFile(_("The file has changed since you opened the page. Read it, then sign it."))
    return Order(dossier, side, country, file_name, before, None)


def _check(dossier: Dossier, side: DossierSignature.Side, held: dict[str, DossierSignature]) -> None:
    """Raise what stands in the way of a side that has not signed."""
    if dossier.job_state != JobState.DONE:
        raise NotReady(_("This dossier is not ready yet."))
    newest = Dossier.objects.filter(handover_id=dossier.handover_id).aggregate(number=Max("number"))["number"]
    if dossier.handover.status not in DISCLOSED or dossier.number != newest:
        raise NotNewest(_("Only the newest version of a granted request is signed."))
    if side == Side.REQUESTING and Side.REQUESTED not in held:
        raise NotYourTurn(_("The requested country signs first."))
    handover = dossier.handover
    country = handover.requested if side == Side.REQUESTED else handover.requesting
    for gate in _gates:
        gate(dossier, country)


def _held(dossier: Dossier) -> dict[str, DossierSignature]:
    return {row.side: row for row in dossier.signatures.select_related("officer", "country")}


def _before(
    dossier: Dossier, side: DossierSignature.Side, held: dict[str, DossierSignature]
) -> tuple[str, str]:
    """Return name and checksum of the stored file that gets the signature of a side."""
    found = dossier if side == Side.REQUESTED else held[Side.REQUESTED]
    return found.file.name or "", found.sha256


def _side_of(actor: User, handover: HandoverRequest) -> tuple[DossierSignature.Side, Jurisdiction] | None:
    """Return the side for which the officer signs: who changes its records or reviews for it, the own country first."""
    country = side_acted_for(actor, (handover.requested, handover.requesting), Action.EDIT, Action.REVIEW)
    if country is None:
        return None
    return Side.REQUESTED if country.pk == handover.requested_id else Side.REQUESTING, country


@transaction.atomic
def _keep(
    actor: User, order: Order, signed: Signed, name: str, confirmed_at: dt.datetime | None
) -> DossierSignature:
    """Write the signature under the lock of the request, unless the officer's other click was faster."""
    again = _order(actor, order.dossier.uuid, order.sha256, lock=True)
    if again.held is not None:
        return again.held
    dossier = again.dossier
    signature = DossierSignature(
        dossier=dossier,
        side=order.side,
        country=order.country,
        officer=actor,
        confirmed_at=confirmed_at,
        sha256_before=order.sha256,
        file=name,
        sha256=signed.sha256,
        size_bytes=len(signed.pdf),
        certificate_sha256=signed.certificate_sha256,
        certificate_name=signed.signer[:200],
        timestamp_authority=signed.stamped_by[:200],
        signed_at=signed.at,
    )
    signature.save(force_insert=True)
    handover = dossier.handover
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="dossier.signed",
        target=dossier,
        recipient=handover.requesting if order.side == Side.REQUESTED else handover.requested,
        codes={
            "side": str(order.side),
            "language": dossier.languages_code,
            "version": dossier.number,
            "before": order.sha256,
            "sha256": signed.sha256,
            "certificate": signed.certificate_sha256,
            "stamped": bool(signed.stamped_by),
        },
    )
    note_issued(
        kind=IssuedFile.Kind.SIGNED_DOSSIER,
        owner_id=dossier.audit_owner_id,
        object_uuid=dossier.uuid,
        sha256=signed.sha256,
        facts_sha256=dossier.facts_sha256,
    )
    transaction.on_commit(lambda: _remove_leftovers(name))
    return signature


def _remove_leftovers(name: str) -> None:
    """Remove what a killed process signed for this side without writing it down."""
    folder = PurePosixPath(name).parent
    for other in default_storage.listdir(str(folder))[1]:
        if str(folder / other) != name:
            default_storage.delete(str(folder / other))
