"""What follows stands behind the wall and is only appended; each side writes what it answers for.

The watch over duties looks across countries: it is told ids and no word.
"""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, handover_seen, wall

ASSURANCE, DUTY, REPORT, REMINDER, ALLOCATION = (
    f"handovers_{name}" for name in ("assurance", "duty", "dutyreport", "dutyreminder", "allocation")
)


def _seen(table: str) -> str:
    return handover_seen(f"{table}.handover_id")


def _own(table: str) -> str:
    return f"{_seen(table)} AND country_id IN {MY_COUNTRIES}"


WALLS = "".join(
    [
        wall(ASSURANCE, _seen(ASSURANCE), written=_own(ASSURANCE)),
        # Either side records what the other one owes.
        wall(DUTY, _seen(DUTY)),
        wall(REPORT, _seen(REPORT), written=_own(REPORT)),
        wall(REMINDER, _seen(REMINDER)),
        wall(ALLOCATION, _own(ALLOCATION)),
    ]
)
KEPT = "".join(
    f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION forbid_change();\n"
    f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM lmc_app;\n"
    for table in (ASSURANCE, DUTY, REPORT, REMINDER, ALLOCATION)
)
FUNCTIONS = """
CREATE FUNCTION note_duties_due()
RETURNS TABLE (uuid uuid, handover_id bigint, owing_id bigint, other_id bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS (
        SELECT d.id, d.uuid, d.handover_id, d.country_id AS owing_id,
               CASE WHEN d.country_id = h.requested_id THEN h.requesting_id ELSE h.requested_id END AS other_id
          FROM handovers_duty d
          JOIN handovers_handoverrequest h ON h.id = d.handover_id
          JOIN jurisdictions_jurisdiction j ON j.id = d.country_id
         WHERE d.due_on <= (now() AT TIME ZONE j.time_zone)::date
           AND NOT EXISTS (SELECT 1 FROM handovers_duty l WHERE l.replaces_id = d.id)
           AND NOT EXISTS (SELECT 1 FROM handovers_dutyreport r WHERE r.duty_id = d.id AND r.is_final)
    ), told AS (
        INSERT INTO handovers_dutyreminder (duty_id, handover_id)
        SELECT id, due.handover_id FROM due ORDER BY id
            ON CONFLICT DO NOTHING
        RETURNING duty_id
    )
    -- One word for each request, kind and day would need a row of its own: the first of them speaks for all.
    SELECT DISTINCT ON (due.handover_id, due.owing_id, d.kind, d.due_on)
           due.uuid, due.handover_id, due.owing_id, due.other_id
      FROM due JOIN told ON told.duty_id = due.id JOIN handovers_duty d ON d.id = due.id
     ORDER BY due.handover_id, due.owing_id, d.kind, d.due_on, due.id
$$;
ALTER FUNCTION note_duties_due() OWNER TO lmc_definer;
GRANT SELECT ON handovers_duty, handovers_dutyreport, handovers_handoverrequest, jurisdictions_jurisdiction
    TO lmc_definer;
GRANT SELECT, INSERT ON handovers_dutyreminder TO lmc_definer;
REVOKE ALL ON FUNCTION note_duties_due() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_duties_due() TO lmc_app;
REVOKE INSERT ON handovers_dutyreminder FROM lmc_app;
"""


class Migration(migrations.Migration):
    """One way only: what was promised and reported is never taken away."""

    dependencies = [("handovers", "0017_following")]

    operations = [migrations.RunSQL(sql=WALLS + KEPT + FUNCTIONS)]
