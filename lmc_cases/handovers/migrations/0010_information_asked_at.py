"""Since when information is waited for is a fact of the request; who acted last on a side is asked in one place.

It was read from the newest history row: one person who left the request began the time limit anew.
"""

from django.db import migrations, models

# The owner is behind the wall too. What stands is filled from the first row of the newest run of the status.
FILLED = """
ALTER TABLE handovers_handoverrequest NO FORCE ROW LEVEL SECURITY;
ALTER TABLE handovers_historicalhandoverrequest NO FORCE ROW LEVEL SECURITY;
UPDATE handovers_handoverrequest h SET information_asked_at = (
    SELECT min(p.history_date) FROM handovers_historicalhandoverrequest p
     WHERE p.id = h.id AND p.status = 'INFO_ASKED'
       AND p.history_id > (SELECT coalesce(max(q.history_id), 0) FROM handovers_historicalhandoverrequest q
                            WHERE q.id = h.id AND q.status <> 'INFO_ASKED'))
 WHERE h.status = 'INFO_ASKED';
ALTER TABLE handovers_handoverrequest FORCE ROW LEVEL SECURITY;
ALTER TABLE handovers_historicalhandoverrequest FORCE ROW LEVEL SECURITY;
"""

FUNCTIONS = """
DROP FUNCTION watched_requests(text[], text[]);
CREATE FUNCTION watched_requests(held text[], stands text[])
RETURNS TABLE (id bigint, status text, requesting_id bigint, requested_id bigint, instrument_id bigint,
               arrested_at timestamptz, planned_at timestamptz, asked_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.id, h.status, h.requesting_id, h.requested_id, h.instrument_id, h.arrested_at, h.planned_at,
           h.information_asked_at
      FROM handovers_handoverrequest h
     WHERE h.procedure = ANY (held) AND h.status = ANY (stands)
     ORDER BY h.id
$$;

CREATE FUNCTION last_officer_of_side(handover bigint, country bigint)
RETURNS TABLE (officer_id bigint, agency_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT u.id, u.agency_id
      FROM handovers_historicalhandoverrequest p
      JOIN accounts_user u ON u.id = p.history_user_id
      JOIN jurisdictions_agency a ON a.id = u.agency_id
     WHERE p.id = handover AND u.is_active AND a.jurisdiction_id = country
     ORDER BY p.history_date DESC, p.history_id DESC
     LIMIT 1
$$;

ALTER FUNCTION watched_requests(text[], text[]) OWNER TO lmc_definer;
ALTER FUNCTION last_officer_of_side(bigint, bigint) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION watched_requests(text[], text[]), last_officer_of_side(bigint, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION watched_requests(text[], text[]), last_officer_of_side(bigint, bigint) TO lmc_app;
"""


class Migration(migrations.Migration):
    """One way only, as the functions before it."""

    dependencies = [("handovers", "0009_watch_of_clocks")]

    operations = [
        migrations.AddField(
            model_name="handoverrequest",
            name="information_asked_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="historicalhandoverrequest",
            name="information_asked_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.RunSQL(sql=FILLED + FUNCTIONS),
    ]
