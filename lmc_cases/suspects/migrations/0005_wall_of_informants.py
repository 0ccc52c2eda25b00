"""Informants stand behind a wall of their own: the owner's side of the case, and the right to handle them."""

from django.db import migrations

from lmc_cases.core.row_security import case_reaches, no_wall, wall


def informant(table: str) -> str:
    """Return the condition of an informant, or of a past state."""
    handled = (
        f"EXISTS (SELECT 1 FROM cases_case c WHERE c.id = {table}.case_id"
        " AND c.owner_id = ANY ((SELECT lmc_countries('handle_informants', 'confirm_erasure'))::bigint[]))"
    )
    return f"({case_reaches(f'{table}.case_id', 4)}) AND {handled}"


FORWARD = wall("suspects_informant", informant("suspects_informant")) + wall(
    "suspects_historicalinformant", informant("suspects_historicalinformant"), written="true"
)


class Migration(migrations.Migration):
    """Policies."""

    dependencies = [("suspects", "0003_row_level_security")]

    operations = [
        migrations.RunSQL(
            sql=FORWARD, reverse_sql=no_wall("suspects_informant", "suspects_historicalinformant")
        )
    ]
