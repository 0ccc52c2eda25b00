"""Runs may put a second language beside each; and which of the files named to it no dossier holds."""

from django.db import migrations, models

# Copies of photographs lie there too, named by their content: they are frozen with the facts and never unknown.
FORWARD = r"""
CREATE FUNCTION files_without_dossier(names text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT name FROM unnest(names) AS name
     WHERE name ~ '^dossiers/(ledgers/)?[0-9a-f]{32}/(signed/[A-Z]+/)?[^/]+$'
       AND NOT EXISTS (SELECT FROM dossiers_dossier drawn WHERE drawn.file = name)
       AND NOT EXISTS (SELECT FROM dossiers_historicaldossier past WHERE past.file = name)
       AND NOT EXISTS (SELECT FROM dossiers_dossiersignature signed WHERE signed.file = name)
       AND NOT EXISTS (SELECT FROM dossiers_ledgerdocument ledger WHERE ledger.file = name)
       AND NOT EXISTS (SELECT FROM dossiers_historicalledgerdocument past WHERE past.file = name)
$$;
ALTER FUNCTION files_without_dossier(text[]) OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION files_without_dossier(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION files_without_dossier(text[]) TO lmc_app;
GRANT SELECT ON dossiers_dossier, dossiers_historicaldossier, dossiers_dossiersignature,
    dossiers_ledgerdocument, dossiers_historicalledgerdocument TO lmc_definer;
"""

BACKWARD = """
DROP FUNCTION files_without_dossier(text[]);
"""


class Migration(migrations.Migration):
    """A column of runs, and a function."""

    dependencies = [
        ("dossiers", "0012_wall_of_request_documents"),
    ]

    operations = [
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD),
        migrations.AddField(
            model_name="dossierrun",
            name="beside",
            field=models.CharField(
                blank=True,
                choices=[
                    ("en", "English"),
                    ("th", "Thai"),
                    ("km", "Khmer"),
                    ("lo", "Lao"),
                    ("my", "Burmese"),
                    ("vi", "Vietnamese"),
                    ("zh-hans", "Simplified Chinese"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="second language",
            ),
        ),
        migrations.AddField(
            model_name="historicaldossierrun",
            name="beside",
            field=models.CharField(
                blank=True,
                choices=[
                    ("en", "English"),
                    ("th", "Thai"),
                    ("km", "Khmer"),
                    ("lo", "Lao"),
                    ("my", "Burmese"),
                    ("vi", "Vietnamese"),
                    ("zh-hans", "Simplified Chinese"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="second language",
            ),
        ),
    ]
