"""What a transaction says of its viewer, as the policies of row-level security read it.

``lmc.audiences``, ``lmc.viewer`` and ``lmc.job`` are set per transaction (``core.viewer``); empty means nobody.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION lmc_audiences() RETURNS bigint[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_to_array(nullif(current_setting('lmc.audiences', true), ''), ',')::bigint[], '{}')
$$;

CREATE FUNCTION lmc_viewer() RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT nullif(current_setting('lmc.viewer', true), '')::bigint
$$;

-- 'dossiers_dossier:17' is the job that a worker has in hand; of any other table there is none.
CREATE FUNCTION lmc_job(job_table text) RETURNS bigint
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN split_part(current_setting('lmc.job', true), ':', 1) = job_table
                THEN nullif(split_part(current_setting('lmc.job', true), ':', 2), '')::bigint END
$$;

-- The countries for which the viewer's groups hold one of the permissions: the rule of access.py, asked by a policy.
CREATE FUNCTION lmc_countries(VARIADIC codenames text[]) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(DISTINCT g.object_pk::bigint), '{}')
      FROM accounts_user u
      JOIN accounts_user_groups ug ON ug.user_id = u.id
      JOIN guardian_groupobjectpermission g ON g.group_id = ug.group_id
      JOIN auth_permission p ON p.id = g.permission_id AND p.codename = ANY (codenames)
      JOIN django_content_type t ON t.id = g.content_type_id
     WHERE u.id = lmc_viewer() AND u.is_active AND t.app_label = 'jurisdictions' AND t.model = 'jurisdiction'
$$;
ALTER FUNCTION lmc_countries(text[]) OWNER TO lmc_definer;

-- Jobs that nobody works on, of any country: ids only, for the sweeper.
CREATE FUNCTION owed_job_ids(job_table regclass, grace interval, most integer) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM pg_attribute
         WHERE attrelid = job_table AND attname IN ('job_state', 'lease_token', 'lease_until', 'queued_at')) < 4 THEN
        RAISE EXCEPTION '% holds no jobs', job_table USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY EXECUTE format(
        'SELECT id FROM %s WHERE (job_state = ''QUEUED'' AND queued_at < now() - $1)'
        ' OR (job_state = ''RUNNING'' AND lease_until < now()) ORDER BY id LIMIT $2', job_table) USING grace, most;
END $$;
ALTER FUNCTION owed_job_ids(regclass, interval, integer) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION owed_job_ids(regclass, interval, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION owed_job_ids(regclass, interval, integer) TO lmc_app;

CREATE FUNCTION finished_job_ids(job_table regclass, before timestamptz) RETURNS SETOF bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF (SELECT count(*) FROM pg_attribute
         WHERE attrelid = job_table AND attname IN ('job_state', 'lease_token', 'lease_until', 'finished_at')) < 4 THEN
        RAISE EXCEPTION '% holds no jobs', job_table USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY EXECUTE format('SELECT id FROM %s WHERE finished_at < $1 ORDER BY id', job_table) USING before;
END $$;
ALTER FUNCTION finished_job_ids(regclass, timestamptz) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION finished_job_ids(regclass, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION finished_job_ids(regclass, timestamptz) TO lmc_app;
"""

BACKWARD = """
DROP FUNCTION finished_job_ids(regclass, timestamptz);
DROP FUNCTION owed_job_ids(regclass, interval, integer);
DROP FUNCTION lmc_countries(text[]);
DROP FUNCTION lmc_job(text);
DROP FUNCTION lmc_viewer();
DROP FUNCTION lmc_audiences();
"""


class Migration(migrations.Migration):
    """Functions only."""

    dependencies = [
        ("jurisdictions", "0003_rules_of_sharing"),
        ("jurisdictions", "0003_consent_deadlines"),
        ("jurisdictions", "0003_right_to_supervise"),
        ("jurisdictions", "0002_retention_rules_and_rights"),
        ("accounts", "0002_clearance"),
        ("guardian", "0001_initial"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
