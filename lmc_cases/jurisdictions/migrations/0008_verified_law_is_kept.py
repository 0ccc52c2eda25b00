"""What a country has verified is never altered or deleted; it can be closed, once."""

from django.db import migrations

TABLES = (
    "countryfact",
    "disclosurerule",
    "legalinstrument",
    "offence",
    "refusalground",
    "requestelement",
    "timelimit",
)
KEEP = """
CREATE FUNCTION keep_verified_law() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.verified_by_id IS NULL THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL
       AND to_jsonb(OLD) - '{valid_to,closed_at,is_replaced}'::text[]
           = to_jsonb(NEW) - '{valid_to,closed_at,is_replaced}'::text[] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a verified row of law is closed, never changed' USING ERRCODE = 'restrict_violation';
END $$;
"""
TRIGGERS = "".join(
    f"CREATE TRIGGER keeps_verified_law BEFORE UPDATE OR DELETE ON jurisdictions_{table}"
    " FOR EACH ROW EXECUTE FUNCTION keep_verified_law();\n"
    for table in TABLES
)
UNDO = "".join(f"DROP TRIGGER keeps_verified_law ON jurisdictions_{table};\n" for table in TABLES)


class Migration(migrations.Migration):
    """Needs no table of its own."""

    dependencies = [("jurisdictions", "0007_law_in_versions")]

    operations = [
        migrations.RunSQL(sql=KEEP + TRIGGERS, reverse_sql=UNDO + "DROP FUNCTION keep_verified_law();")
    ]
