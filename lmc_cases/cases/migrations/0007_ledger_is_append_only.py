"""PostgreSQL keeps the ledger as it was written, and opens a restricted case for two persons of its country.

The second person does not see the case and must not: the function looks it up by the reference that was typed, names
the asking officer on it for a time, and says whom to tell. It returns nothing where there is nothing to open.
"""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER the_ledger_stays BEFORE UPDATE OR DELETE ON cases_disclosure
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER the_whole_ledger_stays BEFORE TRUNCATE ON cases_disclosure
    FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
CREATE TRIGGER a_reading_reason_stays BEFORE UPDATE OR DELETE ON cases_readingreason
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER the_reading_reasons_stay BEFORE TRUNCATE ON cases_readingreason
    FOR EACH STATEMENT EXECUTE FUNCTION forbid_change();
REVOKE UPDATE, DELETE, TRUNCATE ON cases_disclosure, cases_readingreason FROM lmc_app;
"""

EMERGENCY = """
CREATE FUNCTION open_case_in_emergency(asked uuid, approver bigint, ends timestamptz)
RETURNS TABLE (opened_id bigint, opened_uuid uuid, named bigint[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    request cases_emergencyaccess;
    held cases_case;
    before bigint[];
BEGIN
    SELECT * INTO request FROM cases_emergencyaccess e WHERE e.uuid = asked AND e.state = 'ASKED' FOR UPDATE;
    -- The approver is whom the transaction runs for, not whom a caller names.
    IF approver IS DISTINCT FROM lmc_viewer() THEN RETURN; END IF;
    IF request.id IS NULL OR request.asked_by_id = approver THEN RETURN; END IF;
    IF 2 <> (SELECT count(*) FROM accounts_user u JOIN jurisdictions_agency a ON a.id = u.agency_id
              WHERE u.id IN (approver, request.asked_by_id) AND u.is_active
                AND a.jurisdiction_id = request.country_id) THEN RETURN; END IF;
    SELECT c.* INTO held FROM cases_case c JOIN accounts_user u ON u.id = request.asked_by_id
     WHERE c.reference = request.reference AND c.owner_id = request.country_id AND c.is_restricted
       AND u.clearance >= classification_rank(c.classification)
       FOR NO KEY UPDATE OF c;
    IF held.id IS NULL THEN RETURN; END IF;
    before := ARRAY(SELECT o.user_id FROM cases_caseofficer o
                     WHERE o.case_id = held.id AND coalesce(o.until, 'infinity') > now() ORDER BY o.user_id);
    -- Who is named already sees it: there is nothing to open.
    IF request.asked_by_id = ANY (before) THEN RETURN; END IF;
    WITH ended AS (
        DELETE FROM cases_caseofficer o WHERE o.case_id = held.id AND o.user_id = request.asked_by_id RETURNING o.*
    )
    INSERT INTO cases_historicalcaseofficer
           (id, case_id, user_id, named_by_id, named_at, until, history_date, history_type, history_user_id,
            history_change_reason)
    SELECT e.id, e.case_id, e.user_id, e.named_by_id, e.named_at, e.until, clock_timestamp(), '-', approver, 'emergency'
      FROM ended e;
    WITH made AS (
        INSERT INTO cases_caseofficer (case_id, user_id, named_by_id, named_at, until)
        VALUES (held.id, request.asked_by_id, approver, now(), ends) RETURNING *
    )
    INSERT INTO cases_historicalcaseofficer
           (id, case_id, user_id, named_by_id, named_at, until, history_date, history_type, history_user_id,
            history_change_reason)
    SELECT m.id, m.case_id, m.user_id, m.named_by_id, m.named_at, m.until, clock_timestamp(), '+', approver, 'emergency'
      FROM made m;
    RETURN QUERY SELECT held.id, held.uuid, before;
END $$;
ALTER FUNCTION open_case_in_emergency(uuid, bigint, timestamptz) OWNER TO lmc_definer;
GRANT SELECT, UPDATE ON cases_emergencyaccess TO lmc_definer;
GRANT INSERT, DELETE ON cases_caseofficer TO lmc_definer;
GRANT SELECT, INSERT ON cases_historicalcaseofficer TO lmc_definer;
REVOKE ALL ON FUNCTION open_case_in_emergency(uuid, bigint, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION open_case_in_emergency(uuid, bigint, timestamptz) TO lmc_app;
"""

UNDO = """
DROP FUNCTION open_case_in_emergency(uuid, bigint, timestamptz);
GRANT UPDATE, DELETE ON cases_disclosure, cases_readingreason TO lmc_app;
DROP TRIGGER the_reading_reasons_stay ON cases_readingreason;
DROP TRIGGER a_reading_reason_stays ON cases_readingreason;
DROP TRIGGER the_whole_ledger_stays ON cases_disclosure;
DROP TRIGGER the_ledger_stays ON cases_disclosure;
"""


class Migration(migrations.Migration):
    """Triggers and one function."""

    dependencies = [
        ("cases", "0006_disclosure_ledger"),
        ("accounts", "0002_clearance"),
    ]

    operations = [migrations.RunSQL(sql="".join([APPEND_ONLY, EMERGENCY]), reverse_sql=UNDO)]
