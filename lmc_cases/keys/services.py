"""Create, replace and take stock of country keys. Each change is audited under the country."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.core.errors import Conflict
from lmc_cases.jurisdictions.access import Action, jurisdictions_granting
from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.keys.models import CountryKey, RecordKey
from lmc_cases.keys.providers import KeyUnavailable, provider
from lmc_cases.keys.sealing import create_first_key, wrap_bound

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

BATCH: Final = 1_000


class KeyExists(Conflict):
    """The country has a key: it is replaced, never made anew."""


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """One version of a country's key.

    Attributes:
        records: keys of records that it wraps.
        is_here: whether the provider holds it, and it is the one that the table means.
    """

    country: str
    version: int
    state: str
    records: int
    is_here: bool


def country_managed_by(actor: User, code: str) -> Jurisdiction:
    """Return a country whose users the actor manages: who answers for its people answers for its key.

    Raises:
        Jurisdiction.DoesNotExist: unknown, or another's.
    """
    return jurisdictions_granting(actor, Action.MANAGE_USERS).get(code=code)


@transaction.atomic
def create_country_key(*, actor: User | None, code: str) -> CountryKey:
    """Make a country's first key.

    Args:
        actor: the country's administrator; ``None`` for the product's own set-up.

    Raises:
        Jurisdiction.DoesNotExist: unknown, or another's.
        KeyExists: it has one.
        KeyUnavailable: the provider makes none.
    """
    country = Jurisdiction.objects.get(code=code) if actor is None else country_managed_by(actor, code)
    made = None if CountryKey.objects.filter(country=country).exists() else create_first_key(country)
    if made is None:
        raise KeyExists(_("This country has a key already."))
    return made


def rotate_country_key(
    *, actor: User, code: str, progress: Callable[[int], None] = lambda _done: None
) -> int:
    """Replace a country's key: a new version wraps from now on, and every record's key is wrapped anew.

    In batches, each in its own transaction: killed at any line it is called again and goes on where it stopped.
    The version before opens what it wrapped until nothing is left; its file is removed by the operator afterwards.

    Returns:
        How many keys of records were wrapped anew by this call.

    Raises:
        Jurisdiction.DoesNotExist: unknown, or another's.
        KeyUnavailable: a key is not here.
    """
    country = country_managed_by(actor, code)
    active = _begin(actor, country)
    done = 0
    while True:
        moved = _rewrap_batch(country, active)
        done += moved
        progress(done)
        if moved == 0:
            if _end(actor, country, active, done):
                return done
            # Another rotation holds what is left.
            time.sleep(0.2)


@transaction.atomic
def _begin(actor: User, country: Jurisdiction) -> CountryKey:
    """Return the version to wrap with: the newest of a rotation that was interrupted, else one made now."""
    held = list(CountryKey.objects.select_for_update().filter(country=country).order_by("version"))
    active = next((key for key in held if key.state == CountryKey.State.ACTIVE), None)
    if active is None:
        raise KeyUnavailable(f"{country.code} has no key")
    if any(key.state == CountryKey.State.RETIRING for key in held):
        return active
    source = provider()
    newest = max(source.versions(country.code), default=0)
    # A call that was killed between the file and the row left a version that has wrapped nothing.
    version = newest if newest > active.version else source.create(country.code)
    active.state = CountryKey.State.RETIRING
    active.save(update_fields=["state"])
    made = CountryKey(country=country, version=version, check_value=source.check_value(country.code, version))
    made.save()
    record(
        actor=actor,
        operation=Operation.ALTERATION,
        verb="country_key.rotated",
        target=made,
        codes={"version": version, "before": active.version, "check": made.check_value},
    )
    return made


@transaction.atomic
def _rewrap_batch(country: Jurisdiction, active: CountryKey) -> int:
    rows = list(
        RecordKey.objects.select_for_update(of=("self",), skip_locked=True)
        .filter(country=country)
        .exclude(version=active.version)
        .select_related("owner")
        .order_by("pk")[:BATCH]
    )
    source = provider()
    wrapped = []
    for row in rows:
        before = wrap_bound(row.record_uuid, row.owner.code, country.code, row.version)
        after = wrap_bound(row.record_uuid, row.owner.code, country.code, active.version)
        plain = source.unwrap(country.code, row.version, bytes(row.wrapped), before)
        wrapped.append(source.wrap(country.code, active.version, plain, after))
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE keys_recordkey AS r SET wrapped = n.wrapped, version = %s"
                " FROM unnest(%s::bigint[], %s::bytea[]) AS n (id, wrapped) WHERE r.id = n.id",
                [active.version, [row.pk for row in rows], wrapped],
            )
    return len(rows)


@transaction.atomic
def _end(actor: User, country: Jurisdiction, active: CountryKey, done: int) -> bool:
    """Retire the versions before, if nothing is wrapped with them: transactions that still seal are waited for."""
    before = list(
        CountryKey.objects.select_for_update().filter(country=country, state=CountryKey.State.RETIRING)
    )
    if RecordKey.objects.filter(country=country).exclude(version=active.version).exists():
        return False
    for key in before:
        key.state = CountryKey.State.RETIRED
        key.retired_at = timezone.now()
        key.save(update_fields=["state", "retired_at"])
        record(
            actor=actor,
            operation=Operation.ALTERATION,
            verb="country_key.retired",
            target=key,
            codes={"version": key.version, "records": done},
        )
    return True


def status() -> list[KeyStatus]:
    """Return every version of every country's key, with what it wraps and whether it is here."""
    counts = {
        (row["country"], row["version"]): row["count"]
        for row in RecordKey.objects.values("country", "version").annotate(count=models.Count("pk"))
    }
    return [
        KeyStatus(
            country=key.country.code,
            version=key.version,
            state=key.state,
            records=counts.get((key.country_id, key.version), 0),
            is_here=_is_here(key),
        )
        for key in CountryKey.objects.select_related("country").order_by("country__code", "version")
    ]


def _is_here(key: CountryKey) -> bool:
    try:
        return provider().check_value(key.country.code, key.version) == key.check_value
    except KeyUnavailable:
        return False
