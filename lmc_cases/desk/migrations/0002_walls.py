"""What a side writes on its desk is its own; what it returned or wants translated is also read by who composes.

Remarks, translations asked for and copies are only appended.
"""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, handover_seen, no_wall, row_seen, wall

REVIEW, PAST = "desk_dossierreview", "desk_historicaldossierreview"
ASKED, COMMENT, COPY = "desk_translationasked", "desk_dossiercomment", "desk_dossiercopy"


def own(table: str) -> str:
    """Return the condition that a row belongs to the viewer's country, on a request that is seen."""
    return f"{handover_seen(f'{table}.handover_id')} AND {table}.country_id IN {MY_COUNTRIES}"


def composed(table: str) -> str:
    """Return the condition that the viewer's country composes the dossier of the row's request, which is seen."""
    return (
        f"{handover_seen(f'{table}.handover_id')} AND EXISTS (SELECT 1 FROM handovers_handoverrequest r"
        f" WHERE r.id = {table}.handover_id AND r.requested_id IN {MY_COUNTRIES})"
    )


WALLS = (
    wall(
        REVIEW,
        f"({own(REVIEW)}) OR ({REVIEW}.state = 'RETURNED' AND {composed(REVIEW)})",
        written=own(REVIEW),
    )
    + wall(PAST, row_seen(REVIEW, f"{PAST}.id"), written="true")
    + wall(ASKED, f"({own(ASKED)}) OR ({composed(ASKED)})", written=own(ASKED))
    + wall(COMMENT, own(COMMENT))
    + wall(COPY, own(COPY))
)
KEPT = "".join(
    f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION forbid_change();\n"
    f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM lmc_app;\n"
    for table in (ASKED, COMMENT, COPY)
)


class Migration(migrations.Migration):
    """Policies, and what is never changed."""

    dependencies = [("desk", "0001_initial"), ("handovers", "0024_walls_of_extensions")]

    operations = [
        migrations.RunSQL(sql=WALLS + KEPT, reverse_sql=no_wall(COPY, COMMENT, ASKED, PAST, REVIEW))
    ]
