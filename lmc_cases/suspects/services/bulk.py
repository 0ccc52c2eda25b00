"""A whole list of people in one transaction, and its way back.

COPY is refused on tables with row-level security, so rows are copied into a temporary table that goes with the
transaction, and from there inserted into the people, their documents, both histories and the search text. The
rows are read one at a time: of a list's length only the keys of its rows are held in memory.

What was just inserted is named by ``= ANY(keys)``, never by a join with it: a table that was emptied before counts as
empty until it is analysed again, and a join planned on that compares every row with every other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from lmc_cases.audit.models import Operation
from lmc_cases.audit.services import record
from lmc_cases.cases.models import Case, Level, SearchEntry
from lmc_cases.cases.services.casework import mark_changed
from lmc_cases.cases.services.search import suspect_body
from lmc_cases.core.errors import InvalidInput
from lmc_cases.jurisdictions.access import Action
from lmc_cases.keys.marks import Marker
from lmc_cases.keys.models import RecordKey
from lmc_cases.keys.sealing import Sealer
from lmc_cases.suspects.models import IdentityDocument, Suspect, number_place
from lmc_cases.suspects.services.details import (
    DocumentDetails,
    PersonDetails,
    columns_of,
    document_columns_of,
)
from lmc_cases.suspects.services.people import Coded, lock_open_case, take_numbers

if TYPE_CHECKING:
    from lmc_cases.accounts.models import User

STAGED: Final = "suspects_staged"
# What a row brings; the other columns are the same for all rows of a run.
_PERSON_COLUMNS: Final = {
    "uuid": "uuid",
    "name_original": "text",
    "name_language": "text",
    "name_romanised": "text",
    "aliases": "text[]",
    "sex": "text",
    "birth_date_text": "text",
    "birth_year": "smallint",
    "birth_month": "smallint",
    "birth_day": "smallint",
    "birth_calendar": "text",
    "birth_precision": "text",
    "birth_is_approximate": "boolean",
    "birth_notes": "text[]",
    "nationality": "text",
    "role": "text",
    "category": "text",
    "remarks": "text",
    "import_row": "integer",
    "import_fingerprint": "text",
}
_DOCUMENT_COLUMNS: Final = {
    "uuid": "uuid",
    "kind": "text",
    "number_sealed": "bytea",
    "issuing_country": "text",
    "status": "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPerson(PersonDetails):
    """A person as a row of a list states it.

    Attributes:
        row: number of the row as the list's reader shows it.
        fingerprint: of what identifies the person in the list, at most 64 characters; see the importer.
    """

    row: int
    fingerprint: str = ""
    documents: tuple[DocumentDetails, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovedImport:
    """How many people of an import are gone, and how many stay because they were worked on since."""

    removed: int
    kept: int


@transaction.atomic
def insert_suspects(*, actor: User, case_id: UUID, rows: Iterable[ImportedPerson], import_run: UUID) -> int:
    """Add all rows to a case of the own country, in their order, or none of them; return how many.

    Every person gets a history row, a number and a search text, as if entered one by one; the audit record
    holds one event for the run. The iterable may report progress as it is read.

    Raises:
        Case.DoesNotExist: foreign and missing alike.
        CaseClosed: the case is closed.
        InvalidInput: a row that cannot be taken; the message names the row.
    """
    case = lock_open_case(actor, case_id)
    sealer = Sealer(case.owner)
    with connection.cursor() as cursor:
        _stage(cursor, rows, sealer)
        cursor.execute(f"SELECT count(*) FROM {STAGED}")  # noqa: S608 - a constant
        count = int(cursor.fetchone()[0])
        if count:
            _insert_staged(cursor, case, actor, import_run, sealer, first=take_numbers(case.pk, count))
        cursor.execute(f"DROP TABLE {STAGED}")
    mark_changed(case, actor, Coded.IMPORTED)
    record(
        actor=actor,
        operation=Operation.COLLECTION,
        verb="suspects.imported",
        target=case,
        codes={"count": count, "import_run": str(import_run)},
    )
    return count


@transaction.atomic
def remove_import(*, actor: User, import_run: UUID) -> RemovedImport:
    """Take back the people an import brought; their histories keep what they said.

    Kept are those who were edited since (a later version, a photograph) and those whom another record names. What
    may name a person is asked of the database's foreign keys, so that this app need not know the apps above it.
    An import that is foreign, missing or empty removes nothing.
    """
    cases = list(
        Case.objects.owned_with(actor, Action.EDIT)
        .filter(pk__in=Suspect.objects.filter(import_run=import_run).values("case"))
        .order_by("pk")
    )
    removed = kept = 0
    for case in cases:
        locked = lock_open_case(actor, case.uuid)
        # FOR UPDATE: a handover that is about to name one of them waits, and then finds nobody.
        people = Suspect.objects.select_for_update(of=("self",)).filter(case=locked, import_run=import_run)
        total = len(people.values_list("pk", flat=True))
        gone = _remove_untouched(locked, actor, import_run)
        removed, kept = removed + gone, kept + total - gone
        mark_changed(locked, actor, Coded.IMPORT_REMOVED)
        record(
            actor=actor,
            operation=Operation.ERASURE,
            verb="suspects.import_removed",
            target=locked,
            codes={"import_run": str(import_run), "removed": gone, "kept": total - gone},
        )
    return RemovedImport(removed=removed, kept=kept)


def _stage(cursor: Any, rows: Iterable[ImportedPerson], sealer: Sealer) -> None:
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind)) for name, kind in _PERSON_COLUMNS.items()
    )
    cursor.execute(
        sql.SQL(
            "CREATE TEMPORARY TABLE {} (place bigint, {}, documents jsonb, body text, wrapped bytea) ON COMMIT DROP"
        ).format(sql.Identifier(STAGED), columns)
    )
    copy = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(STAGED))
    with cursor.copy(copy) as target:
        for values in _staged_values(rows, sealer):
            target.write_row(values)


def _staged_values(rows: Iterable[ImportedPerson], sealer: Sealer) -> Iterator[tuple[Any, ...]]:
    marker = Marker(sealer.owner.code)
    for place, row in enumerate(rows):
        try:
            person = columns_of(row)
            documents = [document_columns_of(document) for document in row.documents]
        except InvalidInput as error:
            raise InvalidInput(
                error.field, _("Row %(row)s: %(problem)s") % {"row": row.row, "problem": error}
            ) from None
        public_id = uuid4()
        wrapped = _seal(documents, public_id, sealer, marker) if documents else None
        names = [person["name_original"], person["name_romanised"], *person["aliases"]]
        person.update(uuid=public_id, import_row=row.row, import_fingerprint=row.fingerprint)
        yield (
            place,
            *(person[name] for name in _PERSON_COLUMNS),
            json.dumps(documents, ensure_ascii=False),
            suspect_body(names),
            wrapped,
        )


def _seal(documents: list[dict[str, Any]], person: UUID, sealer: Sealer, marker: Marker) -> bytes:
    """Put sealed numbers and their marks in the place of the numbers; return the person's wrapped key."""
    key, wrapped = sealer.new(person)
    for document in documents:
        number, public_id = document.pop("number"), uuid4()
        document["uuid"] = str(public_id)
        # How JSON carries bytes to PostgreSQL.
        document["number_sealed"] = "\\x" + key.seal(number, number_place(public_id)).hex()
        document["mark"] = "\\x" + marker.number(number).hex()
    return wrapped


