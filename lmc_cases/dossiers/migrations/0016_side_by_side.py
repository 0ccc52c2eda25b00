"""Printed ledgers and documents of requests in two languages; which two is kept as the facts are."""

from django.conf import settings
from django.db import migrations, models


def trigger(name: str, table: str, kept: str) -> str:
    """Return the trigger that keeps these columns as they were."""
    old, new = (", ".join(f"{row}.{column.strip()}" for column in kept.split(",")) for row in ("OLD", "NEW"))
    return (
        f"DROP TRIGGER {name} ON {table};\n"
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} FOR EACH ROW\n"
        f"    WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION forbid_change();\n"
    )


LEDGER = (
    "a_printed_ledger_keeps_its_facts",
    "dossiers_ledgerdocument",
    "case_id, language, facts, facts_sha256",
)
REQUEST = (
    "a_document_keeps_its_facts",
    "dossiers_requestdocument",
    "handover_id, country_id, kind, of_draft, number, part, parts, language, facts, facts_sha256",
)
BOTH = (LEDGER, REQUEST)
FORWARD = "".join(trigger(name, table, f"{kept}, beside") for name, table, kept in BOTH)
BACKWARD = "".join(trigger(*each) for each in BOTH)


class Migration(migrations.Migration):
    """Columns, constraints, triggers."""

    dependencies = [
        ("cases", "0016_ledger_of_assistance"),
        ("dossiers", "0015_issued_assistance"),
        ("handovers", "0028_limitation"),
        ("jurisdictions", "0012_desk_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="requestdocument",
            name="one_request_document_per_version_and_language",
        ),
        migrations.AddField(
            model_name="historicalledgerdocument",
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
                default="",
                max_length=10,
                verbose_name="second language",
            ),
        ),
        migrations.AddField(
            model_name="historicalrequestdocument",
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
                default="",
                max_length=10,
                verbose_name="second language",
            ),
        ),
        migrations.AddField(
            model_name="ledgerdocument",
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
                default="",
                max_length=10,
                verbose_name="second language",
            ),
        ),
        migrations.AddField(
            model_name="requestdocument",
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
                default="",
                max_length=10,
                verbose_name="second language",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("language", models.F("beside")), _negated=True),
                name="a_ledger_beside_another_language",
            ),
        ),
        migrations.AddConstraint(
            model_name="requestdocument",
            constraint=models.UniqueConstraint(
                fields=("handover", "kind", "of_draft", "number", "language", "beside", "part"),
                name="one_request_document_per_version_and_languages",
            ),
        ),
        migrations.AddConstraint(
            model_name="requestdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("language", models.F("beside")), _negated=True),
                name="a_request_document_beside_another_language",
            ),
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD),
    ]
