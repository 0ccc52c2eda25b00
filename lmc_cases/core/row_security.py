"""SQL of the second wall: row-level security, one policy per table, written by migrations.

A transaction says for whom it runs (``core.viewer``): ``lmc.audiences`` and ``lmc.viewer``, or ``lmc.job`` for the one
job a worker has in hand. Without a setting no row is seen. Each condition stands in a sub-select, so that PostgreSQL
works it out once per statement and not once per row.
"""

from __future__ import annotations

MINE = "((SELECT lmc_audiences())::bigint[])"
VIEWER = "(SELECT lmc_viewer())"
# The countries and agencies behind the viewer's audiences: small tables without a policy of their own.
MY_COUNTRIES = f"(SELECT j.id FROM jurisdictions_jurisdiction j WHERE j.audience_id = ANY {MINE})"
MY_AGENCIES = f"(SELECT a.id FROM jurisdictions_agency a WHERE a.audience_id = ANY {MINE})"


def case_reaches(case: str, level: int | str) -> str:
    """Return the condition that the viewer sees the case at ``level`` by the clock.

    ``level`` is a number, or a column named with its table: the read model has a "level" of its own.
    """
    return (
        "EXISTS (SELECT 1 FROM cases_casevisibility v"
        f" WHERE v.case_id = {case} AND v.audience_id = ANY {MINE} AND v.level >= {level} AND v.until > now())"
    )


def item_opened(uuid: str) -> str:
    """Return the condition that a single item is open to the viewer by name."""
    return (
        "EXISTS (SELECT 1 FROM cases_itemvisibility n"
        f" WHERE n.object_uuid = {uuid} AND n.audience_id = ANY {MINE} AND n.until > now())"
    )


def handover_seen(handover: str) -> str:
    """Return the condition that the viewer sees the handover request by the clock."""
    return (
        "EXISTS (SELECT 1 FROM handovers_handovervisibility h"
        f" WHERE h.handover_id = {handover} AND h.audience_id = ANY {MINE} AND h.until > now())"
    )


def row_seen(table: str, key: str, of: str = "id") -> str:
    """Return the condition that the parent row is seen, by the parent's own policy."""
    return f"EXISTS (SELECT 1 FROM {table} parent WHERE parent.{of} = {key})"


def job_in_hand(table: str, key: str = "id") -> str:
    """Return the condition that the row is the one job the worker has in hand."""
    return f"{key} = (SELECT lmc_job('{table}'))"


def wall(table: str, seen: str, *, written: str | None = None) -> str:
    """Return SQL that puts a table behind the wall.

    Args:
        table: its name; the condition may name its columns with it.
        seen: which rows are read, changed and deleted.
        written: which rows may be written, where that is not the same: history tables take what the rows' own
            service writes, also for a row that has just gone.
    """
    check = f" WITH CHECK ({written})" if written else ""
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY seen ON {table} USING ({seen}){check};\n"
    )


def only_written(table: str, condition: str) -> str:
    """Return SQL that narrows who may insert, change and delete, whoever may read."""
    return "".join(
        f"CREATE POLICY written_by_{act.lower()} ON {table} AS RESTRICTIVE FOR {act} {clause};\n"
        for act, clause in (
            ("INSERT", f"WITH CHECK ({condition})"),
            ("UPDATE", f"USING ({condition})"),
            ("DELETE", f"USING ({condition})"),
        )
    )


def no_wall(*tables: str) -> str:
    """Return SQL that takes the wall away; for reversing a migration."""
    return "".join(
        f"DROP POLICY IF EXISTS seen ON {table};"
        + "".join(
            f"DROP POLICY IF EXISTS written_by_{act} ON {table};" for act in ("insert", "update", "delete")
        )
        + f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;\n"
        for table in tables
    )
