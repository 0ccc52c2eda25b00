"""Why somebody can see a record, or cannot: the rules that are asked, in order, and the row that answers each.

The rules are evaluated here from their sources (owner, named officers, shares, contributions), not read from the
read model, so that the answer is a second opinion; ``tests/cases/test_explaining.py`` holds both against each other.
The precedence is written down in docs/access-rule.md.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.accounts.models import User
from lmc_cases.audit.models import Operation as AuditOperation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import (
    Case,
    CaseItem,
    CaseOfficer,
    CaseShare,
    CaseShareItem,
    Disclosure,
    Level,
    Operation,
    OperationMember,
)
from lmc_cases.core.display import format_moment
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting, resolve_audiences
from lmc_cases.jurisdictions.models import Agency, Audience, Clearance, Jurisdiction

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Subject:
    """About whom it is asked: a country, one agency of it, or one officer; cleared so far.

    Attributes:
        reads_country: whether the subject reads what is shared with the whole country.
        reads_agency_id: primary key of the agency whose shares it reads too.
    """

    country: Jurisdiction
    agency: Agency | None = None
    officer: User | None = None
    clearance: int = Clearance.RESTRICTED
    reads_country: bool = True
    reads_agency_id: int | None = None

    @property
    def name(self) -> str:
        """How the subject is called."""
        if self.officer is not None:
            return self.officer.full_name
        return self.agency.name if self.agency is not None else self.country.name

    @classmethod
    def of_country(cls, country: Jurisdiction, clearance: int, agency: Agency | None = None) -> Subject:
        """An officer of that country, or of that agency, with that clearance."""
        return cls(country, agency, None, clearance, True, agency.pk if agency else None)

    @classmethod
    def of_officer(cls, officer: User) -> Subject:
        """One officer, with the roles and the clearance held now."""
        audiences = set(resolve_audiences(officer)) if officer.is_active else set()
        agency = officer.agency
        assert agency is not None  # noqa: S101 - only officers of an agency are offered
        return cls(
            agency.jurisdiction,
            agency,
            officer,
            officer.clearance,
            agency.jurisdiction.audience_id in audiences,
            agency.pk if agency.audience_id in audiences else None,
        )


@dataclass(frozen=True)
class Step:
    """One rule that was asked.

    Attributes:
        rule: its code, as in docs/access-rule.md.
        opens: the level it opens; ``None`` where it opens nothing.
        closes: it ends the matter: no later rule can open anything.
        text: what was found, in a sentence.
        share: the row, where it is a share.
        decides: it is the one that decided.
    """

    rule: str
    text: str
    opens: Level | None = None
    closes: bool = False
    until: dt.datetime | None = None
    share: CaseShare | None = None
    decides: bool = False


@dataclass(frozen=True)
class Explanation:
    """The answer: whether the subject sees the record, at which level, and every rule that was asked."""

    subject: Subject
    sees: bool
    level: Level | None
    steps: list[Step] = field(default_factory=list)


def explain_case(subject: Subject, case: Case, item: CaseItem | None = None) -> Explanation:
    """Ask the rules in their order about a case, or about a person or exhibit of it.

    ``case`` and ``item`` were read through the access rule by whoever asks. Rules that close end the matter; of those
    that open, the widest level decides, and of equal ones the first.
    """
    steps: list[Step] = []
    for step in _rules(subject, case, item):
        steps.append(step)
        if step.closes:
            break
    opening = [step for step in steps if step.opens is not None]
    decided = max(opening, key=lambda step: step.opens or 0, default=None)
    if steps and steps[-1].closes:
        decided = steps[-1]
    level = decided.opens if decided is not None else None
    shown = [Step(**{**vars(step), "decides": step is decided}) for step in steps]
    return Explanation(subject, level is not None, level, shown)


def _rules(subject: Subject, case: Case, item: CaseItem | None) -> Iterable[Step]:
    yield _account(subject)
    yield _clearance(subject, case)
    owns = subject.country.pk == case.owner_id and subject.reads_country
    yield _owner(subject, case, owns=owns)
    if owns and case.is_restricted:
        yield _named(subject, case)
    shares = _shares_to(subject, case)
    needed = Level.EXISTENCE if item is None else Level(item.level)
    for share in shares:
        yield _share(share, needed, of_item=item is not None)
    if not shares:
        yield Step("SHARE", _("No share in force names this country or agency."))
    if item is not None:
        yield from _item(subject, item, shares)


def _account(subject: Subject) -> Step:
    officer = subject.officer
    if officer is not None and not (subject.reads_country or subject.reads_agency_id):
        return Step("ACCOUNT", _("The account is closed, or holds no role that reads records."), closes=True)
    return Step("ACCOUNT", _("Reads the records of its country and agency."))


def _clearance(subject: Subject, case: Case) -> Step:
    if subject.clearance < case.rank:
        words = _("The case is classified %(needed)s; the clearance is %(held)s.")
        held = Clearance(subject.clearance).label
        return Step(
            "CLEARANCE", words % {"needed": case.get_classification_display(), "held": held}, closes=True
        )
    return Step("CLEARANCE", _("Cleared for the classification of the case."))


def _owner(subject: Subject, case: Case, *, owns: bool) -> Step:
    if not owns:
        return Step("OWNER", _("The case belongs to another country."))
    if case.is_restricted:
        return Step("OWNER", _("The case belongs to this country, but only named officers see it."))
    return Step("OWNER", _("The case belongs to this country."), opens=Level.OWN)


def _named(subject: Subject, case: Case) -> Step:
    if subject.officer is not None:
        row = CaseOfficer.objects.filter(case=case, user=subject.officer).first()
        if row is not None and (row.until is None or row.until > timezone.now()):
            return Step("NAMED", _("Named on this restricted case."), opens=Level.OWN, until=row.until)
    return Step("NAMED", _("Not named on this restricted case."))


def _shares_to(subject: Subject, case: Case) -> list[CaseShare]:
    """The shares in force that reach the subject, the widest first."""
    rows = (
        CaseShare.objects.in_force()
        .filter(case=case, recipient=subject.country)
        .select_related("recipient", "recipient_agency", "shared_by", "case__owner")
    )
    return [
        share
        for share in rows.order_by("-level", "-expires_at", "pk")
        if (share.recipient_agency_id is None and subject.reads_country)
        or (share.recipient_agency_id is not None and share.recipient_agency_id == subject.reads_agency_id)
    ]


def _share(share: CaseShare, needed: Level, *, of_item: bool) -> Step:
    words = _("Shared with %(recipient)s at the level %(level)s until %(until)s.")
    recipient = share.recipient_agency or share.recipient
    text = words % {
        "recipient": recipient.name,
        "level": Level(share.level).label,
        "until": format_moment(share.expires_at),
    }
    if of_item and share.level < needed:
        # Outside of a formatted string: what stands in one is not found for translation.
        hidden = _("That level does not show this item.")
        return Step("SHARE", f"{text} {hidden}", until=share.expires_at, share=share)
    return Step("SHARE", text, opens=Level(share.level), until=share.expires_at, share=share)


def _item(subject: Subject, item: CaseItem, shares: list[CaseShare]) -> Iterable[Step]:
    uuid: UUID = item.uuid
    named = CaseShareItem.objects.filter(share__in=shares, object_uuid=uuid).select_related("share").first()
    if named is not None:
        yield Step(
            "ITEM",
            _("A share names this item."),
            opens=Level.FULL,
            until=named.share.expires_at,
            share=named.share,
        )
    else:
        yield Step("ITEM", _("No share names this item."))
    if item.originator_id == subject.country.pk and subject.reads_country:
        if item.originator_id != item.case.owner_id:  # type: ignore[attr-defined]
            yield Step("CONTRIBUTED", _("This country contributed the item."), opens=Level.FULL)
    else:
        yield Step("CONTRIBUTED", _("Another country contributed the item."))


# --- who may ask about whom --------------------------------------------------------------------------
@dataclass(frozen=True)
class Asked:
    """What was chosen on the page; empty values ask about oneself."""

    country_code: str = ""
    agency_id: UUID | None = None
    officer_id: UUID | None = None
    clearance: int = Clearance.RESTRICTED


def countries_to_ask(actor: User, case: Case) -> list[Jurisdiction]:
    """Return the countries the officer may ask about: all for the owner's officers, else the own alone."""
    if case.owner_id in _reads_for(actor):
        return list(Jurisdiction.objects.order_by("-is_lmc_member", "code"))
    return [actor.country]


