"""What a dossier says never changes; once it is rendered, neither does its file."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER a_dossier_keeps_its_facts BEFORE UPDATE OF handover_id, language, number, facts, facts_sha256
    ON dossiers_dossier FOR EACH ROW
    WHEN ((OLD.handover_id, OLD.language, OLD.number, OLD.facts, OLD.facts_sha256)
          IS DISTINCT FROM (NEW.handover_id, NEW.language, NEW.number, NEW.facts, NEW.facts_sha256))
    EXECUTE FUNCTION forbid_change();
CREATE TRIGGER a_rendered_dossier_keeps_its_file BEFORE UPDATE
    ON dossiers_dossier FOR EACH ROW
    WHEN (OLD.job_state = 'DONE'
          AND (OLD.job_state, OLD.file, OLD.sha256, OLD.pages, OLD.size_bytes, OLD.engine)
              IS DISTINCT FROM (NEW.job_state, NEW.file, NEW.sha256, NEW.pages, NEW.size_bytes, NEW.engine))
    EXECUTE FUNCTION forbid_change();
"""

BACKWARD = """
DROP TRIGGER a_rendered_dossier_keeps_its_file ON dossiers_dossier;
DROP TRIGGER a_dossier_keeps_its_facts ON dossiers_dossier;
"""


class Migration(migrations.Migration):
    """Triggers of dossiers."""

    dependencies = [("dossiers", "0002_initial"), ("cases", "0002_visibility_triggers")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
