"""Seal and open fields of records: a key per record, wrapped with the country's key (docs/keys.md).

Many at a time: ``Sealer`` makes the keys of a whole import in memory, ``keys_of`` opens those of a page in one
statement. A sealed value is bound to its table, field, record and owning country and opens nowhere else.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, models

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.keys import crypto
from lmc_cases.keys.models import CountryKey, RecordKey
from lmc_cases.keys.providers import KeyUnavailable, provider

# How a sealed text stands within JSON.
_PREFIX: Final = "sealed:"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value stands: it opens there alone."""

    table: str
    field: str
    record_uuid: UUID

    def bound(self, owner: str) -> bytes:
        """Return what the value is bound to."""
        return crypto.bound_to("field", self.table, self.field, str(self.record_uuid), owner)


@dataclass(frozen=True, slots=True, repr=False)
class DataKey:
    """The key of one record, open in memory; ``owner`` is the code of the owning country."""

    plain: bytes
    owner: str

    def seal(self, text: str, place: Place) -> bytes:
        """Return a text sealed for its place; an empty one stays empty."""
        return crypto.seal(self.plain, text.encode(), place.bound(self.owner)) if text else b""

    def open(self, sealed: bytes | memoryview, place: Place) -> str:
        """Return the text.

        Raises:
            KeyUnavailable: sealed with another key, moved, or changed.
        """
        if not sealed:
            return ""
        try:
            return crypto.unseal(self.plain, bytes(sealed), place.bound(self.owner)).decode()
        except crypto.SealBroken:
            raise KeyUnavailable(f"{place.table}.{place.field} {place.record_uuid}") from None

    def seal_text(self, text: str, place: Place) -> str:
        """Return a text sealed for its place as it stands within JSON."""
        return _PREFIX + base64.b64encode(self.seal(text, place)).decode() if text else ""

    def open_text(self, text: str, place: Place) -> str:
        """Return what ``seal_text`` sealed."""
        if not text:
            return ""
        if not is_sealed(text):
            raise KeyUnavailable(f"{place.table}.{place.field} {place.record_uuid} is not sealed")
        return self.open(base64.b64decode(text.removeprefix(_PREFIX)), place)


def is_sealed(text: str) -> bool:
    """Whether a text within JSON is sealed."""
    return text.startswith(_PREFIX)


class Sealer:
    """Makes the keys of a country's records in memory; whoever stores them writes ``wrapped`` beside the records."""

    def __init__(self, owner: Jurisdiction, country: Jurisdiction | None = None) -> None:
        self.owner = owner
        self.country = country or owner
        self.version = active_key(self.country).version

    def new(self, record_uuid: UUID) -> tuple[DataKey, bytes]:
        """Return a new key of a record, and the same wrapped."""
        key = DataKey(crypto.new_key(), self.owner.code)
        return key, self.wrap(key, record_uuid)

    def wrap(self, key: DataKey, record_uuid: UUID) -> bytes:
        """Return a record's key wrapped with the country's key."""
        bound = wrap_bound(record_uuid, self.owner.code, self.country.code, self.version)
        return provider().wrap(self.country.code, self.version, key.plain, bound)


def wrap_bound(record_uuid: UUID, owner: str, country: str, version: int) -> bytes:
    """Return what a wrapped key is bound to."""
    return crypto.bound_to("key", str(record_uuid), owner, country, str(version))


def key_to_seal(
    kind: RecordKey.Kind, record_uuid: UUID, owner: Jurisdiction, *, also: Iterable[Jurisdiction] = ()
) -> DataKey:
    """Return the key of a record, made in the present transaction where it has none.

    Args:
        owner: the country whose record it is.
        also: other countries that own the record too; each gets the key wrapped with its own.

    Raises:
        KeyUnavailable: a country's key is not here.
    """
    held = keys_of([record_uuid]).get(record_uuid)
    if held is not None:
        return held
    made, wrapped = Sealer(owner).new(record_uuid)
    _store(kind, record_uuid, owner, owner, wrapped)
    # Two transactions at once: the first one's key is the record's.
    key = keys_of([record_uuid])[record_uuid]
    if key.plain == made.plain:
        for country in also:
            if country != owner:
                _store(kind, record_uuid, owner, country, Sealer(owner, country).wrap(key, record_uuid))
    return key


