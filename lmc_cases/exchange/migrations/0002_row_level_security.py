"""Imports stand behind the second wall; a worker sees the one it has in hand, and its case."""

from django.db import migrations

from lmc_cases.core.row_security import case_reaches, job_in_hand, no_wall, wall


def run(table: str) -> str:
    """Return the condition of an import, or of a past state: the owning side's alone."""
    return f"({case_reaches(f'{table}.case_id', 4)}) OR {job_in_hand('exchange_importrun', f'{table}.id')}"


# An officer who lost the rights meanwhile is told so in the record: it names the case.
OF_JOB = """
CREATE POLICY of_job ON cases_case FOR SELECT USING (
    id = (SELECT r.case_id FROM exchange_importrun r WHERE r.id = lmc_job('exchange_importrun')));
"""

FORWARD = (
    wall("exchange_importrun", run("exchange_importrun"))
    + wall("exchange_historicalimportrun", run("exchange_historicalimportrun"), written="true")
    + OF_JOB
)
BACKWARD = "DROP POLICY of_job ON cases_case;" + no_wall("exchange_importrun", "exchange_historicalimportrun")


class Migration(migrations.Migration):
    """Policies of every table of the app."""

    dependencies = [
        ("exchange", "0002_figures_and_leftovers"),
        ("cases", "0006_row_level_security"),
    ]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
