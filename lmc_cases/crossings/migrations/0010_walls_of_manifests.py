"""Printed manifests stand behind the wall with every request they name, keep facts and file, and are known by checksum."""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, handover_seen, job_in_hand, no_wall, row_seen, wall

PRINT, PAST = "crossings_manifestdocument", "crossings_historicalmanifestdocument"
NAMED = "crossings_manifestrequest"
FACTS = "crossing_id, sending_id, reference, number, language, facts, facts_sha256"
FILE = "job_state, file, sha256, pages, size_bytes, certificate_sha256"


def _of(row: str, columns: str) -> str:
    return "(" + ", ".join(f"{row}.{name.strip()}" for name in columns.split(",")) + ")"


def _seen(table: str) -> str:
    """Also persons who were taken off since: the requests that are named decide, beside those on board now."""
    unseen = (
        f"SELECT 1 FROM {NAMED} r WHERE r.document_id = {table}.id AND NOT ({handover_seen('r.handover_id')})"
    )
    seen = f"({row_seen('crossings_crossing', f'{table}.crossing_id')}) AND NOT EXISTS ({unseen})"
    return f"({seen}) OR {job_in_hand(PRINT, f'{table}.id')}"


TOLD = "kind text, reference text, version integer, newest integer, country text, facts text"

FORWARD = (
    wall(NAMED, f"sending_id IN {MY_COUNTRIES} OR receiving_id IN {MY_COUNTRIES}")
    + wall(PRINT, _seen(PRINT))
    + wall(PAST, _seen(PAST), written="true")
    + f"""
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {NAMED} FOR EACH ROW EXECUTE FUNCTION forbid_change();
REVOKE UPDATE, DELETE, TRUNCATE ON {NAMED} FROM lmc_app;
CREATE TRIGGER a_manifest_keeps_its_facts BEFORE UPDATE ON {PRINT} FOR EACH ROW
    WHEN ({_of("OLD", FACTS)} IS DISTINCT FROM {_of("NEW", FACTS)})
    EXECUTE FUNCTION forbid_change();
CREATE TRIGGER a_signed_manifest_keeps_its_file BEFORE UPDATE ON {PRINT} FOR EACH ROW
    WHEN (OLD.job_state = 'DONE' AND {_of("OLD", FILE)} IS DISTINCT FROM {_of("NEW", FILE)})
    EXECUTE FUNCTION forbid_change();

CREATE FUNCTION {PRINT}_figures() RETURNS TABLE (job_state text, jobs bigint, oldest_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT job.job_state, count(*),
           extract(epoch FROM greatest(interval '0', clock_timestamp() - min(
               CASE job.job_state WHEN 'RUNNING' THEN job.started_at WHEN 'QUEUED' THEN job.queued_at END)))
      FROM {PRINT} job GROUP BY job.job_state
$$;

CREATE FUNCTION manifest_told(asked bigint) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'MANIFEST', d.reference::text, d.number::integer,
           (SELECT max(n.number)::integer FROM {PRINT} n WHERE n.crossing_id = d.crossing_id),
           j.code::text, d.facts_sha256::text
      FROM {PRINT} d JOIN jurisdictions_jurisdiction j ON j.id = d.sending_id
     WHERE d.id = asked
$$;

CREATE FUNCTION manifest_by_file(checksum text) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT told.* FROM dossiers_issuedfile i
      JOIN {PRINT} d ON d.uuid = i.object_uuid
     CROSS JOIN LATERAL manifest_told(d.id) told
     WHERE i.sha256 = checksum AND i.kind = 'MANIFEST'
$$;

-- By what the first page prints; a version has the same facts in every language.
CREATE FUNCTION manifest_by_number(asked text, checksum text) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT told.* FROM {PRINT} d
     CROSS JOIN LATERAL manifest_told(d.id) told
     WHERE d.reference = asked AND d.facts_sha256 = checksum AND d.job_state = 'DONE'
     LIMIT 1
$$;

-- Also of versions that whoever asks for the next one may not see: numbers are given once.
CREATE FUNCTION last_manifest(asked bigint) RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(max(d.number), 0)::integer FROM {PRINT} d WHERE d.crossing_id = asked
$$;

-- Whatever a killed worker left in the folder of manifests.
CREATE FUNCTION files_without_manifest(names text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT name FROM unnest(names) AS name
     WHERE name ~ '^manifests/[0-9a-f]{{32}}/[^/]+$'
       AND NOT EXISTS (SELECT FROM {PRINT} drawn WHERE drawn.file = name)
       AND NOT EXISTS (SELECT FROM {PAST} past WHERE past.file = name)
$$;
GRANT SELECT ON {PRINT}, {PAST} TO lmc_definer;
"""
)
OPEN_TO_APP = [
    f"{PRINT}_figures()",
    "manifest_by_file(text)",
    "manifest_by_number(text, text)",
    "last_manifest(bigint)",
    "files_without_manifest(text[])",
]
OWNED = "".join(
    f"ALTER FUNCTION {name} OWNER TO lmc_definer;\nREVOKE ALL ON FUNCTION {name} FROM PUBLIC;\n"
    for name in [*OPEN_TO_APP, "manifest_told(bigint)"]
) + "".join(f"GRANT EXECUTE ON FUNCTION {name} TO lmc_app;\n" for name in OPEN_TO_APP)
BACKWARD = (
    "".join(f"DROP FUNCTION {name};\n" for name in [*OPEN_TO_APP, "manifest_told(bigint)"])
    + f"DROP TRIGGER a_manifest_keeps_its_facts ON {PRINT};\n"
    f"DROP TRIGGER a_signed_manifest_keeps_its_file ON {PRINT};\n"
    f"DROP TRIGGER never_changed ON {NAMED};\n" + no_wall(PRINT, PAST, NAMED)
)


class Migration(migrations.Migration):
    """Policies, triggers, functions."""

    dependencies = [("crossings", "0009_manifests"), ("dossiers", "0014_issued_manifests")]

    operations = [migrations.RunSQL(sql=FORWARD + OWNED, reverse_sql=BACKWARD)]
