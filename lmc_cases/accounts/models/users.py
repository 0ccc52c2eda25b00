"""The officer's account."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from lmc_cases.core.history import kept_history
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting, may
from lmc_cases.jurisdictions.models import Agency, Audience, Clearance, Jurisdiction


class UserQuerySet(models.QuerySet["User"]):
    """Reads of accounts."""

    def visible_to(self, user: User) -> UserQuerySet:
        """The officers of the countries whose users the viewer manages, and the viewer."""
        managed = jurisdictions_granting(user, Action.MANAGE_USERS)
        return self.filter(models.Q(agency__jurisdiction__in=managed) | models.Q(pk=user.pk))

    def managed_by(self, user: User) -> UserQuerySet:
        """The officers of the countries whose users the viewer manages; not the viewer as such."""
        return self.filter(agency__jurisdiction__in=jurisdictions_granting(user, Action.MANAGE_USERS))

    def with_second_factor(self) -> UserQuerySet:
        """Each officer with ``has_second_factor``: an authenticator app or a security key is set up."""
        held = User.objects.get_queryset().filter(
            pk=models.OuterRef("pk"), authenticator__type__in=["totp", "webauthn"]
        )
        return self.annotate(has_second_factor=models.Exists(held))

    def in_service(self) -> UserQuerySet:
        """Officers whose account is open and whose posting has not ended."""
        return self.filter(
            models.Q(access_ends_at__isnull=True) | models.Q(access_ends_at__gt=timezone.now()),
            is_active=True,
        )

    def matching(self, text: str) -> UserQuerySet:
        """Officers whose name or address holds the text."""
        return self.filter(models.Q(full_name__icontains=text) | models.Q(email__icontains=text))

    def older_than(self, at: dt.datetime, pk: int) -> UserQuerySet:
        """Officers who come after one in the list, newest first: a page begins there."""
        return self.filter(models.Q(joined_at__lt=at) | models.Q(joined_at=at, pk__lt=pk))

    def colleagues_of(self, user: User) -> UserQuerySet:
        """Active officers of the viewer's own country: whom a case can be handed to."""
        if user.agency_id is None:
            return self.none()
        return self.in_service().filter(agency__jurisdiction=user.country)


class UserManager(BaseUserManager["User"]):
    """Make accounts; only services call it."""

    def get_queryset(self) -> UserQuerySet:
        """Return the queryset that knows the access rule."""
        return UserQuerySet(self.model, using=self._db)

    def visible_to(self, user: User) -> UserQuerySet:
        """See ``UserQuerySet.visible_to``."""
        return self.get_queryset().visible_to(user)

    def colleagues_of(self, user: User) -> UserQuerySet:
        """See ``UserQuerySet.colleagues_of``."""
        return self.get_queryset().colleagues_of(user)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """Create an account with its own audience."""
        audience = Audience.establish(Audience.Kind.OFFICER)
        user = self.model(email=self.normalize_email(email).lower(), audience=audience, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """An officer. Signs in by e-mail; belongs to one agency of one country."""

    class Calendar(models.TextChoices):
        """How years are shown."""

        GREGORIAN = "gregorian", _("Gregorian (CE)")
        BUDDHIST = "buddhist", _("Buddhist era (BE)")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), unique=True)
    full_name = models.CharField(_("full name"), max_length=200)
    rank = models.CharField(_("rank"), max_length=100, blank=True, default="")
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="officers", null=True)
    audience = models.OneToOneField(Audience, on_delete=models.PROTECT, editable=False)
    language = models.CharField(
        _("language of the pages"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    document_language = models.CharField(
        _("language of documents"), max_length=10, choices=settings.LANGUAGES, default="en"
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="Asia/Bangkok")
    calendar = models.CharField(
        _("calendar"), max_length=10, choices=Calendar.choices, default=Calendar.GREGORIAN
    )
    # The lowest by default: a country administrator raises it.
    clearance = models.PositiveSmallIntegerField(
        _("clearance"), choices=Clearance.choices, default=Clearance.RESTRICTED
    )
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(default=False, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    left_at = models.DateTimeField(null=True, editable=False)
    # The last day of the posting, and the moment that day ends in the officer's country: the clock ends the account.
    posting_ends_on = models.DateField(_("posting ends"), null=True, blank=True)
    access_ends_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(posting_ends_on__isnull=True, access_ends_at__isnull=True)
                | models.Q(posting_ends_on__isnull=False, access_ends_at__isnull=False),
                name="a_posting_that_ends_has_its_moment",
            )
        ]

    objects: ClassVar[UserManager] = UserManager()
    history = kept_history(excluded_fields=["password", "last_login"])

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        """Return the name for greetings."""
        return self.full_name

    @property
    def posting_is_over(self) -> bool:
        """Whether the last day of the posting has passed."""
        return self.access_ends_at is not None and self.access_ends_at <= timezone.now()

    @property
    def in_service(self) -> bool:
        """Whether the account opens anything now: it is not closed and the posting has not ended."""
        return self.is_active and not self.posting_is_over

    @property
    def country(self) -> Jurisdiction:
        """The officer's own country; an account without an agency has none and reads nothing."""
        if self.agency is None:
            raise Jurisdiction.DoesNotExist
        return self.agency.jurisdiction

    @property
    def audit_owner_id(self) -> int | None:
        """The country that answers for the account."""
        return self.agency.jurisdiction_id if self.agency else None

    @property
    def audit_reference(self) -> str:
        """No name: the account is named by its id."""
        return ""

    @property
    def audit_case_uuid(self) -> UUID | None:
        """An account belongs to no case."""
        return None

    def menu_rights(self) -> dict[str, bool]:
        """Which menu entries to show; the pages themselves ask the rule again."""
        return {"audit": may(self, Action.READ_AUDIT), "users": may(self, Action.MANAGE_USERS)}
