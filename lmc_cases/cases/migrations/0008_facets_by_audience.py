"""Counters of cases by the set of audiences that sees them, exact for every officer without a look at the cases.

Each statement that changes a case appends what it changed of the counts, in its own transaction: no row is shared
between writers, and the sum follows the cases whoever races whom. A periodic fold only keeps the sum short. What has
ended by the clock and was not swept yet is taken off at the reading, found by an index over the ends.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

KEPT = """
-- Whose share has ended and was not swept yet: few rows whatever the number of cases.
CREATE INDEX case_seen_until ON cases_case (seen_until) WHERE seen_until < 'infinity';

CREATE FUNCTION case_facets_from_cases() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO cases_facetdelta (audience_ids, status, typology_id, owner_id, n)
        SELECT seen_by, status, typology_id, owner_id, count(*) FROM new_rows
         WHERE seen_by <> '{}' GROUP BY seen_by, status, typology_id, owner_id;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO cases_facetdelta (audience_ids, status, typology_id, owner_id, n)
        SELECT seen_by, status, typology_id, owner_id, -count(*) FROM old_rows
         WHERE seen_by <> '{}' GROUP BY seen_by, status, typology_id, owner_id;
    ELSE
        INSERT INTO cases_facetdelta (audience_ids, status, typology_id, owner_id, n)
        SELECT seen_by, status, typology_id, owner_id, sum(one)
          FROM (SELECT seen_by, status, typology_id, owner_id, 1 AS one FROM new_rows
                 UNION ALL
                SELECT seen_by, status, typology_id, owner_id, -1 FROM old_rows) changed
         WHERE seen_by <> '{}' GROUP BY seen_by, status, typology_id, owner_id HAVING sum(one) <> 0;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER facets_of_new_cases AFTER INSERT ON cases_case
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION case_facets_from_cases();
CREATE TRIGGER facets_of_changed_cases AFTER UPDATE ON cases_case
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION case_facets_from_cases();
CREATE TRIGGER facets_of_deleted_cases AFTER DELETE ON cases_case
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION case_facets_from_cases();
"""

READ = """
-- The audiences come from the transaction, never from the caller; without a viewer there is nothing to count.
CREATE FUNCTION case_facets() RETURNS TABLE (status varchar, typology_id bigint, owner_id bigint, n bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE viewers bigint[] := lmc_audiences();
BEGIN
    IF viewers = '{}' THEN RETURN; END IF;
    RETURN QUERY
    SELECT f.status, f.typology_id, f.owner_id, sum(f.n)::bigint
      FROM (SELECT c.status, c.typology_id, c.owner_id, c.n
              FROM cases_audienceset s JOIN cases_facetcount c ON c.audience_set_id = s.id
             WHERE s.audience_ids && viewers
             UNION ALL
            SELECT d.status, d.typology_id, d.owner_id, d.n FROM cases_facetdelta d WHERE d.audience_ids && viewers
             UNION ALL
            SELECT k.status, k.typology_id, k.owner_id, -1 FROM cases_case k
             WHERE k.seen_until < 'infinity' AND k.seen_until <= statement_timestamp() AND k.seen_by && viewers
               AND NOT EXISTS (SELECT 1 FROM cases_casevisibility v
                                WHERE v.case_id = k.id AND v.audience_id = ANY (viewers)
                                  AND v.until > statement_timestamp())) f
     GROUP BY f.status, f.typology_id, f.owner_id HAVING sum(f.n) <> 0;
END $$;
"""

LOOKED_AFTER = """
-- One fold at a time; who writes meanwhile appends rows this one does not see, and nobody waits.
CREATE FUNCTION fold_case_facets() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE folded bigint; emptied bigint;
BEGIN
    IF NOT pg_try_advisory_xact_lock('cases_facetcount'::regclass::bigint) THEN RETURN 0; END IF;
    WITH gone AS (
        DELETE FROM cases_facetdelta RETURNING audience_ids, status, typology_id, owner_id, n
    ), summed AS (
        SELECT audience_ids, sha256(convert_to(audience_ids::text, 'UTF8')) AS digest, status, typology_id, owner_id,
               sum(n) AS n
          FROM gone GROUP BY audience_ids, status, typology_id, owner_id HAVING sum(n) <> 0
    ), made AS (
        INSERT INTO cases_audienceset (digest, audience_ids)
        SELECT DISTINCT digest, audience_ids FROM summed ON CONFLICT DO NOTHING RETURNING id, digest
    ), added AS (
        INSERT INTO cases_facetcount AS held (audience_set_id, status, typology_id, owner_id, n)
        SELECT coalesce(made.id, known.id), s.status, s.typology_id, s.owner_id, s.n
          FROM summed s LEFT JOIN made ON made.digest = s.digest LEFT JOIN cases_audienceset known ON known.digest = s.digest
            ON CONFLICT (audience_set_id, status, typology_id, owner_id) DO UPDATE SET n = held.n + excluded.n
    )
    SELECT count(*) INTO folded FROM gone;
    DELETE FROM cases_facetcount WHERE n = 0;
    GET DIAGNOSTICS emptied = ROW_COUNT;
    IF emptied > 0 THEN
        DELETE FROM cases_audienceset s
         WHERE NOT EXISTS (SELECT 1 FROM cases_facetcount c WHERE c.audience_set_id = s.id);
    END IF;
    RETURN folded;
END $$;

-- What the counts lack against the cases, in one snapshot: whoever writes meanwhile is on both sides or on neither.
CREATE FUNCTION case_facet_differences()
RETURNS TABLE (audience_ids bigint[], status varchar, typology_id bigint, owner_id bigint, n bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT f.audience_ids, f.status, f.typology_id, f.owner_id, sum(f.n)::bigint
      FROM (SELECT seen_by AS audience_ids, status, typology_id, owner_id, 1 AS n FROM cases_case WHERE seen_by <> '{}'
             UNION ALL
            SELECT s.audience_ids, c.status, c.typology_id, c.owner_id, -c.n
              FROM cases_facetcount c JOIN cases_audienceset s ON s.id = c.audience_set_id
             UNION ALL
            SELECT d.audience_ids, d.status, d.typology_id, d.owner_id, -d.n FROM cases_facetdelta d) f
     GROUP BY f.audience_ids, f.status, f.typology_id, f.owner_id HAVING sum(f.n) <> 0
$$;

CREATE FUNCTION case_facet_drift() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FROM case_facet_differences()
$$;

CREATE FUNCTION repair_case_facets() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE repaired bigint;
BEGIN
    -- Two repairs at once would both add the same difference.
    PERFORM pg_advisory_xact_lock('cases_facetcount'::regclass::bigint);
    INSERT INTO cases_facetdelta (audience_ids, status, typology_id, owner_id, n)
    SELECT audience_ids, status, typology_id, owner_id, n FROM case_facet_differences();
    GET DIAGNOSTICS repaired = ROW_COUNT;
    PERFORM fold_case_facets();
    RETURN repaired;
END $$;
"""

OWNERS = """
ALTER FUNCTION case_facets_from_cases() OWNER TO lmc_definer;
ALTER FUNCTION case_facets() OWNER TO lmc_definer;
ALTER FUNCTION fold_case_facets() OWNER TO lmc_definer;
ALTER FUNCTION case_facet_differences() OWNER TO lmc_definer;
ALTER FUNCTION case_facet_drift() OWNER TO lmc_definer;
ALTER FUNCTION repair_case_facets() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION case_facet_differences() FROM PUBLIC;
REVOKE ALL ON FUNCTION case_facets(), fold_case_facets(), case_facet_drift(), repair_case_facets() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION case_facets(), fold_case_facets(), case_facet_drift(), repair_case_facets() TO lmc_app;
-- Which audiences see how many cases is nobody's to read, not even through a policy.
REVOKE ALL ON cases_audienceset, cases_facetcount, cases_facetdelta FROM lmc_app, PUBLIC;
REVOKE ALL ON SEQUENCE cases_audienceset_id_seq, cases_facetcount_id_seq, cases_facetdelta_id_seq FROM lmc_app, PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON cases_audienceset, cases_facetcount, cases_facetdelta TO lmc_definer;
-- Emptied every few seconds: what is dead must not stay to be read over.
ALTER TABLE cases_facetdelta SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);
ALTER TABLE cases_facetcount SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
-- What is there already, as changes: the first fold takes them in.
INSERT INTO cases_facetdelta (audience_ids, status, typology_id, owner_id, n)
SELECT audience_ids, status, typology_id, owner_id, n FROM case_facet_differences();
"""

FACET = [
    ("status", models.CharField(max_length=10)),
    ("typology_id", models.BigIntegerField(null=True)),
    ("owner_id", models.BigIntegerField()),
    ("n", models.BigIntegerField()),
]


def number() -> tuple[str, models.BigAutoField]:
    """Return the key of a table."""
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    """Tables, triggers, functions; one way only, as 0005."""

    dependencies = [("cases", "0007_search_behind_the_wall")]

    operations = [
        migrations.AddIndex(
            model_name="casevisibility",
            index=models.Index(
                fields=["case"], include=("audience", "level", "until"), name="case_visibility_check"
            ),
        ),
        migrations.AlterField(
            model_name="casevisibility",
            name="case",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="visibility",
                to="cases.case",
            ),
        ),
        migrations.CreateModel(
            name="AudienceSet",
            fields=[
                number(),
                ("digest", models.BinaryField(unique=True)),
                (
                    "audience_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["audience_ids"], name="audience_set_members"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="FacetDelta",
            fields=[
                number(),
                *FACET,
                (
                    "audience_ids",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="FacetCount",
            fields=[
                number(),
                *FACET,
                (
                    "audience_set",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="counts",
                        to="cases.audienceset",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("audience_set", "status", "typology_id", "owner_id"),
                        include=("n",),
                        name="one_count_per_facet",
                        nulls_distinct=False,
                    )
                ],
            },
        ),
        migrations.RunSQL(sql="".join([KEPT, READ, LOOKED_AFTER, OWNERS])),
    ]
