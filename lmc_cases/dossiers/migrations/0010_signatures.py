"""Signatures stand behind the wall and never change; the register of issued files answers to whole checksums only."""

import django.db.models.deletion
import lmc_cases.dossiers.signature_models
import uuid
from django.conf import settings
from django.db import migrations, models

from lmc_cases.core.row_security import MY_COUNTRIES, row_seen, wall


DOSSIER, SIGNATURE, ISSUED = "dossiers_dossier", "dossiers_dossiersignature", "dossiers_issuedfile"
SEEN = row_seen(DOSSIER, f"{SIGNATURE}.dossier_id")

KEPT = f"""
{wall(SIGNATURE, SEEN, written=f"({SEEN}) AND country_id IN {MY_COUNTRIES}")}
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {SIGNATURE}
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
REVOKE UPDATE, DELETE, TRUNCATE ON {SIGNATURE} FROM lmc_app;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE ON {ISSUED}
    FOR EACH ROW EXECUTE FUNCTION forbid_change();
REVOKE ALL ON {ISSUED} FROM lmc_app;
REVOKE ALL ON SEQUENCE {ISSUED}_id_seq FROM lmc_app;
"""

# What was issued before there was a register: known, without an event of its own.
BEFORE = f"""
INSERT INTO {ISSUED} (sha256, kind, object_uuid, facts_sha256, issued_at)
SELECT sha256, 'DOSSIER', uuid, facts_sha256, coalesce(finished_at, requested_at) FROM {DOSSIER}
 WHERE job_state = 'DONE' AND sha256 <> ''
UNION ALL
SELECT sha256, 'LEDGER', uuid, facts_sha256, coalesce(finished_at, requested_at) FROM dossiers_ledgerdocument
 WHERE job_state = 'DONE' AND sha256 <> ''
ON CONFLICT DO NOTHING;
"""

TOLD = """reference text, version integer, language text, requested text, requesting text, facts text, newest integer,
               side text, country text, signed_at timestamptz, certificate text, stamped_by text, is_given boolean"""

