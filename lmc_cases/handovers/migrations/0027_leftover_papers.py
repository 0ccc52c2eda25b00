"""Which of the papers named to it no message holds."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION papers_without_message(names text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT name FROM unnest(names) AS name
     WHERE NOT EXISTS (SELECT FROM handovers_handovermessage message WHERE message.paper = name)
$$;
ALTER FUNCTION papers_without_message(text[]) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION papers_without_message(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION papers_without_message(text[]) TO lmc_app;
GRANT SELECT ON handovers_handovermessage TO lmc_definer;
"""

BACKWARD = """
DROP FUNCTION papers_without_message(text[]);
"""


class Migration(migrations.Migration):
    """Papers without a message."""

    dependencies = [("handovers", "0026_wall_of_person_hands")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
