"""Counts stand behind the wall of their request; what competes is seen by the country that holds the person alone."""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, handover_seen, row_seen, wall

COUNT, HISTORY = "handovers_count", "handovers_historicalcount"
SAID, DECIDED = "handovers_countassessment", "handovers_countdecision"
LINK, FIRST = "handovers_competinglink", "handovers_competingdecision"


def _written_by(side: str, table: str) -> str:
    """The country on one side of the request writes, and the other reads."""
    return (
        f"EXISTS (SELECT 1 FROM handovers_handoverrequest r WHERE r.id = {table}.handover_id"
        f" AND r.{side}_id IN {MY_COUNTRIES})"
    )


WALLS = "".join(
    [
        wall(COUNT, handover_seen(f"{COUNT}.handover_id"), written=_written_by("requesting", COUNT)),
        wall(HISTORY, handover_seen(f"{HISTORY}.handover_id"), written="true"),
        wall(
            SAID,
            handover_seen(f"{SAID}.handover_id"),
            written=f"{handover_seen(f'{SAID}.handover_id')} AND country_id IN {MY_COUNTRIES}",
        ),
        wall(DECIDED, handover_seen(f"{DECIDED}.handover_id"), written=_written_by("requested", DECIDED)),
        wall(
            LINK,
            f"country_id IN {MY_COUNTRIES} AND {handover_seen(f'{LINK}.one_handover_id')}"
            f" AND {handover_seen(f'{LINK}.other_handover_id')}",
        ),
        wall(FIRST, f"country_id IN {MY_COUNTRIES} AND {row_seen(LINK, f'{FIRST}.link_id')}"),
    ]
)
KEPT = "".join(
    f"CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION forbid_change();\n"
    f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM lmc_app;\n"
    for table in (HISTORY, SAID, DECIDED, LINK, FIRST)
)
# A count is changed and taken out while its request is a draft; from then on it stays as it was sent.
DRAFTED = f"""
CREATE FUNCTION a_count_is_changed_in_a_draft() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM handovers_handoverrequest r WHERE r.id = OLD.handover_id AND r.status = 'DRAFT') THEN
        RAISE EXCEPTION '% of % is not allowed', TG_OP, TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
ALTER FUNCTION a_count_is_changed_in_a_draft() OWNER TO lmc_definer;
REVOKE ALL ON FUNCTION a_count_is_changed_in_a_draft() FROM PUBLIC;
CREATE TRIGGER changed_in_a_draft BEFORE UPDATE OR DELETE ON {COUNT}
    FOR EACH ROW EXECUTE FUNCTION a_count_is_changed_in_a_draft();
CREATE TRIGGER keeps_its_person BEFORE UPDATE OF uuid, handover_id, subject_id, number ON {COUNT}
    FOR EACH ROW
    WHEN ((OLD.uuid, OLD.handover_id, OLD.subject_id, OLD.number)
          IS DISTINCT FROM (NEW.uuid, NEW.handover_id, NEW.subject_id, NEW.number))
    EXECUTE FUNCTION forbid_change();
REVOKE TRUNCATE ON {COUNT} FROM lmc_app;
"""


class Migration(migrations.Migration):
    """One way only, as the walls before it."""

    dependencies = [("handovers", "0021_counts")]

    operations = [migrations.RunSQL(sql=WALLS + KEPT + DRAFTED)]
