"""Custody records stand behind the wall and are only appended; of a victim the side that recorded them reads them."""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, handover_seen, wall

TABLE = "handovers_personhand"
SEEN = handover_seen(f"{TABLE}.handover_id")
OWN = f"{TABLE}.country_id IN {MY_COUNTRIES}"
LEFT_AS_VICTIM = (
    f"EXISTS (SELECT 1 FROM handovers_handoversubject s"
    f" WHERE s.id = {TABLE}.subject_id AND s.outcome = 'VICTIM_TRACK')"
)
WALL = wall(TABLE, f"({SEEN}) AND ({OWN} OR NOT {LEFT_AS_VICTIM})", written=f"({SEEN}) AND {OWN}")
KEPT = f"""
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION forbid_change();
REVOKE UPDATE, DELETE, TRUNCATE ON {TABLE} FROM lmc_app;
"""


class Migration(migrations.Migration):
    """One way only, as the walls before it."""

    dependencies = [("handovers", "0025_person_hands")]

    operations = [migrations.RunSQL(sql=WALL + KEPT)]
