"""What a person owned when taken into custody, and what becomes of it: things, papers and money."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.history import kept_history
from lmc_cases.handovers.models.people import HandoverSubject
from lmc_cases.handovers.models.requests import AuditedWithRequest, HandoverRequest

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class PropertyItemQuerySet(models.QuerySet["PropertyItem"]):
    """Reads of property."""

    def visible_to(self, user: User) -> PropertyItemQuerySet:
        """Property of the people of the requests the officer may see."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))

    def on_the_list(self) -> PropertyItemQuerySet:
        """What was not taken off the list, in the order it was recorded."""
        return self.filter(removed_at=None).order_by("pk")


class PropertyItem(AuditedWithRequest, models.Model):
    """One thing or sum of money of one person: recorded by the country that holds the person, read by both."""

    class Disposition(models.TextChoices):
        """Where it goes."""

        RETURNED = "RETURNED", _("Returned to the person")
        EVIDENCE = "EVIDENCE", _("Travels as evidence")
        TRAVELS = "TRAVELS", _("Travels with the person")
        HELD = "HELD", _("Held back")

    # What crosses the border with the person.
    CROSSES = (Disposition.EVIDENCE.value, Disposition.TRAVELS.value)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="property_items")
    subject = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, related_name="property_items")
    description = models.TextField(_("description"))
    quantity = models.PositiveIntegerField(default=1)
    # Both or neither: a sum has a currency.
    amount = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    disposition = models.CharField(max_length=8, choices=Disposition.choices)
    # The exhibit as it was disclosed with the request: no later change of the exhibit reaches it.
    exhibit_uuid = models.UUIDField(null=True, editable=False)
    exhibit_number = models.CharField(max_length=60, blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    return_what = models.TextField(blank=True, default="")
    return_to = models.CharField(max_length=200, blank=True, default="")
    return_by = models.DateField(null=True, blank=True)
    return_source = models.CharField(max_length=300, blank=True, default="")
    third_party = models.TextField(blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = PropertyItemQuerySet.as_manager()
    history = kept_history()

    class Meta:
        indexes = [models.Index(fields=["handover", "subject"], name="property_of_a_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True, currency="")
                | models.Q(amount__gte=0, currency__regex=r"^[A-Z]{3}$"),
                name="a_sum_has_a_currency",
            ),
            models.CheckConstraint(
                condition=~models.Q(disposition="HELD") | ~models.Q(reason=""),
                name="what_is_held_back_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__gte=1), name="property_is_at_least_one_thing"
            ),
        ]

    @property
    def sum_text(self) -> str:
        """The sum as both sides write it: ISO code, digits in groups of three, two decimals, or three."""
        if self.amount is None:
            return ""
        return f"{self.currency} {plain_amount(self.amount):,}"


def plain_amount(amount: Decimal) -> Decimal:
    """Return a sum with two decimals, or with three where the third says something."""
    text = f"{amount:.3f}"
    return Decimal(text.removesuffix("0"))
