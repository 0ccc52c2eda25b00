"""Printed manifests and receipts in two languages; which two of a manifest is kept as its facts are."""

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


NAME, TABLE = "a_manifest_keeps_its_facts", "crossings_manifestdocument"
FACTS = "crossing_id, sending_id, reference, number, language, facts, facts_sha256"
FORWARD, BACKWARD = trigger(NAME, TABLE, f"{FACTS}, beside"), trigger(NAME, TABLE, FACTS)


class Migration(migrations.Migration):
    """Columns, constraints, triggers."""

    dependencies = [
        ("crossings", "0010_walls_of_manifests"),
        ("jurisdictions", "0012_desk_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="manifestdocument",
            name="one_manifest_per_version_and_language",
        ),
        migrations.RemoveConstraint(
            model_name="receiptdocument",
            name="a_receipt_prints_once_per_language",
        ),
        migrations.AddField(
            model_name="historicalmanifestdocument",
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
            model_name="historicalreceiptdocument",
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
            model_name="manifestdocument",
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
            model_name="receiptdocument",
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
        migrations.AlterField(
            model_name="historicalreceiptdocument",
            name="language",
            field=models.CharField(
                choices=[
                    ("en", "English"),
                    ("th", "Thai"),
                    ("km", "Khmer"),
                    ("lo", "Lao"),
                    ("my", "Burmese"),
                    ("vi", "Vietnamese"),
                    ("zh-hans", "Simplified Chinese"),
                ],
                max_length=10,
                verbose_name="language",
            ),
        ),
        migrations.AlterField(
            model_name="receiptdocument",
            name="language",
            field=models.CharField(
                choices=[
                    ("en", "English"),
                    ("th", "Thai"),
                    ("km", "Khmer"),
                    ("lo", "Lao"),
                    ("my", "Burmese"),
                    ("vi", "Vietnamese"),
                    ("zh-hans", "Simplified Chinese"),
                ],
                max_length=10,
                verbose_name="language",
            ),
        ),
        migrations.AddConstraint(
            model_name="manifestdocument",
            constraint=models.UniqueConstraint(
                fields=("crossing", "number", "language", "beside"),
                name="one_manifest_per_version_and_languages",
            ),
        ),
        migrations.AddConstraint(
            model_name="manifestdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("language", models.F("beside")), _negated=True),
                name="a_manifest_beside_another_language",
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptdocument",
            constraint=models.UniqueConstraint(
                fields=("receipt", "language", "beside"), name="a_receipt_prints_once_per_languages"
            ),
        ),
        migrations.AddConstraint(
            model_name="receiptdocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("language", models.F("beside")), _negated=True),
                name="a_receipt_beside_another_language",
            ),
        ),
        migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD),
    ]
