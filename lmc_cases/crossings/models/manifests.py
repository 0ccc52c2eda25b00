"""The manifest of a crossing as a printed document: who sits on it, frozen, and the requests that this names."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.db import models

from lmc_cases.core.history import kept_history
from lmc_cases.crossings.models.crossings import Crossing
from lmc_cases.dossiers.printed_models import VersionedDocument, second_is_another
from lmc_cases.handovers.models import HandoverRequest, HandoverVisibility
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


def manifest_path(document: ManifestDocument, _name: str) -> str:
    """Return where a printed manifest is kept."""
    return f"manifests/{document.uuid.hex}/{uuid.uuid4().hex}.pdf"


class ManifestDocumentQuerySet(models.QuerySet["ManifestDocument"]):
    """Reads of printed manifests."""

    def visible_to(self, user: User) -> ManifestDocumentQuerySet:
        """Those of the crossings the officer may see, if every request named in them is seen too.

        Persons may have been taken off since: the crossing is then open to who must not read of them.
        """
        named = ManifestRequest.objects.filter(document=models.OuterRef("pk"))
        known = HandoverVisibility.objects.visible_to(user).filter(handover=models.OuterRef("handover"))
        return self.filter(
            ~models.Exists(named.filter(~models.Exists(known))),
            crossing__in=Crossing.objects.visible_to(user),
        )


class ManifestDocument(VersionedDocument):
    """A version of a manifest. Versions are never overwritten.

    ``sending`` and ``reference`` are the crossing's own: who lost sight of it meanwhile is still told so in the record.
    """

    task_name: ClassVar[str] = "crossings.print_manifest"

    crossing = models.ForeignKey(Crossing, on_delete=models.PROTECT, related_name="manifests")
    sending = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=40, editable=False)
    # A long manifest is one document for every so many persons; each names the requests of all.
    part = models.PositiveSmallIntegerField(default=1)
    parts = models.PositiveSmallIntegerField(default=1)
    file = models.FileField(upload_to=manifest_path, null=True)

    objects = ManifestDocumentQuerySet.as_manager()
    history = kept_history(excluded_fields=["lease_token", "lease_until", "facts", "attempts"])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["crossing", "number", "language", "beside", "part"],
                name="one_manifest_per_version_and_languages",
            ),
            second_is_another("a_manifest_beside_another_language"),
            models.CheckConstraint(
                condition=~models.Q(job_state="DONE")
                | (~models.Q(sha256="") & ~models.Q(certificate_sha256="")),
                name="a_printed_manifest_is_signed",
            ),
        ]

    @property
    def audit_owner_id(self) -> int:
        """The country that sends."""
        return self.sending_id

    @property
    def audit_reference(self) -> str:
        """Crossing, version and languages."""
        return f"{self.reference}/manifest-v{self.number}/{self.languages_code}"

    @property
    def audit_case_uuid(self) -> None:
        """No one case: persons of several may sit on a crossing."""


class ManifestRequestQuerySet(models.QuerySet["ManifestRequest"]):
    """Reads of what printed manifests name."""

    def visible_to(self, user: User) -> ManifestRequestQuerySet:
        """Those of the manifests the officer may see."""
        return self.filter(document__in=ManifestDocument.objects.visible_to(user))


class ManifestRequest(models.Model):
    """A request whose persons a printed manifest names: who may not see the one sees not the other.

    It bears the two countries because its wall stands on them: the document's own wall reads these rows.
    """

    document = models.ForeignKey(ManifestDocument, on_delete=models.PROTECT, related_name="requests")
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    sending = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    receiving = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")

    objects = ManifestRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "handover"], name="a_manifest_names_a_request_once")
        ]
