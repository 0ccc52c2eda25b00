"""Who sees a request for assistance, stated once for the rule and the wall; what was sent keeps what it says."""

from django.db import migrations

from lmc_cases.core.row_security import MINE, job_in_hand, no_wall, row_seen, wall

ROW, ROW_PAST = "assistance_assistancerequest", "assistance_historicalassistancerequest"
PRINT, PRINT_PAST = "assistance_assistancedocument", "assistance_historicalassistancedocument"
PARTIES = (
    "case_id, case_uuid, case_reference, requesting_id, requested_id, requesting_audience_id,"
    " requested_audience_id, agency_id, created_by_id"
)
SAID = (
    "language, subject, nature, facts, purpose, kinds, sought, link, persons, procedure, attendance, wanted_by,"
    " wanted_why, confidentiality, undertakings, instrument_id, legal_basis, dual_criminality, handling, restriction,"
    " sent_at, sent_by_id"
)
ANSWERED = "status, answer, answer_language, answered_at, answered_by_id"
FACTS = "assistance_id, requesting_id, reference, case_uuid, number, language, facts, facts_sha256"
FILE = "job_state, file, sha256, pages, size_bytes, certificate_sha256"


def _of(row: str, columns: str) -> str:
    return "(" + ", ".join(f"{row}.{name.strip()}" for name in columns.split(",")) + ")"


def _kept(name: str, table: str, columns: str, when: str = "true") -> str:
    changed = f"{_of('OLD', columns)} IS DISTINCT FROM {_of('NEW', columns)}"
    return (
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW\n"
        f"    WHEN ({when} AND {changed}) EXECUTE FUNCTION forbid_change();\n"
    )


SEEN = f"assistance_seen({_of(ROW, 'case_id, requesting_audience_id, requested_audience_id, sent_at')[1:-1]}, {MINE})"
TOLD = "kind text, reference text, version integer, newest integer, country text, facts text"

RULE = """
-- Both sides by the audience through which they hold the case; of its owner, the named officers where it is restricted.
-- Classified cases ask for clearance on both sides. A share that ends takes nothing away.
CREATE FUNCTION assistance_seen(of_case bigint, asking bigint, asked bigint, sent timestamptz, mine bigint[])
RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM cases_case c
          JOIN jurisdictions_jurisdiction o ON o.id = c.owner_id
         CROSS JOIN LATERAL (
               SELECT side.base AS audience_id
                 FROM (VALUES (asking, true), (asked, sent IS NOT NULL)) AS side (base, is_open)
                WHERE side.is_open AND NOT (c.is_restricted AND side.base = o.audience_id)
               UNION ALL
               SELECT u.audience_id
                 FROM cases_caseofficer n JOIN accounts_user u ON u.id = n.user_id
                WHERE n.case_id = c.id AND c.is_restricted AND coalesce(n.until, 'infinity') > now()
                  AND (o.audience_id = asking OR (o.audience_id = asked AND sent IS NOT NULL))
               ) AS source
         WHERE c.id = of_case
           AND cleared_audience(source.audience_id, classification_rank(c.classification)) = ANY (mine))
$$;
"""
PRINTED = f"""
CREATE FUNCTION {PRINT}_figures() RETURNS TABLE (job_state text, jobs bigint, oldest_seconds double precision)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT job.job_state, count(*),
           extract(epoch FROM greatest(interval '0', clock_timestamp() - min(
               CASE job.job_state WHEN 'RUNNING' THEN job.started_at WHEN 'QUEUED' THEN job.queued_at END)))
      FROM {PRINT} job GROUP BY job.job_state
$$;

CREATE FUNCTION assistance_told(asked bigint) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT 'MLA', d.reference::text, d.number::integer,
           (SELECT max(n.number)::integer FROM {PRINT} n WHERE n.assistance_id = d.assistance_id),
           j.code::text, d.facts_sha256::text
      FROM {PRINT} d JOIN jurisdictions_jurisdiction j ON j.id = d.requesting_id
     WHERE d.id = asked
$$;

CREATE FUNCTION assistance_by_file(checksum text) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT told.* FROM dossiers_issuedfile i
      JOIN {PRINT} d ON d.uuid = i.object_uuid
     CROSS JOIN LATERAL assistance_told(d.id) told
     WHERE i.sha256 = checksum AND i.kind = 'MLA'
$$;

CREATE FUNCTION assistance_by_number(asked text, checksum text) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT told.* FROM {PRINT} d
     CROSS JOIN LATERAL assistance_told(d.id) told
     WHERE d.reference = asked AND d.facts_sha256 = checksum AND d.job_state = 'DONE'
     LIMIT 1
$$;

CREATE FUNCTION files_without_assistance(names text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT name FROM unnest(names) AS name
     WHERE name ~ '^assistance/[0-9a-f]{{32}}/[^/]+$'
       AND NOT EXISTS (SELECT FROM {PRINT} drawn WHERE drawn.file = name)
       AND NOT EXISTS (SELECT FROM {PRINT_PAST} past WHERE past.file = name)
$$;
GRANT SELECT ON {PRINT}, {PRINT_PAST}, cases_case, cases_caseofficer, accounts_user, jurisdictions_audience,
    jurisdictions_jurisdiction TO lmc_definer;
"""
OPEN_TO_APP = [
    "assistance_seen(bigint, bigint, bigint, timestamptz, bigint[])",
    f"{PRINT}_figures()",
    "assistance_by_file(text)",
    "assistance_by_number(text, text)",
    "files_without_assistance(text[])",
]
OWNED = "".join(
    f"ALTER FUNCTION {name} OWNER TO lmc_definer;\nREVOKE ALL ON FUNCTION {name} FROM PUBLIC;\n"
    for name in [*OPEN_TO_APP, "assistance_told(bigint)"]
) + "".join(f"GRANT EXECUTE ON FUNCTION {name} TO lmc_app;\n" for name in OPEN_TO_APP)


