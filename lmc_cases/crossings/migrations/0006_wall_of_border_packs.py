"""What was taken on phones is read by its officer and the auditors of that country, and is never changed.

A phone that comes back without a session asks one thing alone, whether its copy still stands: it is told the officer's
number or nothing.
"""

from django.db import migrations

from lmc_cases.core.row_security import VIEWER, no_wall, only_written, wall

STANDS = """
CREATE FUNCTION border_pack_officer(wanted uuid) RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p.officer_id
      FROM crossings_borderpack p
      JOIN crossings_crossing c ON c.id = p.crossing_id
      JOIN accounts_user u ON u.id = p.officer_id
      JOIN accounts_signedinsession s ON s.uuid = p.session_uuid AND s.user_id = p.officer_id
     WHERE p.uuid = wanted AND p.expires_at > now() AND c.status NOT IN ('DONE', 'CANCELLED')
       AND u.is_active AND coalesce(u.access_ends_at, 'infinity') > now() AND s.ended_at IS NULL
$$;
ALTER FUNCTION border_pack_officer(uuid) OWNER TO lmc_definer;
GRANT SELECT ON crossings_borderpack, crossings_crossing, accounts_user, accounts_signedinsession TO lmc_definer;
REVOKE ALL ON FUNCTION border_pack_officer(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION border_pack_officer(uuid) TO lmc_app;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON crossings_borderpack
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
REVOKE UPDATE, DELETE, TRUNCATE ON crossings_borderpack FROM lmc_app;
"""
WALL = wall(
    "crossings_borderpack",
    f"officer_id = {VIEWER} OR country_id = ANY ((SELECT lmc_countries('read_audit'))::bigint[])",
) + only_written("crossings_borderpack", f"officer_id = {VIEWER}")


class Migration(migrations.Migration):
    """The policy, and the one question that needs no session."""

    dependencies = [
        ("crossings", "0005_border_packs"),
        ("accounts", "0001_initial"),
        ("handovers", "0010_information_asked_at"),
    ]

    operations = [
        migrations.RunSQL(
            sql=WALL + STANDS,
            reverse_sql="DROP FUNCTION border_pack_officer(uuid);"
            "DROP TRIGGER never_changed ON crossings_borderpack;" + no_wall("crossings_borderpack"),
        )
    ]
