"""Crossings stand behind the second wall, whole or not at all; marks and counts are written once, by their own side."""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, handover_seen, no_wall, row_seen, wall

# The rows that name the requests stand open to both countries: the crossing's own wall must find those that close it.
CROSSING = f"""
    (sending_id IN {MY_COUNTRIES}
     OR (receiving_id IN {MY_COUNTRIES}
         AND EXISTS (SELECT 1 FROM crossings_crossingrequest r WHERE r.crossing_id = crossings_crossing.id)))
    AND NOT EXISTS (SELECT 1 FROM crossings_crossingrequest r
                     WHERE r.crossing_id = crossings_crossing.id AND NOT ({handover_seen("r.handover_id")}))
"""


def _of_crossing(table: str) -> str:
    return row_seen("crossings_crossing", f"{table}.crossing_id")


def _own(table: str) -> str:
    return f"({_of_crossing(table)}) AND country_id IN {MY_COUNTRIES}"


WALLS = "".join(
    [
        wall("crossings_crossingrequest", f"sending_id IN {MY_COUNTRIES} OR receiving_id IN {MY_COUNTRIES}"),
        wall("crossings_crossing", CROSSING),
        wall(
            "crossings_historicalcrossing",
            row_seen("crossings_crossing", "crossings_historicalcrossing.id"),
            written="true",
        ),
        wall("crossings_seat", _of_crossing("crossings_seat")),
        wall(
            "crossings_historicalseat",
            # Who was taken off is known to whoever sees the request, and to nobody by the crossing alone.
            f"({_of_crossing('crossings_historicalseat')})"
            f" AND {handover_seen('crossings_historicalseat.handover_id')}",
            written="true",
        ),
        wall("crossings_mark", _of_crossing("crossings_mark"), written=_own("crossings_mark")),
        wall("crossings_headcount", _of_crossing("crossings_headcount"), written=_own("crossings_headcount")),
    ]
)
KEPT = "".join(
    f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON crossings_{table}"
    " FOR EACH ROW EXECUTE FUNCTION forbid_change();\n"
    f"REVOKE UPDATE, DELETE, TRUNCATE ON crossings_{table} FROM lmc_app;\n"
    for table in ("mark", "headcount")
)
FREED = "".join(f"DROP TRIGGER never_changed ON crossings_{table};\n" for table in ("mark", "headcount"))
BACKWARD = FREED + no_wall(
    "crossings_headcount",
    "crossings_mark",
    "crossings_historicalseat",
    "crossings_seat",
    "crossings_historicalcrossing",
    "crossings_crossing",
    "crossings_crossingrequest",
)


class Migration(migrations.Migration):
    """Policies of every table of the app."""

    dependencies = [
        ("crossings", "0001_initial"),
        ("handovers", "0010_information_asked_at"),
    ]

    operations = [migrations.RunSQL(sql=WALLS + KEPT, reverse_sql=BACKWARD)]
