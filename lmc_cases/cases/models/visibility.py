"""The read models of the access rule, kept by database triggers (migration 0002): never written from Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.jurisdictions.access import audiences_of
from lmc_cases.jurisdictions.models import Audience, Jurisdiction

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from lmc_cases.accounts.models import User


class Level(models.IntegerChoices):
    """How much of a case an audience sees. Each level holds the one before it.

    ``OWN`` is the owning country's alone and is never shared: notes, named officers, imports, what is withheld.
    """

    EXISTENCE = 1, _("Existence only")
    SUMMARY = 2, _("Summary")
    FULL = 3, _("Full")
    OWN = 4, _("Own country only")

    @classmethod
    def shareable(cls) -> list[Level]:
        """The levels a share can name."""
        return [cls.EXISTENCE, cls.SUMMARY, cls.FULL]


class CaseVisibilityQuerySet(models.QuerySet["CaseVisibility"]):
    """Reads of the read model."""

    def visible_to(
        self, user: User | AnonymousUser, *, at_least: Level = Level.EXISTENCE
    ) -> CaseVisibilityQuerySet:
        """Rows in force, by the database's clock, for the officer's audiences at ``at_least`` this level."""
        rows = self.filter(audience__in=audiences_of(user), until__gt=Now())
        return rows if at_least == Level.EXISTENCE else rows.filter(level__gte=at_least)


class ItemVisibilityQuerySet(models.QuerySet["ItemVisibility"]):
    """Reads of the item read model."""

    def visible_to(self, user: User | AnonymousUser) -> ItemVisibilityQuerySet:
        """Rows in force, by the database's clock, for the officer's audiences."""
        return self.filter(audience__in=audiences_of(user), until__gt=Now())


def item_is_visible_to(user: User | AnonymousUser, *, uuid: str = "uuid") -> models.Q:
    """Return the condition of a person, an exhibit or their search text: by the case's level, or item by item.

    Two EXISTS on index look-ups, never a join: a list of one case's items asks them for that case's rows alone.
    """
    by_level = CaseVisibility.objects.visible_to(user).filter(
        case=models.OuterRef("case"), level__gte=models.OuterRef("level")
    )
    by_name = ItemVisibility.objects.visible_to(user).filter(object_uuid=models.OuterRef(uuid))
    return models.Q(models.Exists(by_level)) | models.Q(models.Exists(by_name))


class CaseVisibility(models.Model):
    """One narrow row per audience and case: what ``Case.objects.visible_to`` reads.

    ``until`` is ``infinity`` for owners, the end of the share for recipients: a share ends by the clock, when
    no trigger fires.
    """

    pk = models.CompositePrimaryKey("audience_id", "case_id")
    audience = models.ForeignKey(Audience, on_delete=models.DO_NOTHING, db_index=False, related_name="+")
    case = models.ForeignKey(
        "cases.Case", on_delete=models.DO_NOTHING, db_index=False, related_name="visibility"
    )
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    until = models.DateTimeField()
    updated_at = models.DateTimeField()
    status = models.CharField(max_length=10)
    typology_id = models.BigIntegerField(null=True)
    owner = models.ForeignKey(Jurisdiction, on_delete=models.DO_NOTHING, db_index=False, related_name="+")

    objects = CaseVisibilityQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                "audience",
                models.F("updated_at").desc(),
                models.F("case").desc(),
                name="case_visibility_page",
                include=["level", "until", "status", "typology_id", "owner"],
            ),
            # What the rule and every policy of the second wall ask of one case, without a look at the row. The audience
            # is no key of it: the rule and the policy both name a list of them, and PostgreSQL would reckon with every
            # pair of the two, and rather read all that the officer sees.
            models.Index(
                fields=["case"],
                name="case_visibility_check",
                include=["audience", "level", "until", "updated_at"],
            ),
        ]


class ItemVisibility(models.Model):
    """What single items of a case an audience sees besides the case's level: shared by name, or its own.

    Kept by triggers (migration 0006) from the items a share names and from the originators of contributed items.
    """

    pk = models.CompositePrimaryKey("audience_id", "object_uuid")
    audience = models.ForeignKey(Audience, on_delete=models.DO_NOTHING, db_index=False, related_name="+")
    object_uuid = models.UUIDField()
    case = models.ForeignKey("cases.Case", on_delete=models.DO_NOTHING, related_name="+")
    until = models.DateTimeField()

    objects = ItemVisibilityQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["object_uuid", "audience"], name="item_visibility_by_object")]


class ContributedItem(models.Model):
    """An item that a recipient of the case added: noted by a trigger, never written from Python."""

    object_uuid = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=8)
    case = models.ForeignKey("cases.Case", on_delete=models.DO_NOTHING, related_name="+")
    originator = models.ForeignKey(Jurisdiction, on_delete=models.DO_NOTHING, related_name="+")


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    """Reads of the search text."""

    def visible_to(self, user: User | AnonymousUser) -> SearchEntryQuerySet:
        """Entries whose level the officer's level reaches, and those of items opened by name."""
        return self.filter(item_is_visible_to(user, uuid="object_uuid"))


class SearchEntry(models.Model):
    """A piece of searchable text of a case, normalised by ``core.text.search_form``.

    ``level`` is the least level at which the piece may be found: a reference by existence, a title by summary,
    a suspect's name only in full. Document numbers are not here: see ``NumberMark``. ``audience_ids`` are those
    whose level reaches it, kept by triggers (migration 0003): one index then intersects permission and text.
    """

    class Kind(models.TextChoices):
        """What the text is."""

        REFERENCE = "REFERENCE", _("Reference")
        TEXT = "TEXT", _("Text")
        SUSPECT = "SUSPECT", _("Suspect")

    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="search_entries")
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    object_uuid = models.UUIDField()
    body = models.TextField()
    audience_ids = ArrayField(models.BigIntegerField(), default=list, editable=False)

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_uuid"], name="one_search_entry_per_object")
        ]
        indexes = [
            # A companion index over bigrams serves the two-character words of Chinese (migration 0003).
            GinIndex(
                fields=["audience_ids", "body"],
                opclasses=["array_ops", "gin_trgm_ops"],
                name="search_entry_trigrams",
            ),
        ]
