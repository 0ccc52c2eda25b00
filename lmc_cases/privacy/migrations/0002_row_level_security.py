"""Reviews and erasures are the owning side's alone."""

from django.db import migrations

from lmc_cases.core.row_security import case_reaches, no_wall, wall

TABLES = ("privacy_review", "privacy_erasure")
FORWARD = "".join(
    wall(table, case_reaches(f"{table}.case_id", 4))
    + wall(past, case_reaches(f"{past}.case_id", 4), written="true")
    for table, past in ((name, name.replace("_", "_historical", 1)) for name in TABLES)
)


class Migration(migrations.Migration):
    """Policies."""

    dependencies = [
        ("privacy", "0001_reviews_and_erasures"),
        ("cases", "0006_row_level_security"),
    ]

    operations = [
        migrations.RunSQL(
            sql=FORWARD,
            reverse_sql=no_wall(*TABLES, *(name.replace("_", "_historical", 1) for name in TABLES)),
        )
    ]
