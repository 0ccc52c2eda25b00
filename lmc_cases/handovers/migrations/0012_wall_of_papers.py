"""Papers of a request stand behind the wall; they are never changed and never deleted, by no role of the product."""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, handover_seen, no_wall, wall

TABLE = "handovers_requestpaper"
SEEN = handover_seen(f"{TABLE}.handover_id")
FORWARD = (
    wall(TABLE, SEEN, written=f"({SEEN}) AND country_id IN {MY_COUNTRIES}")
    + f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {TABLE}"
    " FOR EACH ROW EXECUTE FUNCTION forbid_change();\n"
    f"REVOKE UPDATE, DELETE, TRUNCATE ON {TABLE} FROM lmc_app;\n"
)
BACKWARD = no_wall(TABLE) + f"DROP TRIGGER never_changed ON {TABLE};"


class Migration(migrations.Migration):
    """The second wall of one table."""

    dependencies = [("handovers", "0011_request_papers")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
