"""What may happen to cases, shares, items, officers and requests: done to the rows, and noted in the oracle's records.

A deed is chosen first and done later, so that two of them can be done at once. Rows are written by the owner's
connection, one column at a time as a service would, because a service takes ten times as long and refuses half of
what could be done to the rows; sharing is done by the services too.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid4

import psycopg
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from lmc_cases.accounts.models import User
from lmc_cases.cases.models import (
    Case,
    CaseOfficer,
    CaseShare,
    CaseShareItem,
    CaseText,
    Level,
    SearchEntry,
)
from lmc_cases.cases.services import facets, sharing, visibility
from lmc_cases.evidence.models import EvidenceItem
from lmc_cases.handovers.models import HandoverRequest
from lmc_cases.jurisdictions.models import Agency, Jurisdiction, Typology
from lmc_cases.suspects.models import Suspect
from tests.factories import share
from tests.leaks.oracle import FULL, OWN, SUMMARY, Item, Officer, Record, Request, Share, Text

OWNER = "owner"
WORDS = ("lotus", "harbour")
CLASSIFICATIONS = {1: "RESTRICTED", 2: "CONFIDENTIAL", 3: "SECRET"}
# Who shares a country's cases by the services.
SHARERS = {"TH": "thai", "CN": "chinese"}
Any_ = TypeVar("Any_")
Row_ = TypeVar("Row_", bound=models.Model)
_numbers = itertools.count(1)

# The clock passes: every end of the read models that stands at this moment is put into the past, and no trigger fires.
CLOCK = """
UPDATE cases_caseshare SET expires_at = %(past)s WHERE expires_at = %(end)s;
UPDATE cases_caseofficer SET until = %(past)s WHERE until = %(end)s;
UPDATE cases_casevisibility SET until = %(past)s WHERE until = %(end)s;
UPDATE cases_itemvisibility SET until = %(past)s WHERE until = %(end)s;
UPDATE handovers_handovervisibility SET until = %(past)s WHERE until = %(end)s;
UPDATE cases_searchentry SET seen_until = %(past)s WHERE seen_until = %(end)s;
UPDATE cases_casetext SET seen_until = %(past)s WHERE seen_until = %(end)s;
UPDATE cases_case SET seen_until = %(past)s WHERE seen_until = %(end)s
"""
# Children before parents; the officers and the reference data stay.
EMPTIED = (
    "handovers_handovervisibility",
    "handovers_handoverrequest",
    "cases_itemvisibility",
    "cases_contributeditem",
    "cases_searchentry",
    "suspects_suspect",
    "evidence_evidenceitem",
    "cases_historicalcaseshare",
    "cases_caseshareitem",
    "cases_caseshare",
    "cases_caseofficer",
    "cases_casetext",
    "cases_casevisibility",
    "cases_case",
    "cases_facetdelta",
    "cases_facetcount",
    "cases_audienceset",
)


@dataclass(frozen=True)
class Deed:
    """Something to do. ``touches`` names what it changes: two deeds that share nothing may be done at once."""

    touches: frozenset[str]
    do: Callable[[], Any]
    note: Callable[[Any], None]


def deed(touches: str, do: Callable[[], Any], note: Callable[[Any], None] = lambda _made: None) -> Deed:
    return Deed(frozenset(touches.split()), do, note)


def put(model: type[Row_], **values: Any) -> Row_:
    """Insert a row and nothing beside it: no history is written, which is not what is tested here."""
    (made,) = model._default_manager.using(OWNER).bulk_create([model(**values)])
    return made


def drop(model: type[models.Model], **which: Any) -> None:
    """Delete rows and nothing beside them."""
    model._default_manager.using(OWNER).filter(**which)._raw_delete(OWNER)


@dataclass
class Row:
    """A share of the oracle and the row it stands for."""

    pk: int
    uuid: UUID
    told: Share


@dataclass
class World:
    """The rows that exist, and the oracle's records of them."""

    superuser_url: str
    users: dict[str, User]
    officers: dict[str, Officer]
    clerk: User
    countries: dict[str, Jurisdiction]
    agencies: dict[str, Agency]
    typologies: list[Typology]
    groups: dict[str, list[int]]
    cases: list[Record] = field(default_factory=list)
    shares: dict[int, list[Row]] = field(default_factory=dict)

    # Choosing -----------------------------------------------------------------------------------------------

    @staticmethod
    def one(rows: list[Any_], draw: int) -> Any_ | None:
        return rows[draw % len(rows)] if rows else None

    def case(self, draw: int) -> Record:
        return self.cases[draw % len(self.cases)]

    def share_of(self, case: Record, draw: int) -> Row | None:
        return self.one(self.shares.setdefault(case.key, []), draw)

    # Cases --------------------------------------------------------------------------------------------------

    def open_case(self, draw: int, _more: int) -> Deed | None:
        if len(self.cases) >= 4:
            return None
        owner = ("TH", "CN")[draw % 2]
        agency = next(agency for agency in self.agencies.values() if agency.jurisdiction.code == owner)
        reference = f"{owner}-ORACLE-{next(_numbers)}"

        def do() -> Case:
            with transaction.atomic(using=OWNER):
                made = put(
                    Case,
                    owner=self.countries[owner],
                    agency=agency,
                    reference=reference,
                    updated_at=timezone.now(),
                )
                self._entry(made.pk, "REFERENCE", made.uuid, Level.EXISTENCE, reference.lower())
            return made

        return deed("cases", do, lambda made: self.cases.append(Record(made.pk, made.uuid, owner, reference)))

    def restrict(self, draw: int, more: int) -> Deed:
        case, wanted = self.case(draw), bool(more % 2)
        return self._set(
            case, "flag", {"is_restricted": wanted}, lambda: setattr(case, "is_restricted", wanted)
        )

    def classify(self, draw: int, more: int) -> Deed:
        case, rank = self.case(draw), 1 + more % 3
        return self._set(
            case, "rank", {"classification": CLASSIFICATIONS[rank]}, lambda: setattr(case, "rank", rank)
        )

    def change(self, draw: int, more: int) -> Deed:
        case = self.case(draw)
        status = ("OPEN", "SUSPENDED", "CLOSED")[more % 3]
        typology = (None, *self.typologies)[more % (1 + len(self.typologies))]

        def note() -> None:
            case.status, case.typology = status, typology.pk if typology else None

        return self._set(
            case, "facts", {"status": status, "typology": typology, "updated_at": timezone.now()}, note
        )

    def _set(self, case: Record, part: str, values: dict[str, Any], note: Callable[[], None]) -> Deed:
        return deed(
            f"case{case.key}:{part}",
            lambda: Case.objects.using(OWNER).filter(pk=case.key).update(**values),
            lambda _made: note(),
        )

    def add_text(self, draw: int, more: int) -> Deed | None:
        case = self.case(draw)
        if len(case.texts) >= 4:
            return None
        kind, level = (("SUMMARY", SUMMARY), ("FACTS", FULL))[more % 2]
        word = WORDS[more % len(WORDS)]
        language = f"x{next(_numbers)}"

        def do() -> CaseText:
            with transaction.atomic(using=OWNER):
                self._lock(case)
                made = put(
                    CaseText, case_id=case.key, kind=kind, level=level, language=language, text=word, is_original=False,
                    author=self.clerk, status="DRAFT",
                )  # fmt: skip
                if level == SUMMARY:
                    self._entry(case.key, "TEXT", made.uuid, level, word)
            return made

        return deed(
            f"case{case.key}:texts", do, lambda made: case.texts.append(Text(made.pk, made.uuid, level, word))
        )

    def delete_text(self, draw: int, more: int) -> Deed | None:
        case = self.case(draw)
        text = self.one(case.texts, more)
        if text is None:
            return None

        def do() -> None:
            with transaction.atomic(using=OWNER):
                self._lock(case)
                drop(SearchEntry, object_uuid=text.uuid)
                drop(CaseText, pk=text.key)

        return deed(f"case{case.key}:texts", do, lambda _made: case.texts.remove(text))

    # Shares -------------------------------------------------------------------------------------------------

    def grant(self, draw: int, more: int) -> Deed | None:
        case, recipient = self.case(draw), self._recipient(draw, more)
        if recipient is None:
            return None
        country, agency = recipient
        level, is_confirmed, ends = 1 + more % 3, more % 4 != 0, self._end()
        touches = f"case{case.key}:live:{country}:{agency}"

        def do() -> CaseShare:
            return put(
                CaseShare, case_id=case.key, recipient=self.countries[country],
                recipient_agency=self.agencies[agency] if agency else None, level=level, purpose="LOCATE",
                reason="invented", shared_by=self.clerk, expires_at=ends,
                confirmed_at=timezone.now() if is_confirmed else None,
                confirmed_by=self.clerk if is_confirmed else None,
            )  # fmt: skip

        def note(made: CaseShare) -> None:
            self._keep(case, made, Share(country, agency, level, ends, is_confirmed))

        return deed(touches, do, note)

    def grant_by_the_service(self, draw: int, more: int) -> Deed | None:
        case, recipient = self.case(draw), self._recipient(draw, more)
        actor = self._sharer(case)
        if recipient is None or actor is None:
            return None
        country, agency = recipient
        level = 1 + more % 3

        def do() -> CaseShare:
            row = Case.objects.using(OWNER).get(pk=case.key)
            return share(
                actor, row, country, Level(level), agency_id=self.agencies[agency].uuid if agency else None
            )

        def note(made: CaseShare) -> None:
            told = Share(country, agency, level, made.expires_at, made.confirmed_at is not None)
            self._keep(case, made, told)

        return deed(f"case{case.key}:live:{country}:{agency} {self._rights_to_share(case)}", do, note)

    def revoke_by_the_service(self, draw: int, more: int) -> Deed | None:
        case = self.case(draw)
        row, actor = self.share_of(case, more), self._sharer(case)
        if row is None or actor is None or not row.told.is_in_force(timezone.now()):
            return None
        return deed(
            f"share{row.pk} {self._rights_to_share(case)}",
            lambda: sharing.revoke_share(actor=actor, share_id=row.uuid, reason="over"),
            lambda _made: setattr(row.told, "is_revoked", True),
        )

    def confirm(self, draw: int, more: int) -> Deed | None:
        return self._end_share(draw, more, {"confirmed_at": timezone.now()}, ("is_confirmed", True))

    def decline(self, draw: int, more: int) -> Deed | None:
        return self._end_share(draw, more, {"declined_at": timezone.now()}, ("is_declined", True))

    def revoke(self, draw: int, more: int) -> Deed | None:
        return self._end_share(draw, more, {"revoked_at": timezone.now()}, ("is_revoked", True))

    def expire(self, draw: int, more: int) -> Deed | None:
        past = timezone.now() - dt.timedelta(days=1)
        return self._end_share(draw, more, {"expires_at": past}, ("ends", past))

    def _end_share(self, draw: int, more: int, values: dict[str, Any], told: tuple[str, Any]) -> Deed | None:
        row = self.share_of(self.case(draw), more)
        if row is None:
            return None
        return deed(
            f"share{row.pk}",
            lambda: CaseShare.objects.using(OWNER).filter(pk=row.pk).update(**values),
            lambda _made: setattr(row.told, *told),
        )

    def delete_share(self, draw: int, more: int) -> Deed | None:
        case = self.case(draw)
        row = self.share_of(case, more)
        if row is None:
            return None

        def do() -> bool:
            try:
                with transaction.atomic(using=OWNER):
                    drop(CaseShareItem, share_id=row.pk)
                    drop(CaseShare, pk=row.pk)
            except IntegrityError:
                return False  # the ledger tells what was disclosed under it, so it stays
            return True

        def note(made: bool) -> None:
            if not made:
                return
            self.shares[case.key].remove(row)
            case.shares.remove(row.told)

        return deed(f"share{row.pk}", do, note)

    def name_item(self, draw: int, more: int) -> Deed | None:
        case = self.case(draw)
        row, item = self.share_of(case, more), self.one(case.items, more // 2)
        if row is None or item is None:
            return None
        if item.uuid in row.told.named_items:
            return deed(
                f"share{row.pk}",
                lambda: drop(CaseShareItem, share_id=row.pk, object_uuid=item.uuid),
                lambda _made: row.told.named_items.remove(item.uuid),
            )
        if item.is_contributed and item.originator != row.told.country:
            return None  # the database asks for its originator's consent: tests/cases/test_consent.py
        kind = "SUSPECT" if item.kind == "suspect" else "EVIDENCE"
        return deed(
            f"share{row.pk}",
            lambda: put(CaseShareItem, share_id=row.pk, kind=kind, object_uuid=item.uuid),
            lambda _made: row.told.named_items.add(item.uuid),
        )

    def clock_passes(self, draw: int, _more: int) -> Deed | None:
        """Let the time of a share, or of a named officer, run out with every job stopped."""
        case, now = self.case(draw), timezone.now()
        past = now - dt.timedelta(days=1)
        ends = [
            *(held.ends for held in case.shares),
            *(end for end in case.named.values() if end is not None),
        ]
        # The clock passes over what ends first.
        end = min((end for end in ends if end > now), default=None)
        if end is None:
            return None

        def note(_made: object) -> None:
            for held in case.shares:
                held.ends = past if held.ends == end else held.ends
            for name, until in case.named.items():
                case.named[name] = past if until == end else until

        def do() -> None:
            with psycopg.connect(self.superuser_url) as clock:
                clock.execute("SET LOCAL session_replication_role = 'replica'")
                for statement in CLOCK.split(";"):
                    clock.execute(statement.encode(), {"end": end, "past": past})

        return Deed(frozenset({"everything"}), do, note)

    def _recipient(self, draw: int, more: int) -> tuple[str, str | None] | None:
        """Return whom the case has no live share with: a country, or one agency of it."""
        case = self.case(draw)
        owner = case.owner
        choices: list[tuple[str, str | None]] = [
            *((code, None) for code in self.countries if code != owner),
            *(
                (agency.jurisdiction.code, name)
                for name, agency in self.agencies.items()
                if agency.jurisdiction.code != owner
            ),
        ]
        # A share that ended by the clock stands in the way of the next one until it is marked.
        live = {
            (held.country, held.agency)
            for held in case.shares
            if not held.is_revoked and not held.is_declined
        }
        return self.one([choice for choice in choices if choice not in live], more)

    def _sharer(self, case: Record) -> User | None:
        """Return who may share the case by the service now: its cleared, trusted officer."""
        officer = self.officers[SHARERS[case.owner]]
        may = officer.may_read and officer.clearance >= case.rank and not case.is_restricted
        return self.users[officer.name] if may else None

    @staticmethod
    def _rights_to_share(case: Record) -> str:
        """Return what must stay as it is while a service shares: it would refuse, and rightly so."""
        return f"case{case.key}:flag case{case.key}:rank officer:{SHARERS[case.owner]}"

    def _keep(self, case: Record, made: CaseShare, told: Share) -> None:
        case.shares.append(told)
        self.shares.setdefault(case.key, []).append(Row(made.pk, made.uuid, told))

    # Named officers and what officers are -------------------------------------------------------------------

    def name_officer(self, draw: int, more: int) -> Deed | None:
        case = self.case(draw)
        colleagues = [officer for officer in self.officers.values() if officer.country == case.owner]
        officer = self.one(colleagues, more)
        assert officer is not None
        touches = f"case{case.key}:named:{officer.name}"
        user = self.users[officer.name]
        if officer.name in case.named:
            return deed(
                touches,
                lambda: drop(CaseOfficer, case_id=case.key, user=user),
                lambda _made: case.named.pop(officer.name),
            )
        until = self._end() if more % 3 else None
        return deed(
            touches,
            lambda: put(CaseOfficer, case_id=case.key, user=user, named_by=self.clerk, until=until),
            lambda _made: case.named.update({officer.name: until}),
        )

    def clear(self, draw: int, more: int) -> Deed:
        officer = list(self.officers.values())[draw % len(self.officers)]
        clearance = 1 + more % 3

        def do() -> None:
            User.objects.using(OWNER).filter(pk=self.users[officer.name].pk).update(clearance=clearance)
            self.users[officer.name].clearance = clearance

        return deed(f"officer:{officer.name}", do, lambda _made: setattr(officer, "clearance", clearance))

    def change_role(self, draw: int, more: int) -> Deed:
        """Take every role from an officer, or give them back."""
        officer = list(self.officers.values())[draw % len(self.officers)]
        user, may_read = self.users[officer.name], bool(more % 4)
        return deed(
            f"officer:{officer.name}",
            lambda: self.put_roles(user, self.groups[officer.name] if may_read else []),
            lambda _made: setattr(officer, "may_read", may_read),
        )

    @staticmethod
    def put_roles(user: User, groups: list[int]) -> None:
        drop(User.groups.through, user_id=user.pk)
        User.groups.through.objects.using(OWNER).bulk_create(
            User.groups.through(user_id=user.pk, group_id=group) for group in groups
        )

    # Items --------------------------------------------------------------------------------------------------

    def add_item(self, draw: int, more: int) -> Deed | None:
        case = self.case(draw)
        if len(case.items) >= 6:
            return None
        kind = ("suspect", "exhibit")[more % 2]
        is_contributed = more % 3 == 0
        originator = ("KH" if more % 2 else "LA") if is_contributed else case.owner
        level = OWN if is_contributed or more % 5 == 0 else FULL
        word, uuid = WORDS[(more // 2) % len(WORDS)], uuid4()

        def do() -> None:
            common: dict[str, Any] = {
                "uuid": uuid, "case_id": case.key, "originator": self.countries[originator], "level": level
            }  # fmt: skip
            with transaction.atomic(using=OWNER):
                self._lock(case)
                if kind == "suspect":
                    put(Suspect, **common, number=next(_numbers), name_original=word, name_romanised=word)
                    self._entry(case.key, "SUSPECT", uuid, level, word)
                else:
                    put(
                        EvidenceItem,
                        **common,
                        kind="PHONE",
                        exhibit_number=f"E{next(_numbers)}",
                        recorded_by=self.clerk,
                    )

        told = Item(uuid, kind, originator, level, word, is_contributed)
        return deed(f"case{case.key}:items", do, lambda _made: case.items.append(told))

    def withhold(self, draw: int, more: int) -> Deed | None:
        case = self.case(draw)
        item = self.one(case.items, more)
        if item is None:
            return None
        level = FULL if item.level == OWN else OWN

        def do() -> None:
            model: Any = Suspect if item.kind == "suspect" else EvidenceItem
            with transaction.atomic(using=OWNER):
                self._lock(case)
                model.objects.using(OWNER).filter(uuid=item.uuid).update(level=level)
                SearchEntry.objects.using(OWNER).filter(object_uuid=item.uuid).update(level=level)

        return deed(f"case{case.key}:items", do, lambda _made: setattr(item, "level", level))

    def delete_item(self, draw: int, more: int) -> Deed | None:
        case = self.case(draw)
        item = self.one(case.items, more)
        if item is None:
            return None

        def do() -> None:
            model: Any = Suspect if item.kind == "suspect" else EvidenceItem
            with transaction.atomic(using=OWNER):
                self._lock(case)
                drop(SearchEntry, object_uuid=item.uuid)
                drop(model, uuid=item.uuid)

        return deed(f"case{case.key}:items", do, lambda _made: case.items.remove(item))

    # Requests -----------------------------------------------------------------------------------------------

    def draft_request(self, draw: int, more: int) -> Deed | None:
        case = self.case(draw)
        if len(case.requests) >= 3:
            return None
        asking = [(code, None) for code in ("KH", "LA")] + [("KH", "KH-ONE")]
        country, agency = asking[more % len(asking)]
        audience = self.agencies[agency].audience_id if agency else self.countries[country].audience_id

        def do() -> HandoverRequest:
            return put(
                HandoverRequest, reference=f"HR-ORACLE-{next(_numbers)}", case_id=case.key, case_uuid=case.uuid,
                case_reference=case.reference, requesting=self.countries[country],
                requesting_audience_id=audience, requested=self.countries[case.owner], created_by=self.clerk,
            )  # fmt: skip

        return deed(
            f"case{case.key}:requests",
            do,
            lambda made: case.requests.append(Request(made.pk, country, agency, is_submitted=False)),
        )

    def submit_request(self, draw: int, more: int) -> Deed | None:
        case = self.case(draw)
        request = self.one(case.requests, more)
        if request is None:
            return None
        values = {"submitted_at": timezone.now(), "status": "SUBMITTED", "updated_at": timezone.now()}
        return deed(
            f"case{case.key}:requests",
            lambda: HandoverRequest.objects.using(OWNER).filter(pk=request.key).update(**values),
            lambda _made: setattr(request, "is_submitted", True),
        )

    # Upkeep -------------------------------------------------------------------------------------------------

    def fold(self, _draw: int, _more: int) -> Deed:
        return deed("fold", facets.fold)

    def sweep(self, _draw: int, _more: int) -> Deed:
        return deed("sweep", visibility.remove_ended)

    def empty(self) -> None:
        """Forget every case; give every officer back what the officer was."""
        self.cases.clear()
        self.shares.clear()
        with psycopg.connect(self.superuser_url) as emptying:
            emptying.execute("SET LOCAL session_replication_role = 'replica'")
            for table in EMPTIED:
                emptying.execute(f"DELETE FROM {table}".encode())

    @staticmethod
    def _end() -> dt.datetime:
        """Return an end of its own, so that the clock passes over one thing at a time."""
        return timezone.now() + dt.timedelta(days=30, seconds=next(_numbers))

    @staticmethod
    def _lock(case: Record) -> None:
        """Take the case first, as every service does."""
        list(Case.objects.using(OWNER).select_for_update(no_key=True).filter(pk=case.key).values_list("pk"))

    @staticmethod
    def _entry(case_key: int, kind: str, uuid: UUID, level: int, word: str) -> None:
        put(SearchEntry, case_id=case_key, kind=kind, object_uuid=uuid, level=level, body=word)


DEEDS: tuple[str, ...] = (
    "open_case", "restrict", "classify", "change", "add_text", "delete_text", "grant", "grant_by_the_service",
    "revoke_by_the_service", "confirm", "decline", "revoke", "expire", "delete_share", "name_item", "clock_passes",
    "name_officer", "clear", "change_role", "add_item", "withhold", "delete_item", "draft_request", "submit_request",
    "fold", "sweep",
)  # fmt: skip
