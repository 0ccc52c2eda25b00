"""Receipts and answers stand behind the wall and never change; anybody may ask whether one exists, by its checksum."""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, job_in_hand, row_seen, wall

RECEIPT, ANSWER = "crossings_receipt", "crossings_receiptsignature"
PRINT, PAST = "crossings_receiptdocument", "crossings_historicalreceiptdocument"


def _printed(table: str) -> str:
    return f"({row_seen(RECEIPT, f'{table}.receipt_id')}) OR {job_in_hand(PRINT, f'{table}.id')}"


WALLS = "".join(
    [
        wall(RECEIPT, row_seen("crossings_crossing", f"{RECEIPT}.crossing_id")),
        wall(
            ANSWER,
            row_seen(RECEIPT, f"{ANSWER}.receipt_id"),
            written=f"({row_seen(RECEIPT, f'{ANSWER}.receipt_id')}) AND country_id IN {MY_COUNTRIES}",
        ),
        wall(PRINT, _printed(PRINT)),
        wall(PAST, _printed(PAST), written="true"),
    ]
)
KEPT = "".join(
    f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION forbid_change();\n"
    f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM lmc_app;\n"
    for table in (RECEIPT, ANSWER)
)
PRINTED = f"""
CREATE TRIGGER a_printed_receipt_keeps_its_file BEFORE UPDATE OR DELETE ON {PRINT} FOR EACH ROW
    WHEN (OLD.job_state = 'DONE') EXECUTE FUNCTION forbid_change();

CREATE FUNCTION {PRINT}_figures() RETURNS TABLE (job_state text, jobs bigint, oldest_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT job.job_state, count(*),
           extract(epoch FROM greatest(interval '0', clock_timestamp() - min(
               CASE job.job_state WHEN 'RUNNING' THEN job.started_at WHEN 'QUEUED' THEN job.queued_at END)))
      FROM {PRINT} job GROUP BY job.job_state
$$;

CREATE FUNCTION receipt_by_number(asked text, checksum text)
RETURNS TABLE (number text, sha256 text, drawn_at timestamptz, is_newest boolean, country text, outcome text,
               at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT r.number, r.sha256, r.drawn_at,
           NOT EXISTS (SELECT 1 FROM {RECEIPT} n WHERE n.crossing_id = r.crossing_id AND n.version > r.version),
           j.code, s.outcome, s.at
      FROM {RECEIPT} r
      LEFT JOIN {ANSWER} s ON s.receipt_id = r.id
      LEFT JOIN jurisdictions_jurisdiction j ON j.id = s.country_id
     WHERE r.number = asked AND r.sha256 = checksum
     ORDER BY s.at
$$;

CREATE FUNCTION receipt_by_file(checksum text)
RETURNS TABLE (number text, sha256 text, drawn_at timestamptz, is_newest boolean, country text, outcome text,
               at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT told.* FROM {PRINT} d
      JOIN {RECEIPT} r ON r.id = d.receipt_id
     CROSS JOIN LATERAL receipt_by_number(r.number, r.sha256) told
     WHERE d.sha256 = checksum AND d.job_state = 'DONE'
$$;

ALTER FUNCTION {PRINT}_figures() OWNER TO lmc_definer;
ALTER FUNCTION receipt_by_number(text, text) OWNER TO lmc_definer;
ALTER FUNCTION receipt_by_file(text) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION {PRINT}_figures(), receipt_by_number(text, text), receipt_by_file(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {PRINT}_figures(), receipt_by_number(text, text), receipt_by_file(text) TO lmc_app;
GRANT SELECT ON {PRINT}, {RECEIPT}, {ANSWER}, jurisdictions_jurisdiction TO lmc_definer;
"""


class Migration(migrations.Migration):
    """One way only: what was signed stays signed."""

    dependencies = [("crossings", "0003_receipts"), ("handovers", "0016_walls_of_property")]

    operations = [migrations.RunSQL(sql=WALLS + KEPT + PRINTED)]
