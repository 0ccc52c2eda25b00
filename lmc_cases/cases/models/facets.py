"""Counters of cases by who sees them (migration 0008): kept by triggers, read through ``case_facets()`` alone.

The serving role has no right on these tables: a set of audiences tells who sees a case. There is nothing to ask of
them for an officer but sums, and the function hands those out.
"""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class AudienceSet(models.Model):
    """A distinct set of audiences that some case is visible to, sorted; found by the SHA-256 of its text."""

    digest = models.BinaryField(unique=True)
    audience_ids = ArrayField(models.BigIntegerField())

    class Meta:
        indexes = [GinIndex(fields=["audience_ids"], name="audience_set_members")]


class Facet(models.Model):
    """Abstract: what is counted. Each case lies in one set, so that no officer's sum holds a case twice."""

    status = models.CharField(max_length=10)
    typology_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField()
    n = models.BigIntegerField()

    class Meta:
        abstract = True


class FacetCount(Facet):
    """So many cases of a status, typology and owner are visible to a set of audiences; as of the last fold."""

    audience_set = models.ForeignKey(
        AudienceSet, on_delete=models.DO_NOTHING, db_index=False, related_name="counts"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["audience_set", "status", "typology_id", "owner_id"],
                include=["n"],
                nulls_distinct=False,
                name="one_count_per_facet",
            )
        ]


class FacetDelta(Facet):
    """A change of a count, written beside the change itself; a fold adds it to the counts and removes it."""

    audience_ids = ArrayField(models.BigIntegerField())
