"""The chain of custody is append-only in PostgreSQL too."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER custody_rows_stay BEFORE UPDATE OR DELETE ON evidence_custodyevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
REVOKE UPDATE, DELETE, TRUNCATE ON evidence_custodyevent FROM lmc_app;
"""

BACKWARD = """
DROP TRIGGER custody_rows_stay ON evidence_custodyevent;
GRANT UPDATE, DELETE ON evidence_custodyevent TO lmc_app;
"""


class Migration(migrations.Migration):
    """Append-only."""

    dependencies = [("evidence", "0001_initial"), ("audit", "0002_append_only")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
