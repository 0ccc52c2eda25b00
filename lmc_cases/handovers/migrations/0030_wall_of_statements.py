"""Statements stand behind the wall of their request; the side that asks writes them, and once sent they stay.

Nobody states anything of an erased person, and an erasure takes what was never sent: it runs in the country that owns
the record, which sees no draft of another.
"""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, handover_seen, wall

TABLE = "handovers_requeststatement"
SEEN = handover_seen(f"{TABLE}.handover_id")
ASKING = (
    f"EXISTS (SELECT 1 FROM handovers_handoverrequest r WHERE r.id = {TABLE}.handover_id"
    f" AND r.requesting_id = {TABLE}.country_id)"
)
WALL = wall(TABLE, SEEN, written=f"({SEEN}) AND country_id IN {MY_COUNTRIES} AND {ASKING}")
KEPT = f"""
CREATE FUNCTION a_statement_stays_once_sent() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM handovers_handoverrequest r
                    WHERE r.id = OLD.handover_id AND r.submitted_at IS NULL) THEN
        RAISE EXCEPTION '% of % is not allowed', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END $$;

CREATE FUNCTION nothing_is_stated_of_the_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- Locked: an erasure at the same time waits, and then finds this statement.
    PERFORM 1 FROM suspects_suspect p JOIN handovers_handoversubject s ON s.suspect_id = p.id
      WHERE s.id = NEW.subject_id AND s.handover_id = NEW.handover_id AND p.erased_at IS NULL FOR SHARE OF p;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'nothing is stated of the erased' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION forget_unsent_statements(erased bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    DELETE FROM {TABLE} t
     USING handovers_handoversubject s, handovers_handoverrequest r, suspects_suspect p
     WHERE p.id = erased AND p.erased_at IS NOT NULL AND s.suspect_id = p.id
       AND t.subject_id = s.id AND r.id = t.handover_id AND r.submitted_at IS NULL
$$;

ALTER FUNCTION a_statement_stays_once_sent() OWNER TO lmc_definer;
ALTER FUNCTION nothing_is_stated_of_the_erased() OWNER TO lmc_definer;
ALTER FUNCTION forget_unsent_statements(bigint) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION a_statement_stays_once_sent(), nothing_is_stated_of_the_erased(),
    forget_unsent_statements(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_unsent_statements(bigint) TO lmc_app;
GRANT SELECT ON handovers_handoverrequest, handovers_handoversubject TO lmc_definer;
GRANT SELECT, UPDATE ON suspects_suspect TO lmc_definer;
GRANT SELECT, DELETE ON {TABLE} TO lmc_definer;

CREATE TRIGGER never_changed BEFORE UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER stays_once_sent BEFORE DELETE ON {TABLE}
    FOR EACH ROW EXECUTE FUNCTION a_statement_stays_once_sent();
CREATE TRIGGER not_of_the_erased BEFORE INSERT ON {TABLE}
    FOR EACH ROW WHEN (NEW.subject_id IS NOT NULL) EXECUTE FUNCTION nothing_is_stated_of_the_erased();
REVOKE UPDATE, TRUNCATE ON {TABLE} FROM lmc_app;
"""


class Migration(migrations.Migration):
    """One way only, as the walls before it."""

    dependencies = [
        ("handovers", "0029_statements"),
        ("suspects", "0003_rights_of_persons"),
    ]

    operations = [migrations.RunSQL(sql=WALL + KEPT)]
