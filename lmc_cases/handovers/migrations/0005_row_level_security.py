"""Requests stand behind the second wall: open to both sides' audiences, whatever became of the share."""

from django.db import migrations

from lmc_cases.core.row_security import MINE, MY_COUNTRIES, VIEWER, handover_seen, no_wall, wall

# The row is read back before its visibility exists: by the officer who has just drafted it.
SEEN = (
    f"({handover_seen('handovers_handoverrequest.id')})"
    f" OR (created_by_id = {VIEWER} AND requesting_id IN {MY_COUNTRIES} AND submitted_at IS NULL)"
)
PAST = handover_seen("handovers_historicalhandoverrequest.id")

FORWARD = "".join(
    [
        wall("handovers_handovervisibility", f"audience_id = ANY {MINE} AND until > now()"),
        wall("handovers_handoverrequest", SEEN),
        wall("handovers_historicalhandoverrequest", PAST, written="true"),
        wall("handovers_handoversubject", handover_seen("handovers_handoversubject.handover_id")),
        wall(
            "handovers_historicalhandoversubject",
            handover_seen("handovers_historicalhandoversubject.handover_id"),
            written="true",
        ),
    ]
)
BACKWARD = no_wall(
    "handovers_handovervisibility",
    "handovers_handoverrequest",
    "handovers_historicalhandoverrequest",
    "handovers_handoversubject",
    "handovers_historicalhandoversubject",
)


class Migration(migrations.Migration):
    """Policies of every table of the app."""

    dependencies = [
        ("handovers", "0004_visibility_by_share_and_named_officers"),
        ("cases", "0006_row_level_security"),
    ]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
