"""The keyed marks under which the document numbers of a case are found: apart from the search text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from lmc_cases.cases.models.visibility import SearchEntry

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from lmc_cases.accounts.models import User


class NumberMarkQuerySet(models.QuerySet["NumberMark"]):
    """Reads of the marks."""

    def visible_to(self, user: User | AnonymousUser) -> NumberMarkQuerySet:
        """Marks of the people the officer may find by name."""
        people = SearchEntry.objects.visible_to(user).filter(
            kind=SearchEntry.Kind.SUSPECT, object_uuid=models.OuterRef("object_uuid")
        )
        return self.filter(models.Exists(people))


class NumberMark(models.Model):
    """One document number of a case, as its mark (``keys.marks``).

    No history: it follows from the document, and goes with it. ``object_uuid`` is the person's.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    object_uuid = models.UUIDField(db_index=True)
    mark = models.BinaryField()

    objects = NumberMarkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["mark", "case"], name="number_mark_to_case")]
