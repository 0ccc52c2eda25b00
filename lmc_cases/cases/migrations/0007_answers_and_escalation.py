"""A declined share closes by the recipient's own row; what is overdue, and what was downloaded, by ids alone.

All three look across countries, which the serving role may not: they return, or change, no more than they say.
"""

from django.db import migrations

DECLINE = """
CREATE FUNCTION a_declined_share_is_closed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- The case first, as every service of the owner does: two locks in two orders would block each other.
    PERFORM 1 FROM cases_case c JOIN cases_caseshare s ON s.case_id = c.id
      WHERE s.id = NEW.share_id FOR NO KEY UPDATE OF c;
    UPDATE cases_caseshare SET declined_at = NEW.made_at
     WHERE id = NEW.share_id AND recipient_id = NEW.country_id AND confirmed_at IS NOT NULL
       AND declined_at IS NULL AND revoked_at IS NULL AND expires_at > now();
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the share has ended' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER a_declined_share_is_closed AFTER INSERT ON cases_shareresponse
    FOR EACH ROW WHEN (NEW.kind = 'DECLINED') EXECUTE FUNCTION a_declined_share_is_closed();
CREATE TRIGGER what_was_answered_stays BEFORE UPDATE OR DELETE ON cases_shareresponse
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
"""

OVERDUE = """
CREATE FUNCTION overdue_answers()
RETURNS TABLE (code text, object_uuid uuid, officer_id bigint, owner_id bigint, desk_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH times AS (
        SELECT j.id AS country_id, make_interval(hours => coalesce(own.share_hours, std.share_hours)) AS for_share,
               make_interval(hours => coalesce(own.question_hours, std.question_hours)) AS for_question
          FROM jurisdictions_jurisdiction j
          LEFT JOIN jurisdictions_answertime own ON own.jurisdiction_id = j.id
          LEFT JOIN LATERAL (SELECT share_hours, question_hours FROM jurisdictions_answertime
                              WHERE jurisdiction_id IS NULL ORDER BY id LIMIT 1) std ON true
    ), live AS (
        SELECT s.*, c.owner_id, c.agency_id FROM cases_caseshare s JOIN cases_case c ON c.id = s.case_id
         WHERE s.declined_at IS NULL AND s.revoked_at IS NULL AND s.expires_at > now()
    ), found AS (
        SELECT 'share.unanswered' AS code, s.uuid AS object_uuid, s.shared_by_id AS officer_id, s.owner_id,
               s.recipient_id AS country_id, s.recipient_agency_id AS agency_id
          FROM live s JOIN times t ON t.country_id = s.recipient_id
         WHERE s.confirmed_at < now() - t.for_share
           AND NOT EXISTS (SELECT 1 FROM cases_shareresponse r
                            WHERE r.share_id = s.id AND r.country_id = s.recipient_id)
        UNION ALL
        SELECT 'question.unanswered', q.uuid, s.shared_by_id, s.owner_id, s.owner_id, s.agency_id
          FROM live s JOIN times t ON t.country_id = s.owner_id
          JOIN cases_shareresponse q ON q.share_id = s.id AND q.kind = 'QUESTION'
         WHERE q.made_at < now() - t.for_question
           AND NOT EXISTS (SELECT 1 FROM cases_shareresponse a WHERE a.question_id = q.id)
        UNION ALL
        SELECT 'share.unconfirmed', s.uuid, s.shared_by_id, s.owner_id, s.owner_id, s.agency_id
          FROM live s JOIN times t ON t.country_id = s.owner_id
         WHERE s.confirmed_at IS NULL AND s.shared_at < now() - t.for_share
        UNION ALL
        SELECT 'follow_up.unacknowledged', f.uuid, f.told_by_id, f.owner_id, f.recipient_id, f.recipient_agency_id
          FROM cases_sharefollowup f JOIN times t ON t.country_id = f.recipient_id
         WHERE f.acknowledged_at IS NULL AND f.told_at < now() - t.for_share
    ), addressed AS (
        -- The agency's desk before the country's, but one where somebody is on duty before both.
        SELECT f.code, f.object_uuid, f.officer_id, f.owner_id,
               (SELECT d.id FROM accounts_dutydesk d
                 WHERE d.jurisdiction_id = f.country_id AND (d.agency_id = f.agency_id OR d.agency_id IS NULL)
                 ORDER BY EXISTS (SELECT 1 FROM accounts_deskduty o
                                   WHERE o.desk_id = d.id AND o.starts_at <= now()
                                     AND coalesce(o.ends_at, 'infinity') > now()) DESC,
                          d.agency_id NULLS LAST LIMIT 1) AS desk_id
          FROM found f
    )
    SELECT a.code, a.object_uuid, a.officer_id, a.owner_id, a.desk_id FROM addressed a
     WHERE NOT EXISTS (SELECT 1 FROM accounts_notice n
                        WHERE n.code = a.code AND n.object_uuid = a.object_uuid
                          AND (n.desk_id IS NOT NULL OR a.desk_id IS NULL))
     ORDER BY a.code, a.object_uuid
$$;
"""

DOWNLOADS = """
CREATE FUNCTION downloads_of_case(of_case bigint)
RETURNS TABLE (country_id bigint, agency_id bigint, files bigint, downloads bigint, last_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT e.actor_country_id, e.actor_agency_id, count(DISTINCT e.object_uuid), count(*), max(e.occurred_at)
      FROM cases_case c JOIN audit_auditevent e ON e.case_uuid = c.uuid
     WHERE c.id = of_case AND e.outcome = 'DONE' AND e.verb IN ('evidence.downloaded', 'dossier.downloaded')
       AND e.actor_country_id IS NOT NULL AND e.actor_country_id <> c.owner_id
     GROUP BY 1, 2 ORDER BY 5 DESC
$$;
"""

OWNERS = """
GRANT SELECT, UPDATE ON cases_caseshare TO lmc_definer;
GRANT SELECT ON cases_shareresponse, cases_sharefollowup, jurisdictions_answertime, accounts_dutydesk,
    accounts_deskduty, accounts_notice, audit_auditevent TO lmc_definer;
ALTER FUNCTION a_declined_share_is_closed() OWNER TO lmc_definer;
ALTER FUNCTION overdue_answers() OWNER TO lmc_definer;
ALTER FUNCTION downloads_of_case(bigint) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION overdue_answers() FROM PUBLIC;
REVOKE ALL ON FUNCTION downloads_of_case(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION overdue_answers(), downloads_of_case(bigint) TO lmc_app;
REVOKE UPDATE, DELETE, TRUNCATE ON cases_shareresponse FROM lmc_app;
"""

UNDO = """
DROP TRIGGER what_was_answered_stays ON cases_shareresponse;
DROP TRIGGER a_declined_share_is_closed ON cases_shareresponse;
DROP FUNCTION a_declined_share_is_closed();
DROP FUNCTION downloads_of_case(bigint);
DROP FUNCTION overdue_answers();
"""


class Migration(migrations.Migration):
    """Triggers and functions."""

    dependencies = [
        ("cases", "0006_life_of_a_share"),
        ("accounts", "0003_duty_desks"),
        ("audit", "0002_append_only"),
        ("jurisdictions", "0003_rules_of_sharing"),
    ]

    operations = [migrations.RunSQL(sql="".join([DECLINE, OVERDUE, DOWNLOADS, OWNERS]), reverse_sql=UNDO)]
