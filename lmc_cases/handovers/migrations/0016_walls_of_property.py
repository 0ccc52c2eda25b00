"""Lists of property stand behind the wall; what was recorded is changed by its service and never deleted."""

from django.db import migrations

from lmc_cases.core.row_security import handover_seen, wall

TABLE, HISTORY = "handovers_propertyitem", "handovers_historicalpropertyitem"
WALLS = wall(TABLE, handover_seen(f"{TABLE}.handover_id")) + wall(
    HISTORY, handover_seen(f"{HISTORY}.handover_id"), written="true"
)
KEPT = f"""
CREATE TRIGGER never_deleted BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER keeps_its_person BEFORE UPDATE OF uuid, handover_id, subject_id, recorded_by_id, recorded_at ON {TABLE}
    FOR EACH ROW
    WHEN ((OLD.uuid, OLD.handover_id, OLD.subject_id, OLD.recorded_by_id, OLD.recorded_at)
          IS DISTINCT FROM (NEW.uuid, NEW.handover_id, NEW.subject_id, NEW.recorded_by_id, NEW.recorded_at))
    EXECUTE FUNCTION forbid_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {HISTORY}
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
REVOKE DELETE, TRUNCATE ON {TABLE} FROM lmc_app;
REVOKE UPDATE, DELETE, TRUNCATE ON {HISTORY} FROM lmc_app;
"""


class Migration(migrations.Migration):
    """One way only, as the walls before it."""

    dependencies = [("handovers", "0015_property_lists")]

    operations = [migrations.RunSQL(sql=WALLS + KEPT)]
