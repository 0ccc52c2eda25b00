"""What the side that asks for persons states of them, and undertakes for the request as a whole."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lmc_cases.handovers.models.papers import AuditedAsRequest
from lmc_cases.handovers.models.people import HandoverSubject
from lmc_cases.handovers.models.requests import HandoverRequest
from lmc_cases.jurisdictions.models import Jurisdiction

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User


class RequestStatementQuerySet(models.QuerySet["RequestStatement"]):
    """Reads of the statements of requests."""

    def visible_to(self, user: User) -> RequestStatementQuerySet:
        """Statements of the requests the officer may see; of a draft the other country sees neither."""
        return self.filter(handover__in=HandoverRequest.objects.visible_to(user))


class RequestStatement(AuditedAsRequest, models.Model):
    """One thing stated, once. Never changed: the newest of a person and kind counts.

    The words are sealed with the key of the request. What no other country was sent goes when its person is left out of
    the draft, or is erased.
    """

    class Kind(models.TextChoices):
        """What it is about: of a person each, but for the last, which the request undertakes as a whole."""

        OCCUPATION = "OCCUPATION", _("Occupation")
        APPEARANCE = "APPEARANCE", _("Appearance")
        ADDRESSES = "ADDRESSES", _("Addresses")
        PROBABLE_LOCATION = "PROBABLE_LOCATION", _("Probable location")
        PENDING_PROCEEDINGS = "PENDING_PROCEEDINGS", _("Pending proceedings")
        EARLIER_JUDGMENTS = "EARLIER_JUDGMENTS", _("Earlier judgments for the same acts")
        ASYLUM_CLAIM = "ASYLUM_CLAIM", _("Asylum claim")
        AMNESTY = "AMNESTY", _("Amnesty or pardon")
        RE_EXTRADITION = "RE_EXTRADITION", _("No surrender to a third country without consent")

        @property
        def is_of_person(self) -> bool:
            """Whether it is stated of each person."""
            return self.value != "RE_EXTRADITION"

    class Given(models.TextChoices):
        """What is said: words, that the asking side knows of none, or that there is nothing to say, each with why."""

        STATED = "STATED", _("Written here")
        NONE_KNOWN = "NONE_KNOWN", _("None known")
        NOT_APPLICABLE = "NOT_APPLICABLE", _("Does not apply")

    OF_PERSONS = tuple(kind for kind in Kind if kind.is_of_person)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    handover = models.ForeignKey(HandoverRequest, on_delete=models.PROTECT, related_name="+")
    subject = models.ForeignKey(HandoverSubject, on_delete=models.PROTECT, null=True, related_name="+")
    country = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    given = models.CharField(max_length=14, choices=Given.choices)
    text_sealed = models.BinaryField()
    language = models.CharField(max_length=10, choices=settings.LANGUAGES)
    # Of an undertaking that is given: the authority that answers for it, and its day.
    given_by = models.CharField(max_length=200, blank=True, default="")
    given_on = models.DateField(null=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(db_default=Now())

    objects = RequestStatementQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["handover", "subject", "kind"], name="statements_of_a_request")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="RE_EXTRADITION", subject__isnull=True)
                | (~models.Q(kind="RE_EXTRADITION") & models.Q(subject__isnull=False)),
                name="a_statement_is_of_a_person_or_an_undertaking",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(kind="RE_EXTRADITION", given="STATED", given_on__isnull=False)
                    & ~models.Q(given_by="")
                )
                | (
                    ~models.Q(kind="RE_EXTRADITION", given="STATED")
                    & models.Q(given_by="", given_on__isnull=True)
                ),
                name="an_undertaking_names_who_gives_it",
            ),
        ]