def agencies_to_ask(actor: User, case: Case) -> list[Agency]:
    """Return the agencies of those countries."""
    countries = [country.pk for country in countries_to_ask(actor, case)]
    return list(
        Agency.objects.filter(jurisdiction__in=countries)
        .select_related("jurisdiction")
        .order_by("jurisdiction__code", "name", "pk")
    )


def officers_to_ask(actor: User, case: Case) -> list[User]:
    """Return colleagues; for the owner's officers also those abroad whose names stand in the case's ledger already."""
    colleagues = list(User.objects.colleagues_of(actor).select_related("agency__jurisdiction"))
    if case.owner_id in _reads_for(actor):
        read = Disclosure.objects.visible_to(actor).filter(case=case, recipient_officer__isnull=False)
        known = User.objects.get_queryset().filter(pk__in=read.values("recipient_officer"))
        colleagues += list(known.exclude(agency=None).select_related("agency__jurisdiction"))
    return sorted({officer.pk: officer for officer in colleagues}.values(), key=lambda one: one.full_name)


def subject_asked(actor: User, case: Case, asked: Asked) -> Subject:
    """Return whom the question is about.

    Raises:
        InvalidInput: somebody the officer may not ask about, or nobody known.
    """
    if asked.officer_id is not None:
        for officer in officers_to_ask(actor, case):
            if officer.uuid == asked.officer_id:
                return Subject.of_officer(officer)
        raise InvalidInput("officer", _("Choose an officer from the list."))
    if asked.agency_id is not None:
        for agency in agencies_to_ask(actor, case):
            if agency.uuid == asked.agency_id:
                return Subject.of_country(agency.jurisdiction, asked.clearance, agency)
        raise InvalidInput("agency", _("Choose an agency from the list."))
    if asked.country_code:
        for country in countries_to_ask(actor, case):
            if country.code == asked.country_code:
                return Subject.of_country(country, asked.clearance)
        raise InvalidInput("country", _("Choose a country from the list."))
    return Subject.of_officer(actor)


