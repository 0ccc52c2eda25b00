"""Printed requests for assistance in two languages; which two is kept as the facts are."""

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


NAME, TABLE = "a_printed_request_keeps_its_facts", "assistance_assistancedocument"
FACTS = "assistance_id, requesting_id, reference, case_uuid, number, language, facts, facts_sha256"
FORWARD, BACKWARD = trigger(NAME, TABLE, f"{FACTS}, beside"), trigger(NAME, TABLE, FACTS)


class Migration(migrations.Migration):
    """Columns, constraints, triggers."""

    dependencies = [
        ("assistance", "0002_walls"),
        ("jurisdictions", "0012_desk_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="assistancedocument",
            name="one_assistance_document_per_version",
        ),
        migrations.AddField(
            model_name="assistancedocument",
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
            model_name="historicalassistancedocument",
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
            model_name="assistancedocument",
            constraint=models.UniqueConstraint(
                fields=("assistance", "number", "language", "beside"),
                name="one_assistance_document_per_version",
            ),
        ),
        migrations.AddConstraint(
            model_name="assistancedocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("language", models.F("beside")), _negated=True),
                name="an_assistance_document_beside_another_language",
            ),
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD),
    ]
