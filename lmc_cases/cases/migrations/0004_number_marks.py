"""Document numbers are found by marks in a table of their own: they leave the search text."""

import django.db.models.deletion
from django.db import migrations, models

# A mark in the search text was "#" and twenty hex digits; the triggers of migration 0003 need not run for it.
TAKE_MARKS_OUT = r"""
UPDATE cases_searchentry SET body = btrim(regexp_replace(body, '#[0-9a-f]{20}', '', 'g'))
 WHERE kind = 'SUSPECT' AND body ~ '#[0-9a-f]{20}';
"""


class Migration(migrations.Migration):
    """One table, and search text without marks."""

    dependencies = [("cases", "0003_search_by_audience")]

    operations = [
        migrations.CreateModel(
            name="NumberMark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_uuid", models.UUIDField(db_index=True)),
                ("mark", models.BinaryField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="cases.case"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["mark", "case"], name="number_mark_to_case")]},
        ),
        migrations.RunSQL(sql=TAKE_MARKS_OUT, reverse_sql=migrations.RunSQL.noop),
    ]