def _insert_staged(
    cursor: Any, case: Case, actor: User, import_run: UUID, sealer: Sealer, *, first: int
) -> None:
    names = _names(_PERSON_COLUMNS)
    cursor.execute(
        sql.SQL(
            "INSERT INTO suspects_suspect"
            " (case_id, originator_id, number, import_run, version, photo, photo_sha256, {names})"
            " SELECT %s, %s, %s + place, %s, 1, '', '', {names} FROM {staged} ORDER BY place RETURNING id, number"
        ).format(names=names, staged=sql.Identifier(STAGED)),
        [case.pk, case.owner_id, first, import_run],
    )
    people = [key for key, _number in sorted(cursor.fetchall(), key=itemgetter(1))]
    documents = _names(_DOCUMENT_COLUMNS)
    kinds = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(kind))
        for name, kind in _DOCUMENT_COLUMNS.items()
    )
    cursor.execute(
        sql.SQL(
            "INSERT INTO suspects_identitydocument (suspect_id, import_run, {names})"
            " SELECT (%s::bigint[])[p.place + 1], %s, {listed} FROM {staged} p"
            " CROSS JOIN LATERAL jsonb_to_recordset(p.documents) AS d ({kinds}) ORDER BY p.place RETURNING id"
        ).format(
            names=documents,
            listed=_names(_DOCUMENT_COLUMNS, "d"),
            staged=sql.Identifier(STAGED),
            kinds=kinds,
        ),
        [people, import_run],
    )
    papers = [key for (key,) in cursor.fetchall()]
    _insert_keys_and_marks(cursor, case, sealer)
    _write_history(cursor, Suspect, people, actor, kind="+", reason=Coded.IMPORTED)
    _write_history(cursor, IdentityDocument, papers, actor, kind="+", reason=Coded.IMPORTED)
    # The empty audience list is replaced by a trigger, as for any search text (migration 0003 of cases).
    cursor.execute(
        sql.SQL(
            "INSERT INTO cases_searchentry (case_id, level, kind, object_uuid, body, audience_ids)"
            " SELECT %s, %s, %s, uuid, body, '{{}}' FROM {staged} ORDER BY place"
        ).format(staged=sql.Identifier(STAGED)),
        [case.pk, Level.FULL.value, SearchEntry.Kind.SUSPECT.value],
    )


