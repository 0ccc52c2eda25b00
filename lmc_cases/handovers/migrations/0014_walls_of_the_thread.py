"""Both sides of a submitted request read one thread; each writes for itself, and nobody changes what is written.

The watch over questions looks across countries: it is told ids and no word. A calendar's address belongs to one
officer and names no record, but nobody else has a use for its row.
"""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, VIEWER, handover_seen, wall


def _submitted(table: str) -> str:
    return (
        f"({handover_seen(f'{table}.handover_id')}) AND EXISTS (SELECT 1 FROM handovers_handoverrequest r"
        f" WHERE r.id = {table}.handover_id AND r.submitted_at IS NOT NULL)"
    )


def _own(table: str, column: str = "country_id") -> str:
    return f"{_submitted(table)} AND {column} IN {MY_COUNTRIES}"


MESSAGE, MENTION, READING, REMINDER = (
    f"handovers_{name}"
    for name in ("handovermessage", "messagemention", "messagereading", "questionreminder")
)
WALLS = "".join(
    [
        wall(MESSAGE, _submitted(MESSAGE), written=_own(MESSAGE)),
        # Whom of its own a side mentions is nothing to the other.
        wall(
            MENTION,
            f"{_submitted(MENTION)} AND (country_id IN {MY_COUNTRIES} OR by_country_id IN {MY_COUNTRIES})",
            written=_own(MENTION, "by_country_id"),
        ),
        wall(READING, _submitted(READING), written=_own(READING)),
        wall(REMINDER, _submitted(REMINDER)),
    ]
)
KEPT = "".join(
    f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION forbid_change();\n"
    f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM lmc_app;\n"
    for table in (MESSAGE, MENTION, READING, REMINDER)
)
CALENDAR = wall("handovers_calendaraddress", f"officer_id = {VIEWER}")

FUNCTIONS = """
CREATE FUNCTION note_questions_due(ended text[])
RETURNS TABLE (uuid uuid, handover_id bigint, asking_id bigint, answering_id bigint)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH due AS (
        SELECT m.id, m.uuid, m.handover_id, m.country_id AS asking_id, j.id AS answering_id
          FROM handovers_handovermessage m
          JOIN handovers_handoverrequest h ON h.id = m.handover_id
          JOIN jurisdictions_jurisdiction j
            ON j.id = CASE WHEN m.country_id = h.requested_id THEN h.requesting_id ELSE h.requested_id END
         WHERE m.due_on <= (now() AT TIME ZONE j.time_zone)::date AND h.status <> ALL (ended)
           AND NOT EXISTS (SELECT 1 FROM handovers_handovermessage a WHERE a.answers_id = m.id)
    ), told AS (
        INSERT INTO handovers_questionreminder (message_id, handover_id)
        SELECT id, due.handover_id FROM due ORDER BY id
            ON CONFLICT DO NOTHING
        RETURNING message_id
    )
    SELECT due.uuid, due.handover_id, due.asking_id, due.answering_id
      FROM due JOIN told ON told.message_id = due.id ORDER BY due.id
$$;

-- Whether the other side sees an exhibit now: answers yes or no about an exhibit the asker names.
CREATE FUNCTION exhibit_seen_by_side(exhibit bigint, request bigint, receives boolean)
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1
          FROM handovers_handoverrequest r
          JOIN handovers_handovervisibility h ON h.handover_id = r.id AND h.until > now()
          JOIN jurisdictions_audience a ON a.id = h.audience_id
          JOIN evidence_evidenceitem e ON e.id = exhibit AND e.case_id = r.case_id AND e.withdrawn_at IS NULL
         WHERE r.id = request
           AND (coalesce(a.base_id, a.id) = r.requesting_audience_id) = receives
           AND (EXISTS (SELECT 1 FROM cases_casevisibility v
                         WHERE v.case_id = e.case_id AND v.audience_id = h.audience_id AND v.level >= e.level
                           AND v.until > now())
                OR EXISTS (SELECT 1 FROM cases_itemvisibility n
                            WHERE n.object_uuid = e.uuid AND n.audience_id = h.audience_id AND n.until > now())))
$$;

-- Whose calendar it is: whoever shows the address is not signed in.
CREATE FUNCTION officer_of_calendar(shown text)
RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT officer_id FROM handovers_calendaraddress WHERE token_hash = shown
$$;

ALTER FUNCTION note_questions_due(text[]) OWNER TO lmc_definer;
ALTER FUNCTION exhibit_seen_by_side(bigint, bigint, boolean) OWNER TO lmc_definer;
ALTER FUNCTION officer_of_calendar(text) OWNER TO lmc_definer;
GRANT SELECT ON handovers_handovermessage, handovers_calendaraddress, handovers_handoverrequest,
    handovers_handovervisibility, evidence_evidenceitem, cases_casevisibility, cases_itemvisibility,
    jurisdictions_jurisdiction, jurisdictions_audience TO lmc_definer;
GRANT SELECT, INSERT ON handovers_questionreminder TO lmc_definer;
REVOKE ALL ON FUNCTION note_questions_due(text[]), exhibit_seen_by_side(bigint, bigint, boolean),
    officer_of_calendar(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_questions_due(text[]), exhibit_seen_by_side(bigint, bigint, boolean),
    officer_of_calendar(text) TO lmc_app;
REVOKE INSERT ON handovers_questionreminder FROM lmc_app;
"""


class Migration(migrations.Migration):
    """One way only: what both sides wrote is never taken away."""

    dependencies = [("handovers", "0013_thread_and_calendar")]

    operations = [migrations.RunSQL(sql=WALLS + KEPT + CALENDAR + FUNCTIONS)]
