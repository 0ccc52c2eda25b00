"""Dossiers stand behind the second wall; a worker sees the one it has in hand, and whose request that is."""

from django.db import migrations

from lmc_cases.core.row_security import handover_seen, job_in_hand, no_wall, wall


def dossier(table: str) -> str:
    """Return the condition of a dossier, or of a past state."""
    return f"({handover_seen(f'{table}.handover_id')}) OR {job_in_hand('dossiers_dossier', f'{table}.id')}"


# An officer who lost the rights meanwhile is told so in the record: it names the request and its parties.
OF_JOB = """
CREATE POLICY of_job ON handovers_handoverrequest FOR SELECT USING (
    id = (SELECT d.handover_id FROM dossiers_dossier d WHERE d.id = lmc_job('dossiers_dossier')));
"""

FORWARD = (
    wall("dossiers_dossier", dossier("dossiers_dossier"))
    + wall("dossiers_historicaldossier", dossier("dossiers_historicaldossier"), written="true")
    + OF_JOB
)
BACKWARD = "DROP POLICY of_job ON handovers_handoverrequest;" + no_wall(
    "dossiers_dossier", "dossiers_historicaldossier"
)


class Migration(migrations.Migration):
    """Policies of every table of the app."""

    dependencies = [
        ("dossiers", "0004_job_figures"),
        ("dossiers", "0005_a_printed_ledger_stays"),
        ("handovers", "0005_row_level_security"),
    ]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