def _insert_keys_and_marks(cursor: Any, case: Case, sealer: Sealer) -> None:
    staged = sql.Identifier(STAGED)
    cursor.execute(
        sql.SQL(
            "INSERT INTO keys_recordkey (kind, record_uuid, owner_id, country_id, version, wrapped)"
            " SELECT %s, uuid, %s, %s, %s, wrapped FROM {} WHERE wrapped IS NOT NULL ORDER BY place"
        ).format(staged),
        [RecordKey.Kind.PERSON.value, sealer.owner.pk, sealer.country.pk, sealer.version],
    )
    cursor.execute(
        sql.SQL(
            "INSERT INTO cases_numbermark (case_id, object_uuid, mark)"
            " SELECT %s, uuid, mark FROM (SELECT DISTINCT ON (p.place, d.mark) p.place, p.uuid, d.mark FROM {} p"
            " CROSS JOIN LATERAL jsonb_to_recordset(p.documents) AS d (mark bytea)) marks ORDER BY place"
        ).format(staged),
        [case.pk],
    )


def _remove_untouched(case: Case, actor: User, import_run: UUID) -> int:
    untouched = sql.SQL(
        "r.case_id = %s AND r.import_run = %s AND r.version = 1 AND coalesce(r.photo, '') = ''"
        " AND r.id NOT IN (SELECT held_persons(%s))"
    )
    brought = Suspect.objects.filter(case=case, import_run=import_run).values_list("pk", flat=True)
    # Named by a row of whatever country, also one that nobody here sees: the database alone can say so.
    values: list[Any] = [case.pk, import_run, list(brought)]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("SELECT r.id, r.uuid FROM suspects_suspect r WHERE {}").format(untouched), values
        )
        going = cursor.fetchall()
        people, public_ids = [key for key, _uuid in going], [public_id for _key, public_id in going]
        cursor.execute("SELECT id FROM suspects_identitydocument WHERE suspect_id = ANY(%s)", [people])
        papers = [key for (key,) in cursor.fetchall()]
        _write_history(cursor, IdentityDocument, papers, actor, kind="-", reason=Coded.IMPORT_REMOVED)
        _write_history(cursor, Suspect, people, actor, kind="-", reason=Coded.IMPORT_REMOVED)
        cursor.execute("DELETE FROM cases_numbermark WHERE object_uuid = ANY(%s)", [public_ids])
        cursor.execute(
            "DELETE FROM cases_searchentry WHERE kind = %s AND object_uuid = ANY(%s)",
            [SearchEntry.Kind.SUSPECT.value, public_ids],
        )
        cursor.execute("DELETE FROM suspects_identitydocument WHERE id = ANY(%s)", [papers])
        cursor.execute("DELETE FROM suspects_suspect WHERE id = ANY(%s)", [people])
        return int(cursor.rowcount)


def _write_history(
    cursor: Any,
    model: type[models.Model],
    keys: list[int],
    actor: User,
    *,
    kind: str,
    reason: str,
) -> None:
    """Write one history row for each of these rows of ``model``."""
    history: Any = model.history.model  # type: ignore[attr-defined]
    columns = [str(field.column) for field in model._meta.concrete_fields]
    cursor.execute(
        sql.SQL(
            "INSERT INTO {past} ({names}, history_date, history_type, history_user_id, history_change_reason)"
            " SELECT {listed}, now(), %s, %s, %s FROM {live} r WHERE r.id = ANY(%s) ORDER BY r.id"
        ).format(
            past=sql.Identifier(history._meta.db_table),
            names=_names(columns),
            listed=_names(columns, "r"),
            live=sql.Identifier(model._meta.db_table),
        ),
        [kind, actor.pk, reason, keys],
    )


def _names(columns: Iterable[str], table: str = "") -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(*([table] if table else []), name) for name in columns)
