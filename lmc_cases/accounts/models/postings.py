"""Which notices about the end of a posting went out: each once."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from lmc_cases.accounts.models.users import User


class PostingNotice(models.Model):
    """One notice, to the officer and the administrators of the country."""

    class Kind(models.TextChoices):
        """What it says."""

        SOON = "SOON", "Soon"
        OVER = "OVER", "Over"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posting_notices")
    ends_on = models.DateField()
    kind = models.CharField(max_length=4, choices=Kind.choices)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "ends_on", "kind"], name="each_posting_notice_goes_out_once"
            )
        ]