FUNCTIONS = f"""
CREATE FUNCTION issue_file(checksum text, what text, object uuid, facts text, event bigint, at timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
    INSERT INTO {ISSUED} (sha256, kind, object_uuid, facts_sha256, event_id, issued_at)
    VALUES (checksum, what, object, facts, event, at)
$$;

CREATE FUNCTION issued_file(checksum text)
RETURNS TABLE (kind text, facts text, issued_at timestamptz, canonical bytea, leaf_index bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT i.kind, i.facts_sha256, i.issued_at, e.canonical, l.leaf_index
      FROM {ISSUED} i
      LEFT JOIN audit_auditevent e ON e.id = i.event_id
      LEFT JOIN audit_auditleaf l ON l.event_id = i.event_id
     WHERE i.sha256 = checksum
$$;

-- One row for each signature, or one without a side where there is none.
CREATE FUNCTION dossier_told(asked bigint, checksum text) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT h.reference, d.number::integer, d.language || CASE d.beside WHEN '' THEN '' ELSE '+' || d.beside END, owner.code, asker.code, d.facts_sha256,
           (SELECT max(n.number)::integer FROM {DOSSIER} n WHERE n.handover_id = d.handover_id),
           s.side, c.code, s.signed_at, s.certificate_sha256, s.timestamp_authority, s.sha256 = checksum
      FROM {DOSSIER} d
      JOIN handovers_handoverrequest h ON h.id = d.handover_id
      JOIN jurisdictions_jurisdiction owner ON owner.id = h.requested_id
      JOIN jurisdictions_jurisdiction asker ON asker.id = h.requesting_id
      LEFT JOIN {SIGNATURE} s ON s.dossier_id = d.id
      LEFT JOIN jurisdictions_jurisdiction c ON c.id = s.country_id
     WHERE d.id = asked
     ORDER BY s.side
$$;

CREATE FUNCTION dossier_by_file(checksum text) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT told.* FROM {ISSUED} i
      JOIN {DOSSIER} d ON d.uuid = i.object_uuid
     CROSS JOIN LATERAL dossier_told(d.id, checksum) told
     WHERE i.sha256 = checksum AND i.kind IN ('DOSSIER', 'SIGNED_DOSSIER')
$$;

-- By what the cover prints; a version has the same facts in every language.
CREATE FUNCTION dossier_by_number(asked text, checksum text) RETURNS TABLE ({TOLD})
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT told.* FROM handovers_handoverrequest h
      JOIN {DOSSIER} d ON d.handover_id = h.id
     CROSS JOIN LATERAL dossier_told(d.id, checksum) told
     WHERE h.reference = asked AND d.facts_sha256 = checksum AND d.job_state = 'DONE'
     ORDER BY told.language, told.side
$$;

CREATE FUNCTION ledger_by_file(checksum text)
RETURNS TABLE (reference text, language text, entries integer, facts text, country text, certificate text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.reference, d.language, d.entries, d.facts_sha256, j.code, d.certificate_sha256
      FROM {ISSUED} i
      JOIN dossiers_ledgerdocument d ON d.uuid = i.object_uuid
      JOIN cases_case c ON c.id = d.case_id
      JOIN jurisdictions_jurisdiction j ON j.id = c.owner_id
     WHERE i.sha256 = checksum AND i.kind = 'LEDGER'
$$;
GRANT SELECT, INSERT ON {ISSUED} TO lmc_definer;
GRANT USAGE ON SEQUENCE {ISSUED}_id_seq TO lmc_definer;
GRANT SELECT ON {DOSSIER}, {SIGNATURE}, dossiers_ledgerdocument, handovers_handoverrequest, cases_case,
    jurisdictions_jurisdiction, audit_auditevent, audit_auditleaf TO lmc_definer;
"""
OPEN_TO_APP = [
    "issue_file(text, text, uuid, text, bigint, timestamptz)",
    "issued_file(text)",
    "dossier_by_file(text)",
    "dossier_by_number(text, text)",
    "ledger_by_file(text)",
]
OWNED = "".join(
    f"ALTER FUNCTION {name} OWNER TO lmc_definer;\nREVOKE ALL ON FUNCTION {name} FROM PUBLIC;\n"
    for name in [*OPEN_TO_APP, "dossier_told(bigint, text)"]
) + "".join(f"GRANT EXECUTE ON FUNCTION {name} TO lmc_app;\n" for name in OPEN_TO_APP)


class Migration(migrations.Migration):
    """One way only: what was signed stays signed."""

    dependencies = [
        ("audit", "0005_row_level_security"),
        ("dossiers", "0009_walls_of_runs"),
        ("handovers", "0024_walls_of_extensions"),
        ("jurisdictions", "0008_verified_law_is_kept"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IssuedFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("DOSSIER", "Transfer dossier"),
                            ("SIGNED_DOSSIER", "Signed transfer dossier"),
                            ("LEDGER", "Disclosure ledger"),
                            ("RECEIPT", "Receipt"),
                        ],
                        max_length=14,
                    ),
                ),
                ("object_uuid", models.UUIDField()),
                ("facts_sha256", models.CharField(max_length=64)),
                ("issued_at", models.DateTimeField()),
                (
                    "event",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="audit.auditevent",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DossierSignature",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "side",
                    models.CharField(
                        choices=[("REQUESTED", "Requested country"), ("REQUESTING", "Requesting country")],
                        max_length=10,
                    ),
                ),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("sha256_before", models.CharField(max_length=64)),
                ("file", models.FileField(upload_to=lmc_cases.dossiers.signature_models.signed_path)),
                ("sha256", models.CharField(max_length=64, unique=True, verbose_name="checksum (SHA-256)")),
                ("size_bytes", models.BigIntegerField()),
                ("certificate_sha256", models.CharField(max_length=64)),
                ("certificate_name", models.CharField(max_length=200)),
                ("timestamp_authority", models.CharField(blank=True, default="", max_length=200)),
                ("signed_at", models.DateTimeField()),
                (
                    "country",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="jurisdictions.jurisdiction",
                    ),
                ),
                (
                    "dossier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="dossiers.dossier",
                    ),
                ),
                (
                    "officer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("dossier", "side"), name="a_side_signs_a_dossier_once")
                ],
            },
        ),
        migrations.RunSQL(sql=KEPT + BEFORE + FUNCTIONS + OWNED),
    ]
