"""What a printed ledger says never changes; once it is signed, neither does its file."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER a_printed_ledger_keeps_its_facts BEFORE UPDATE OF case_id, language, facts, facts_sha256
    ON dossiers_ledgerdocument FOR EACH ROW
    WHEN ((OLD.case_id, OLD.language, OLD.facts, OLD.facts_sha256)
          IS DISTINCT FROM (NEW.case_id, NEW.language, NEW.facts, NEW.facts_sha256))
    EXECUTE FUNCTION forbid_change();
CREATE TRIGGER a_signed_ledger_keeps_its_file BEFORE UPDATE
    ON dossiers_ledgerdocument FOR EACH ROW
    WHEN (OLD.job_state = 'DONE'
          AND (OLD.job_state, OLD.file, OLD.sha256, OLD.pages, OLD.size_bytes, OLD.certificate_sha256)
              IS DISTINCT FROM
              (NEW.job_state, NEW.file, NEW.sha256, NEW.pages, NEW.size_bytes, NEW.certificate_sha256))
    EXECUTE FUNCTION forbid_change();
"""

BACKWARD = """
DROP TRIGGER a_signed_ledger_keeps_its_file ON dossiers_ledgerdocument;
DROP TRIGGER a_printed_ledger_keeps_its_facts ON dossiers_ledgerdocument;
"""


class Migration(migrations.Migration):
    """Triggers of printed ledgers."""

    dependencies = [("dossiers", "0004_printed_ledgers"), ("cases", "0002_visibility_triggers")]

    operations = [migrations.RunSQL(sql=FORWARD, reverse_sql=BACKWARD)]
