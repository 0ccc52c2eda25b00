"""Exhibits stand behind the second wall; who did not bring an exhibit changes nothing of it."""

from django.db import migrations

from lmc_cases.core.row_security import (
    MY_COUNTRIES,
    case_reaches,
    item_opened,
    no_wall,
    only_written,
    row_seen,
    wall,
)


def exhibit(table: str) -> str:
    """Return the condition of an exhibit, or of a past state: by its own level, or opened by name."""
    return f"({case_reaches(f'{table}.case_id', f'{table}.level')}) OR {item_opened(f'{table}.uuid')}"


FORWARD = "".join(
    [
        wall("evidence_evidenceitem", exhibit("evidence_evidenceitem")),
        only_written("evidence_evidenceitem", f"originator_id IN {MY_COUNTRIES}"),
        # By what the exhibit is now: a past state from before it was withheld shows no more than the present one.
        # The case's own side sees the past of what is gone, too.
        wall(
            "evidence_historicalevidenceitem",
            f"({row_seen('evidence_evidenceitem', 'evidence_historicalevidenceitem.id')}) OR {case_reaches('evidence_historicalevidenceitem.case_id', 4)}",
            written="true",
        ),
        # A recipient writes here too: its download is an event of the chain of custody.
        wall("evidence_custodyevent", row_seen("evidence_evidenceitem", "evidence_custodyevent.item_id")),
    ]
)
BACKWARD = no_wall("evidence_evidenceitem", "evidence_historicalevidenceitem", "evidence_custodyevent")


class Migration(migrations.Migration):
    """Policies of every table of the app."""

    dependencies = [
        ("evidence", "0005_contributed_to"),
        ("cases", "0006_row_level_security"),
    ]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
