"""PostgreSQL itself refuses to change or remove what was recorded."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION refuse_change_of_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit record is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_rows_stay BEFORE UPDATE OR DELETE ON audit_auditevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_record();
CREATE TRIGGER audit_table_stays BEFORE TRUNCATE ON audit_auditevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_record();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_auditevent FROM lmc_app;
REVOKE UPDATE, TRUNCATE ON audit_auditreason FROM lmc_app;
-- The transaction that wrote the row: seals are cut by it, never by the serial id.
ALTER TABLE audit_auditevent ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
"""

BACKWARD = """
ALTER TABLE audit_auditevent DROP COLUMN xid;
DROP TRIGGER audit_table_stays ON audit_auditevent;
DROP TRIGGER audit_rows_stay ON audit_auditevent;
DROP FUNCTION refuse_change_of_record();
GRANT UPDATE, DELETE ON audit_auditevent TO lmc_app;
GRANT UPDATE ON audit_auditreason TO lmc_app;
"""


class Migration(migrations.Migration):
    """Append-only."""

    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
