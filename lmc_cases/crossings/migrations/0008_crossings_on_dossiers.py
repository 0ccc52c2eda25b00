"""Which crossings carry a request, for its dossier: named only where whoever reads the request sees all of the crossing."""

from django.db import migrations

FORWARD = """
-- The same for every reader of the request, so that both sides' dossiers say the same; nobody else gets an answer.
CREATE FUNCTION crossings_of_request(asked bigint) RETURNS TABLE (reference text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.reference
      FROM crossings_crossing c
     WHERE c.status <> 'CANCELLED'
       AND c.id IN (SELECT r.crossing_id FROM crossings_crossingrequest r WHERE r.handover_id = asked)
       AND EXISTS (SELECT 1 FROM handovers_handovervisibility mine
                    WHERE mine.handover_id = asked AND mine.until > now()
                      AND mine.audience_id = ANY ((SELECT lmc_audiences())::bigint[]))
       AND NOT EXISTS (
           SELECT 1 FROM handovers_handovervisibility reader, crossings_crossingrequest other
            WHERE reader.handover_id = asked AND reader.until > now() AND other.crossing_id = c.id
              AND NOT EXISTS (SELECT 1 FROM handovers_handovervisibility v
                               WHERE v.handover_id = other.handover_id AND v.audience_id = reader.audience_id
                                 AND v.until > now()))
     ORDER BY c.reference
$$;
ALTER FUNCTION crossings_of_request(bigint) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION crossings_of_request(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION crossings_of_request(bigint) TO lmc_app;
GRANT SELECT ON crossings_crossing, crossings_crossingrequest, handovers_handovervisibility TO lmc_definer;
"""
BACKWARD = "DROP FUNCTION crossings_of_request(bigint);"


class Migration(migrations.Migration):
    """One function."""

    dependencies = [("crossings", "0007_crossings_page"), ("handovers", "0026_wall_of_person_hands")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
