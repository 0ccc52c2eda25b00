"""A long manifest is printed in parts; which part it is is kept as its facts are."""

from django.conf import settings
from django.db import migrations, models


def trigger(kept: str) -> str:
    """Return the trigger that keeps these columns as they were."""
    old, new = (", ".join(f"{row}.{column.strip()}" for column in kept.split(",")) for row in ("OLD", "NEW"))
    return (
        "DROP TRIGGER a_manifest_keeps_its_facts ON crossings_manifestdocument;\n"
        "CREATE TRIGGER a_manifest_keeps_its_facts BEFORE UPDATE ON crossings_manifestdocument FOR EACH ROW\n"
        f"    WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION forbid_change();\n"
    )


FACTS = "crossing_id, sending_id, reference, number, language, beside, facts, facts_sha256"


class Migration(migrations.Migration):
    """Columns, constraint, trigger."""

    dependencies = [
        ("crossings", "0011_side_by_side"),
        ("jurisdictions", "0012_desk_rules"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="manifestdocument",
            name="one_manifest_per_version_and_languages",
        ),
        migrations.AddField(
            model_name="historicalmanifestdocument",
            name="part",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="historicalmanifestdocument",
            name="parts",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="manifestdocument",
            name="part",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddField(
            model_name="manifestdocument",
            name="parts",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddConstraint(
            model_name="manifestdocument",
            constraint=models.UniqueConstraint(
                fields=("crossing", "number", "language", "beside", "part"),
                name="one_manifest_per_version_and_languages",
            ),
        ),
        migrations.RunSQL(sql=trigger(f"{FACTS}, part, parts"), reverse_sql=trigger(FACTS)),
    ]
