"""Offers are seen by the country that holds the persons first; checks, exceptions and notes stand behind the wall.

Checks and notes are never changed and never deleted, by no role of the product.
"""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, VIEWER, handover_seen, wall

VISIBLE = """
CREATE OR REPLACE FUNCTION wanted_handover_visibility(ids bigint[])
RETURNS TABLE (audience_id bigint, handover_id bigint, updated_at timestamptz, until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT ON (source.audience_id, h.id)
           cleared_audience(source.audience_id, classification_rank(c.classification)), h.id, h.updated_at, source.until
      FROM handovers_handoverrequest h
      JOIN cases_case c ON c.id = h.case_id
      CROSS JOIN LATERAL (
            SELECT h.requesting_audience_id AS audience_id, 'infinity'::timestamptz AS until
             WHERE NOT h.is_offer OR h.submitted_at IS NOT NULL
            UNION ALL
            SELECT j.audience_id, 'infinity' FROM jurisdictions_jurisdiction j
             WHERE j.id = h.requested_id AND (h.is_offer OR h.submitted_at IS NOT NULL) AND NOT c.is_restricted
            UNION ALL
            SELECT u.audience_id, coalesce(o.until, 'infinity')
              FROM cases_caseofficer o JOIN accounts_user u ON u.id = o.user_id
             WHERE o.case_id = c.id AND c.is_restricted AND (h.is_offer OR h.submitted_at IS NOT NULL)
               AND coalesce(o.until, 'infinity') > now()
           ) source
     WHERE ids IS NULL OR h.id = ANY (ids)
     ORDER BY source.audience_id, h.id, source.until DESC
$$;
"""

# The row is read back before its visibility exists: by the officer who has just drafted it.
DRAFTED = f"""
DROP POLICY seen ON handovers_handoverrequest;
CREATE POLICY seen ON handovers_handoverrequest
    USING (({handover_seen("handovers_handoverrequest.id")})
           OR (created_by_id = {VIEWER} AND submitted_at IS NULL
               AND (CASE WHEN is_offer THEN requested_id ELSE requesting_id END) IN {MY_COUNTRIES}));
DROP TRIGGER a_request_keeps_its_parties ON handovers_handoverrequest;
CREATE TRIGGER a_request_keeps_its_parties
    BEFORE UPDATE OF requesting_id, requesting_audience_id, requested_id, case_id, case_uuid, case_reference,
                     procedure, is_offer
    ON handovers_handoverrequest FOR EACH ROW
    WHEN ((OLD.requesting_id, OLD.requesting_audience_id, OLD.requested_id, OLD.case_id, OLD.case_uuid,
           OLD.case_reference, OLD.procedure, OLD.is_offer)
          IS DISTINCT FROM
          (NEW.requesting_id, NEW.requesting_audience_id, NEW.requested_id, NEW.case_id, NEW.case_uuid,
           NEW.case_reference, NEW.procedure, NEW.is_offer))
    EXECUTE FUNCTION forbid_change();
"""


def _seen(table: str) -> str:
    return handover_seen(f"{table}.handover_id")


def _own(table: str) -> str:
    return f"({_seen(table)}) AND country_id IN {MY_COUNTRIES}"


WALLS = "".join(
    [
        wall("handovers_personcheck", _seen("handovers_personcheck"), written=_own("handovers_personcheck")),
        wall(
            "handovers_personcheckgrounds",
            f"({_seen('handovers_personcheckgrounds')}) AND (country_id IN {MY_COUNTRIES} OR NOT is_confidential)",
            written=_own("handovers_personcheckgrounds"),
        ),
        wall("handovers_checkexception", _seen("handovers_checkexception")),
        wall(
            "handovers_historicalcheckexception",
            _seen("handovers_historicalcheckexception"),
            written="true",
        ),
        wall("handovers_handovernote", _own("handovers_handovernote")),
    ]
)
KEPT = "".join(
    f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON handovers_{table}"
    " FOR EACH ROW EXECUTE FUNCTION forbid_change();\n"
    f"REVOKE UPDATE, DELETE, TRUNCATE ON handovers_{table} FROM lmc_app;\n"
    for table in ("personcheck", "personcheckgrounds", "handovernote")
)


class Migration(migrations.Migration):
    """One way only: the function of 0004 and the policy of 0005 are replaced."""

    dependencies = [("handovers", "0006_procedures")]

    operations = [migrations.RunSQL(sql="".join([VISIBLE, DRAFTED, WALLS, KEPT]))]
