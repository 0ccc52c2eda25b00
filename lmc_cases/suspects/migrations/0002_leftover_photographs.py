"""Which of the files named to it no person holds, now or in the history."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION photographs_without_person(names text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT name FROM unnest(names) AS name
     WHERE NOT EXISTS (SELECT FROM suspects_suspect person WHERE person.photo = name)
       AND NOT EXISTS (SELECT FROM suspects_historicalsuspect past WHERE past.photo = name)
$$;
ALTER FUNCTION photographs_without_person(text[]) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION photographs_without_person(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION photographs_without_person(text[]) TO lmc_app;
GRANT SELECT ON suspects_suspect, suspects_historicalsuspect TO lmc_definer;
"""

BACKWARD = """
DROP FUNCTION photographs_without_person(text[]);
"""


class Migration(migrations.Migration):
    """Files without a person."""

    dependencies = [("suspects", "0001_initial")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