def _printed(table: str) -> str:
    return f"({row_seen(ROW, f'{table}.assistance_id')}) OR {job_in_hand(PRINT, f'{table}.id')}"


WALLS = (
    wall(ROW, SEEN)
    + wall(ROW_PAST, row_seen(ROW, f"{ROW_PAST}.id"), written="true")
    + wall(PRINT, _printed(PRINT))
    + wall(PRINT_PAST, _printed(PRINT_PAST), written="true")
)
KEPT = (
    _kept("a_request_for_assistance_keeps_its_parties", ROW, PARTIES)
    + _kept("what_was_sent_keeps_what_it_says", ROW, SAID, "OLD.sent_at IS NOT NULL")
    + _kept("an_answer_stays", ROW, ANSWERED, "OLD.answered_at IS NOT NULL")
    + _kept("a_printed_request_keeps_its_facts", PRINT, FACTS)
    + _kept("a_signed_request_keeps_its_file", PRINT, FILE, "OLD.job_state = 'DONE'")
)
BACKWARD = (
    "".join(
        f"DROP TRIGGER {name} ON {ROW};\n"
        for name in (
            "a_request_for_assistance_keeps_its_parties",
            "what_was_sent_keeps_what_it_says",
            "an_answer_stays",
        )
    )
    + "".join(
        f"DROP TRIGGER {name} ON {PRINT};\n"
        for name in ("a_printed_request_keeps_its_facts", "a_signed_request_keeps_its_file")
    )
    + no_wall(PRINT, PRINT_PAST, ROW, ROW_PAST)
    + "".join(f"DROP FUNCTION {name};\n" for name in ["assistance_told(bigint)", *OPEN_TO_APP])
)


class Migration(migrations.Migration):
    """Rule, policies, triggers, functions."""

    dependencies = [
        ("assistance", "0001_initial"),
        ("dossiers", "0015_issued_assistance"),
        ("cases", "0016_ledger_of_assistance"),
        ("handovers", "0027_leftover_papers"),
    ]

    operations = [migrations.RunSQL(sql=RULE + PRINTED + OWNED + WALLS + KEPT, reverse_sql=BACKWARD)]
