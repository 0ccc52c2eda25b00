"""Informants of a case: for the owning country's own officers who hold the right, and for nobody else."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.cases.models import Case
from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action
from lmc_cases.keys.sealing import Place

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class InformantQuerySet(models.QuerySet["Informant"]):
    """Reads of informants."""

    def visible_to(self, user: User) -> InformantQuerySet:
        """Informants of the own country's cases, with the right to them: no share and no other right opens one."""
        return self.filter(case__in=Case.objects.owned_with(user, Action.HANDLE_INFORMANTS))


class Informant(models.Model):
    """Somebody whose name would cost a life. In the clear: a code name. Who it is stands sealed, with its own key.

    No path leads out: it is in no search text, no export of a case, no API, no disclosure.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("number in the case"))
    code_name = models.CharField(_("code name"), max_length=60, blank=True, default="")
    identity_sealed = models.BinaryField(_("true identity"))
    contact_sealed = models.BinaryField(_("contact"))
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    erased_at = models.DateTimeField(_("erased at"), null=True)

    objects = InformantQuerySet.as_manager()
    history = kept_history()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="one_number_per_informant_in_a_case")
        ]

    def __str__(self) -> str:
        return self.code_name or f"I{self.number}"

    def place(self, field: str) -> Place:
        """Return where a sealed field stands: ``identity`` or ``contact``."""
        return Place("suspects_informant", field, self.uuid)

    @property
    def audit_owner_id(self) -> int | None:
        """The country of the case."""
        return self.case.owner_id

    @property
    def audit_reference(self) -> str:
        """Case reference and number: not even the code name."""
        return f"{self.case.reference}/I{self.number}"

    @property
    def audit_case_uuid(self) -> UUID | None:
        """The case."""
        return self.case.uuid
