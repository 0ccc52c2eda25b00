"""Proposals stand behind the wall: read by the parties, written by their country; what was proposed never changes."""

from django.db import migrations

from lmc_cases.core.row_security import MY_COUNTRIES, wall

TABLE, HISTORY = "law_lawproposal", "law_historicallawproposal"


def _wall(table: str) -> str:
    return wall(
        table,
        f"{table}.country_id IN {MY_COUNTRIES} OR {table}.concerned && ARRAY{MY_COUNTRIES}",
        written=f"{table}.country_id IN {MY_COUNTRIES}",
    )


KEPT = f"""
CREATE TRIGGER never_deleted BEFORE DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION forbid_change();
CREATE TRIGGER decided_once BEFORE UPDATE ON {TABLE} FOR EACH ROW
    WHEN (OLD.state <> 'WAITING'
          OR (OLD.uuid, OLD.country_id, OLD.concerned, OLD.kind, OLD.act, OLD.line, OLD.based_on, OLD.instrument_line,
              OLD.cells, OLD.valid_from, OLD.last_day, OLD.reason, OLD.proposed_by_id, OLD.proposed_at)
          IS DISTINCT FROM
             (NEW.uuid, NEW.country_id, NEW.concerned, NEW.kind, NEW.act, NEW.line, NEW.based_on, NEW.instrument_line,
              NEW.cells, NEW.valid_from, NEW.last_day, NEW.reason, NEW.proposed_by_id, NEW.proposed_at))
    EXECUTE FUNCTION forbid_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {HISTORY}
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
REVOKE DELETE, TRUNCATE ON {TABLE} FROM lmc_app;
REVOKE UPDATE, DELETE, TRUNCATE ON {HISTORY} FROM lmc_app;
"""


class Migration(migrations.Migration):
    """One way only, as the walls before it."""

    dependencies = [("law", "0001_proposals"), ("cases", "0002_visibility_triggers")]

    operations = [migrations.RunSQL(sql=_wall(TABLE) + _wall(HISTORY) + KEPT)]
