"""Read dossiers: lists, one dossier, its facts, its file. Every look and every download is recorded."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.errors import Conflict
from lmc_cases.core.jobs import JobState
from lmc_cases.core.keyset import Cursor, Page
from lmc_cases.dossiers.facts import DossierFacts
from lmc_cases.dossiers.models import Dossier
from lmc_cases.dossiers.services.composing import revive
from lmc_cases.dossiers.services.sealed import opened_facts
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.handovers.services.disclosure import read_photo, terms_of_request
from lmc_cases.keys.providers import KeyUnavailable

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 25


class FileDamaged(Conflict):
    """The stored file is missing or not the one that was rendered."""


class NotReady(Conflict):
    """There is no file yet."""


def page_of_dossiers(
    user: User, *, before: Cursor | None = None, case: Case | None = None, size: int = PAGE_SIZE
) -> Page[Dossier]:
    """Return one page of the visible dossiers, the last requested first."""
    rows = _listed(user)
    if before is not None:
        rows = rows.filter(pk__lt=before.pk)
    if case is not None:
        rows = rows.filter(handover__case=case)
    found = list(rows.order_by("-pk")[: size + 1])
    older = None
    if len(found) > size:
        older = Cursor(at=found[size - 1].requested_at, pk=found[size - 1].pk)
    return Page(rows=found[:size], older=older)


def dossiers_of_request(user: User, handover: HandoverRequest) -> list[Dossier]:
    """Return the dossiers of a request, newest version first."""
    return list(_listed(user).filter(handover=handover).order_by("-number", "language"))


def _listed(user: User) -> QuerySet[Dossier]:
    return (
        Dossier.objects.visible_to(user)
        .select_related("handover__requesting", "handover__requested")
        .defer("facts", "engine", "handover__disclosed", "handover__facts")
    )


@transaction.atomic
def consult_dossier(*, actor: User, dossier_id: UUID) -> Dossier:
    """Return a dossier for reading and record who read it.

    Raises:
        Dossier.DoesNotExist: foreign and missing alike.
    """
    dossier = (
        Dossier.objects.visible_to(actor)
        .select_related("handover__requesting", "handover__requested", "requested_by")
        .get(uuid=dossier_id)
    )
    record(
        actor=actor,
        operation=Operation.CONSULTATION,
        verb="dossier.viewed",
        target=dossier,
        codes={"language": dossier.language, "version": dossier.number},
    )
    _note(actor, dossier, Disclosure.Path.PAGE)
    return dossier


def newer_version_of(user: User, dossier: Dossier) -> Dossier | None:
    """Return the newest dossier of the same request and language, if it is a later version."""
    rows = _listed(user).filter(handover=dossier.handover, language=dossier.language)
    return rows.filter(number__gt=dossier.number).order_by("-number").first()


def facts_of(dossier: Dossier) -> DossierFacts | None:
    """Return the frozen facts, or ``None`` where the copy of a photograph or the key of the numbers is missing."""
    try:
        return revive(opened_facts(dossier))
    except (OSError, KeyUnavailable):
        return None


@transaction.atomic
def open_download(*, actor: User, dossier_id: UUID) -> File[bytes]:
    """Return the file of a dossier, open at its start and named for the download, and record the disclosure.

    The file is compared with its checksum first.

    Raises:
        Dossier.DoesNotExist: foreign and missing alike.
        NotReady: not rendered yet, or failed.
        FileDamaged: missing or changed on disk.
    """
    dossier = Dossier.objects.visible_to(actor).select_related("handover").get(uuid=dossier_id)
    if dossier.job_state != JobState.DONE:
        raise NotReady(_("This dossier is not ready yet."))
    damaged = FileDamaged(_("The stored file is not the one that was rendered. Tell your administrator."))
    try:
        stored = dossier.file.open("rb")
    except OSError as error:
        raise damaged from error
    if hashlib.file_digest(stored.file, "sha256").hexdigest() != dossier.sha256:
        stored.close()
        raise damaged
    stored.seek(0)
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="dossier.downloaded",
        target=dossier,
        recipient=actor.country,
        codes={
            "language": dossier.language,
            "version": dossier.number,
            "sha256": dossier.sha256,
            "size_bytes": dossier.size_bytes,
        },
    )
    _note(actor, dossier, Disclosure.Path.DOSSIER)
    return File(stored.file, name=f"{dossier.handover.reference}-v{dossier.number}-{dossier.language}.pdf")


def read_dossier_photo(*, actor: User, dossier_id: UUID, sha256: str) -> bytes:
    """Return a photograph that stands in the facts of a dossier.

    Raises:
        Dossier.DoesNotExist: foreign and missing dossiers alike, and photographs that are not in it.
    """
    dossier = Dossier.objects.visible_to(actor).select_related("handover").get(uuid=dossier_id)
    if not any(
        subject["photo"] and subject["photo"]["sha256"] == sha256 for subject in dossier.facts["subjects"]
    ):
        raise Dossier.DoesNotExist
    try:
        jpeg = read_photo(sha256)
    except OSError:
        raise Dossier.DoesNotExist from None
    _note(actor, dossier, Disclosure.Path.PHOTO, sha256=sha256)
    return jpeg


def _note(actor: User, dossier: Dossier, path: str, *, sha256: str = "") -> None:
    """Note in the ledger that a dossier, its file or a photograph in it reached the other side."""
    handover = dossier.handover
    asks = actor.agency is not None and actor.country.pk == handover.requesting_id
    ledger.disclose(
        actor=actor,
        path=path,
        terms=terms_of_request(handover),
        pieces=[
            ledger.Piece(
                handover.case_id,
                # The dossier is the requested country's disclosure; to it, it brings nothing that is another's.
                handover.requested_id,
                dossier.uuid,
                dossier.audit_reference,
                kind=Disclosure.Kind.DOSSIER,
                versions={"dossier": dossier.number, "language": dossier.language},
                sha256=sha256 or dossier.sha256,
            )
        ]
        if asks
        else [],
    )
