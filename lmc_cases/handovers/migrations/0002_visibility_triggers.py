"""Who sees a handover request: the requesting country always, the requested one from its submission."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION refresh_handover_visibility() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO handovers_handovervisibility AS v (audience_id, handover_id, updated_at)
    SELECT j.audience_id, n.id, n.updated_at
      FROM new_rows n JOIN jurisdictions_jurisdiction j
        ON j.id = n.requesting_id OR (j.id = n.requested_id AND n.submitted_at IS NOT NULL)
        ON CONFLICT (audience_id, handover_id) DO UPDATE SET updated_at = excluded.updated_at
     WHERE v.updated_at IS DISTINCT FROM excluded.updated_at;
    RETURN NULL;
END $$;
CREATE TRIGGER visibility_of_new_handovers AFTER INSERT ON handovers_handoverrequest
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refresh_handover_visibility();
CREATE TRIGGER visibility_of_changed_handovers AFTER UPDATE ON handovers_handoverrequest
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION refresh_handover_visibility();
CREATE TRIGGER a_request_keeps_its_parties BEFORE UPDATE OF requesting_id, requested_id, case_id
    ON handovers_handoverrequest FOR EACH ROW
    WHEN ((OLD.requesting_id, OLD.requested_id, OLD.case_id)
          IS DISTINCT FROM (NEW.requesting_id, NEW.requested_id, NEW.case_id))
    EXECUTE FUNCTION forbid_change();
ALTER FUNCTION refresh_handover_visibility() OWNER TO lmc_definer;
GRANT SELECT ON handovers_handoverrequest, jurisdictions_jurisdiction TO lmc_definer;
GRANT SELECT, INSERT, UPDATE, DELETE ON handovers_handovervisibility TO lmc_definer;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON handovers_handovervisibility FROM lmc_app;
"""

BACKWARD = """
DROP TRIGGER a_request_keeps_its_parties ON handovers_handoverrequest;
DROP TRIGGER visibility_of_changed_handovers ON handovers_handoverrequest;
DROP TRIGGER visibility_of_new_handovers ON handovers_handoverrequest;
DROP FUNCTION refresh_handover_visibility();
"""


class Migration(migrations.Migration):
    """Triggers of the handover read model."""

    dependencies = [("handovers", "0001_initial"), ("cases", "0002_visibility_triggers")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