@transaction.atomic
def ask_why(*, actor: User, case: Case, asked: Asked, item: Any = None) -> Explanation:
    """Explain a case, or an item of it, that the officer sees, and record that it was asked.

    Raises:
        InvalidInput: see ``subject_asked``.
    """
    subject = subject_asked(actor, case, asked)
    found = explain_case(subject, case, item)
    record(
        actor=actor,
        operation=AuditOperation.CONSULTATION,
        verb="case.why_viewed",
        target=item if item is not None else case,
        codes={
            "about": subject.country.code,
            "agency": str(subject.agency.uuid) if subject.agency else "",
            "officer": str(subject.officer.uuid) if subject.officer else "",
            "sees": found.sees,
        },
    )
    return found


def audience_ids_of(subject: Subject) -> list[int]:
    """Return the audience ids a country or agency reads with at a clearance, siblings included."""
    bases = [subject.country.audience_id]
    if subject.agency is not None:
        bases.append(subject.agency.audience_id)
    siblings = Audience.objects.filter(base__in=bases, clearance__lte=subject.clearance)
    return sorted([*bases, *siblings.values_list("pk", flat=True)])


def _reads_for(actor: User) -> set[int]:
    return set(jurisdictions_granting(actor, Action.READ).values_list("pk", flat=True))


@transaction.atomic
def ask_why_operation(*, actor: User, operation: Operation) -> list[Step]:
    """Say which rule shows an operation to the officer, who sees it, and record that it was asked."""
    read = _reads_for(actor)
    steps = [
        Step(
            "OWNER",
            _("%(country)s owns the operation.") % {"country": operation.owner.name},
            decides=operation.owner_id in read,
        )
    ]
    members = OperationMember.objects.visible_to(actor).filter(operation=operation, jurisdiction__in=read)
    steps += [
        Step(
            "MEMBER",
            _("%(country)s was invited on %(day)s.")
            % {"country": member.jurisdiction.name, "day": format_moment(member.invited_at)},
            decides=operation.owner_id not in read,
        )
        for member in members.select_related("jurisdiction").order_by("pk")
    ]
    record(actor=actor, operation=AuditOperation.CONSULTATION, verb="operation.why_viewed", target=operation)
    return steps