def _store(
    kind: RecordKey.Kind, record_uuid: UUID, owner: Jurisdiction, country: Jurisdiction, wrapped: bytes
) -> None:
    row = RecordKey(
        kind=kind,
        record_uuid=record_uuid,
        owner=owner,
        country=country,
        version=active_key(country).version,
        wrapped=wrapped,
    )
    RecordKey.objects.bulk_create([row], ignore_conflicts=True)


def keys_of(record_uuids: Iterable[UUID]) -> dict[UUID, DataKey]:
    """Return the open keys of records, in one statement; records without a key are absent.

    Raises:
        KeyUnavailable: no country's key that wraps one of them is here.
    """
    rows = (
        RecordKey.objects.filter(record_uuid__in=set(record_uuids))
        .order_by(models.Case(models.When(country=models.F("owner"), then=0), default=1), "pk")
        .values_list("record_uuid", "owner__code", "country__code", "version", "wrapped")
    )
    opened: dict[UUID, DataKey] = {}
    missing: dict[UUID, KeyUnavailable] = {}
    for record_uuid, owner, country, version, wrapped in rows:
        if record_uuid in opened:
            continue
        bound = wrap_bound(record_uuid, owner, country, version)
        try:
            opened[record_uuid] = DataKey(provider().unwrap(country, version, bytes(wrapped), bound), owner)
        except KeyUnavailable as error:
            missing[record_uuid] = error
    for record_uuid in missing.keys() - opened.keys():
        raise missing[record_uuid]
    return opened


def destroy_keys(record_uuids: Iterable[UUID]) -> int:
    """Destroy the keys of records: what they sealed, here and in every copy of the database since, stays unread.

    A step of an erasure, which is recorded by its caller; returns how many keys are gone.
    """
    gone, _per_model = RecordKey.objects.filter(record_uuid__in=set(record_uuids)).delete()
    return gone


def active_key(country: Jurisdiction) -> CountryKey:
    """Return the version of a country's key that wraps now, locked against being retired meanwhile.

    Raises:
        KeyUnavailable: there is none and none may be made here, or the provider holds another key.
    """
    found = _locked_active(country) or _first_key(country) or _locked_active(country)
    if found is None:
        raise KeyUnavailable(f"{country.code} has no key: manage.py keys create --country {country.code}")
    if provider().check_value(country.code, found.version) != found.check_value:
        raise KeyUnavailable(f"{country.code} version {found.version} is not the key that sealed so far")
    return found


def _locked_active(country: Jurisdiction) -> CountryKey | None:
    # FOR SHARE: any number of transactions seal at once, and a rotation waits for all of them before it ends.
    rows = CountryKey.objects.raw(
        "SELECT * FROM keys_countrykey WHERE country_id = %s AND state = 'ACTIVE' FOR SHARE", [country.pk]
    )
    return next(iter(rows), None)


def _first_key(country: Jurisdiction) -> CountryKey | None:
    if not settings.KEYS_CREATE_ON_FIRST_USE or CountryKey.objects.filter(country=country).exists():
        return None
    return create_first_key(country)


def create_first_key(country: Jurisdiction) -> CountryKey | None:
    """Make a country's first key, or take over the one the provider has; ``None`` if another transaction did."""
    source = provider()
    version = max(source.versions(country.code), default=0) or source.create(country.code)
    row = CountryKey(country=country, version=version, check_value=source.check_value(country.code, version))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO keys_countrykey (uuid, country_id, version, state, check_value)"
            " VALUES (%s, %s, %s, 'ACTIVE', %s) ON CONFLICT DO NOTHING RETURNING id",
            [row.uuid, country.pk, version, row.check_value],
        )
        made = cursor.fetchone()
    if made is None:
        return None
    row.pk = made[0]
    record(
        actor=None,
        operation=Operation.COLLECTION,
        verb="country_key.created",
        target=row,
        codes={"version": version, "check": row.check_value},
    )
    return row
