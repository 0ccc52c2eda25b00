"""Documents of requests stand behind the wall, keep their facts and their file, and are known by checksum to anybody."""

from django.db import migrations

from lmc_cases.core.row_security import handover_seen, job_in_hand, no_wall, wall

PRINT, PAST = "dossiers_requestdocument", "dossiers_historicalrequestdocument"
FACTS = "handover_id, country_id, kind, of_draft, number, part, parts, language, facts, facts_sha256"
FILE = "job_state, file, sha256, pages, size_bytes, certificate_sha256"


def _of(row: str, columns: str) -> str:
    return "(" + ", ".join(f"{row}.{name.strip()}" for name in columns.split(",")) + ")"


def _seen(table: str) -> str:
    """What was printed of a draft is one side's own, whoever sees the request now."""
    own = f"{table}.country_id = ANY ((SELECT lmc_countries('read_records'))::bigint[])"
    seen = f"{handover_seen(f'{table}.handover_id')} AND (NOT {table}.of_draft OR {own})"
    return f"({seen}) OR {job_in_hand(PRINT, f'{table}.id')}"


TOLD = "kind text, reference text, version integer, newest integer, country text, facts text"

FORWARD = (
    wall(PRINT, _seen(PRINT))
    + wall(PAST, _seen(PAST), written="true")
    + f"""
-- An officer who lost the rights meanwhile is told so in the record: it names the request and its parties.
CREATE POLICY of_printed_document ON handovers_handoverrequest FOR SELECT USING (
    id = (SELECT d.handover_id FROM {PRINT} d WHERE d.id = lmc_job('{PRINT}')));

CREATE TRIGGER a_document_keeps_its_facts BEFORE UPDATE ON {PRINT} FOR EACH ROW
    WHEN ({_of("OLD", FACTS)} IS DISTINCT FROM {_of("NEW", FACTS)})
    EXECUTE FUNCTION forbid_change();
CREATE TRIGGER a_signed_document_keeps_its_file BEFORE UPDATE ON {PRINT} FOR EACH ROW
    WHEN (OLD.job_state = 'DONE' AND {_of("OLD", FILE)} IS DISTINCT FROM {_of("NEW", FILE)})
    EXECUTE FUNCTION forbid_change();

CREATE FUNCTION {PRINT}_figures() RETURNS TABLE (job_state text, jobs bigint, oldest_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT job.job_state, count(*),
           extract(epoch FROM greatest(interval '0', clock_timestamp() - min(
               CASE job.job_state WHEN 'RUNNING' THEN job.started_at WHEN 'QUEUED' THEN job.queued_at END)))
      FROM {PRINT} job GROUP BY job.job_state
$$;

CREATE FUNCTION request_document_told(asked bigint) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.kind, h.reference, d.number::integer,
           (SELECT max(n.number)::integer FROM {PRINT} n
             WHERE n.handover_id = d.handover_id AND n.kind = d.kind AND n.of_draft = d.of_draft),
           j.code, d.facts_sha256
      FROM {PRINT} d
      JOIN handovers_handoverrequest h ON h.id = d.handover_id
      JOIN jurisdictions_jurisdiction j ON j.id = CASE d.kind WHEN 'EVIDENCE' THEN h.requested_id
                                                              ELSE h.requesting_id END
     WHERE d.id = asked
$$;

CREATE FUNCTION request_document_by_file(checksum text) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT told.* FROM dossiers_issuedfile i
      JOIN {PRINT} d ON d.uuid = i.object_uuid
     CROSS JOIN LATERAL request_document_told(d.id) told
     WHERE i.sha256 = checksum AND i.kind IN ('REQUEST', 'EVIDENCE')
$$;

-- By what the first page prints; a version has the same facts in every language.
CREATE FUNCTION request_document_by_number(asked text, checksum text) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT told.* FROM handovers_handoverrequest h
      JOIN {PRINT} d ON d.handover_id = h.id
     CROSS JOIN LATERAL request_document_told(d.id) told
     WHERE h.reference = asked AND d.facts_sha256 = checksum AND d.job_state = 'DONE'
     LIMIT 1
$$;
GRANT SELECT ON {PRINT} TO lmc_definer;
"""
)
OPEN_TO_APP = [
    f"{PRINT}_figures()",
    "request_document_by_file(text)",
    "request_document_by_number(text, text)",
]
OWNED = "".join(
    f"ALTER FUNCTION {name} OWNER TO lmc_definer;\nREVOKE ALL ON FUNCTION {name} FROM PUBLIC;\n"
    for name in [*OPEN_TO_APP, "request_document_told(bigint)"]
) + "".join(f"GRANT EXECUTE ON FUNCTION {name} TO lmc_app;\n" for name in OPEN_TO_APP)
BACKWARD = (
    "DROP POLICY of_printed_document ON handovers_handoverrequest;\n"
    + "".join(f"DROP FUNCTION {name};\n" for name in [*OPEN_TO_APP, "request_document_told(bigint)"])
    + f"DROP TRIGGER a_document_keeps_its_facts ON {PRINT};\n"
    f"DROP TRIGGER a_signed_document_keeps_its_file ON {PRINT};\n" + no_wall(PRINT, PAST)
)


class Migration(migrations.Migration):
    """Policies, triggers, functions."""

    dependencies = [("dossiers", "0011_request_documents")]

    operations = [migrations.RunSQL(sql=FORWARD + OWNED, reverse_sql=BACKWARD)]
