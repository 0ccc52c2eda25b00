"""Read dossiers: lists, one dossier, its facts, its file. Every look and every download is recorded."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, Disclosure
from lmc_cases.cases.services import ledger
from lmc_cases.core.days import end_of, start_of
from lmc_cases.core.errors import Conflict
from lmc_cases.core.jobs import JobState
from lmc_cases.core.keyset import Cursor, Page
from lmc_cases.core.text import clean_text
from lmc_cases.dossiers.facts import DossierFacts
from lmc_cases.dossiers.models import Dossier, DossierSignature
from lmc_cases.dossiers.services.composing import revive
from lmc_cases.dossiers.services.sealed import opened_facts
from lmc_cases.handovers.models import HandoverRequest, HandoverSubject
from lmc_cases.handovers.services.disclosure import read_photo, terms_of_request
from lmc_cases.keys.providers import KeyUnavailable

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

PAGE_SIZE = 25
# The signatures of each dossier, in the order in which they were made.
SIGNED = Prefetch("signatures", DossierSignature.objects.select_related("country", "officer").order_by("pk"))
# States of the work as officers tell them apart.
STATES = {
    "ready": (JobState.DONE,),
    "waiting": (JobState.NEW, JobState.QUEUED, JobState.RUNNING),
    "failed": (JobState.FAILED, JobState.DENIED, JobState.CANCELLED),
}


class FileDamaged(Conflict):
    """The stored file is missing or not the one that was rendered."""


class NotReady(Conflict):
    """There is no file yet."""


@dataclass(frozen=True)
class DossierFilters:
    """What a list of dossiers is narrowed to; empty values narrow nothing. Days are those of the officer's zone.

    Attributes:
        reference: part of the request's.
        language: one of those it is in.
        state: a key of ``STATES``.
        since, until: first and last day on which it was asked for.
    """

    reference: str = ""
    language: str = ""
    state: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    def narrow(self, rows: QuerySet[Dossier]) -> QuerySet[Dossier]:
        """Return the dossiers that are left."""
        if wanted := clean_text(self.reference):
            rows = rows.filter(handover__reference__icontains=wanted)
        if self.language:
            rows = rows.filter(Q(language=self.language) | Q(beside=self.language))
        if self.state:
            rows = rows.filter(job_state__in=STATES[self.state])
        if first := start_of(self.since):
            rows = rows.filter(requested_at__gte=first)
        if end := end_of(self.until):
            rows = rows.filter(requested_at__lt=end)
        return rows

    def as_codes(self) -> dict[str, str]:
        """Return what the audit holds of them: of a text, that there was one."""
        named = {**asdict(self), "reference": "searched" if self.reference else ""}
        return {name: str(value) for name, value in named.items() if value}


def page_of_dossiers(
    user: User,
    *,
    before: Cursor | None = None,
    case: Case | None = None,
    filters: DossierFilters | None = None,
    size: int = PAGE_SIZE,
) -> Page[Dossier]:
    """Return one page of the visible dossiers, the last requested first."""
    rows = dossiers_among(user, filters, case=case)
    if before is not None:
        rows = rows.filter(pk__lt=before.pk)
    found = list(rows.prefetch_related(SIGNED)[: size + 1])
    older = None
    if len(found) > size:
        older = Cursor(at=found[size - 1].requested_at, pk=found[size - 1].pk)
    return Page(rows=found[:size], older=older)


def dossiers_among(
    user: User, filters: DossierFilters | None = None, *, case: Case | None = None
) -> QuerySet[Dossier]:
    """Return the visible dossiers under the filters, the last requested first."""
    rows = _listed(user)
    if case is not None:
        rows = rows.filter(handover__case=case)
    if filters is not None:
        rows = filters.narrow(rows)
    return rows.order_by("-pk")


def dossiers_of_request(user: User, handover: HandoverRequest) -> list[Dossier]:
    """Return the dossiers of a request, newest version first."""
    return list(_listed(user).filter(handover=handover).order_by("-number", "language", "beside"))


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
        .prefetch_related(SIGNED)
        .get(uuid=dossier_id)
    )
    record(
        actor=actor,
        operation=Operation.CONSULTATION,
        verb="dossier.viewed",
        target=dossier,
        codes={"language": dossier.languages_code, "version": dossier.number},
    )
    _note(actor, dossier, Disclosure.Path.PAGE)
    return dossier


def newer_version_of(user: User, dossier: Dossier) -> Dossier | None:
    """Return the newest dossier of the same request and language, if it is a later version."""
    rows = _listed(user).filter(handover=dossier.handover, language=dossier.language, beside=dossier.beside)
    return rows.filter(number__gt=dossier.number).order_by("-number").first()


def dossier_on_paper(user: User, *, person_id: UUID, version: int, language: str) -> Dossier:
    """Return the dossier whose printed code was read: of that version, in the language if there is one.

    Raises:
        Dossier.DoesNotExist: foreign and missing persons and versions alike.
    """
    seen = HandoverSubject.objects.visible_to(user).filter(uuid=person_id)
    rows = _listed(user).filter(handover__in=seen.values("handover"), number=version).order_by("pk")
    found = list(rows)
    if not found:
        raise Dossier.DoesNotExist
    return next((row for row in found if row.language == language), found[0])


def newest_versions(user: User, handovers: Iterable[int]) -> dict[int, int]:
    """Return the newest version that is printed, by primary key of the request; none where there is none."""
    rows = Dossier.objects.visible_to(user).filter(handover__in=handovers, job_state=JobState.DONE)
    newest = rows.order_by().values("handover").annotate(newest=models.Max("number"))
    return dict(newest.values_list("handover", "newest"))


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
    stored = open_checked(dossier.file.name or "", dossier.sha256)
    _note_download(actor, dossier, dossier.sha256, dossier.size_bytes or 0)
    return File(
        stored.file, name=f"{dossier.handover.reference}-v{dossier.number}-{dossier.languages_code}.pdf"
    )


@transaction.atomic
def open_signed(*, actor: User, dossier_id: UUID) -> File[bytes]:
    """Return the dossier with every signature there is, as ``open_download`` returns the one drawn; recorded alike.

    Raises:
        Dossier.DoesNotExist: foreign and missing alike.
        NotReady: nobody has signed it.
        FileDamaged: missing or changed on disk.
    """
    dossier = Dossier.objects.visible_to(actor).select_related("handover").get(uuid=dossier_id)
    newest = dossier.signatures.order_by("-pk").first()
    if newest is None:
        raise NotReady(_("Nobody has signed this dossier yet."))
    stored = open_checked(newest.file.name or "", newest.sha256)
    _note_download(actor, dossier, newest.sha256, newest.size_bytes)
    name = f"{dossier.handover.reference}-v{dossier.number}-{dossier.languages_code}-signed.pdf"
    return File(stored.file, name=name)


def open_checked(name: str, sha256: str) -> File[bytes]:
    """Return a stored file, open at its start, once it is the one with this checksum.

    Raises:
        FileDamaged: missing or changed on disk.
    """
    damaged = FileDamaged(_("The stored file is not the one that was rendered. Tell your administrator."))
    try:
        stored: File[bytes] = default_storage.open(name, "rb")
    except OSError as error:
        raise damaged from error
    if hashlib.file_digest(stored, "sha256").hexdigest() != sha256:
        stored.close()
        raise damaged
    stored.seek(0)
    return stored


def _note_download(actor: User, dossier: Dossier, sha256: str, size_bytes: int) -> None:
    record(
        actor=actor,
        operation=Operation.DISCLOSURE,
        verb="dossier.downloaded",
        target=dossier,
        recipient=actor.country,
        codes={
            "language": dossier.languages_code,
            "version": dossier.number,
            "sha256": sha256,
            "size_bytes": size_bytes,
        },
    )
    _note(actor, dossier, Disclosure.Path.DOSSIER, sha256=sha256)


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
