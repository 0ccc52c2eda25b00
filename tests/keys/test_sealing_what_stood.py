"""A database from before: the numbers that stood in the clear are sealed by the migration, and the column goes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg

from tests.harness.cluster import Cluster

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "lmc_before_sealing"
# One Thai case with a person, one document that stands and one past state, as the tables were.
BEFORE = """
INSERT INTO jurisdictions_audience (kind) VALUES ('COUNTRY');
INSERT INTO jurisdictions_jurisdiction (uuid, audience_id, code, name_en, official_name_en, name_local, is_lmc_member,
    languages, time_zone, calendar, calendar_offset_years, currency, calling_code, central_authority_mla,
    central_authority_extradition, police_agency, fiu, national_id_name, national_id_regex, national_id_checksum,
    passport_number_format, name_order, death_penalty, minimum_age_criminal_responsibility, notes, source, confidence)
SELECT gen_random_uuid(), id, 'TH', 'Thailand', '', '', true, 'th', 'Asia/Bangkok', 'buddhist', 543, 'THB', '', '', '',
    '', '', '', '', '', '', '', '', '', '', '', '' FROM jurisdictions_audience;
INSERT INTO jurisdictions_audience (kind) VALUES ('AGENCY');
INSERT INTO jurisdictions_agency (uuid, jurisdiction_id, audience_id, code, name, kind, is_demo, source, confidence)
SELECT gen_random_uuid(), j.id, (SELECT max(id) FROM jurisdictions_audience), 'TH-OLD', 'x', 'POLICE', true, '', ''
  FROM jurisdictions_jurisdiction j WHERE code = 'TH';
INSERT INTO cases_case (uuid, owner_id, agency_id, reference, status, classification, is_restricted, version)
SELECT gen_random_uuid(), a.jurisdiction_id, a.id, 'TH-OLD-1', 'OPEN', 'RESTRICTED', false, 1
  FROM jurisdictions_agency a WHERE code = 'TH-OLD';
INSERT INTO suspects_suspect (uuid, case_id, number, name_original, name_language, name_romanised, aliases, sex,
    birth_date_text, birth_calendar, birth_precision, birth_is_approximate, birth_notes, nationality, role, category,
    remarks, photo_sha256, import_fingerprint, version)
SELECT gen_random_uuid(), id, 1, 'x', '', '', '{}', 'UNKNOWN', '', '', 'UNKNOWN', false, '{}', '', 'UNKNOWN',
    'SUSPECT', '', '', '', 1 FROM cases_case;
INSERT INTO suspects_historicalsuspect (id, uuid, case_id, number, name_original, name_language, name_romanised,
    aliases, sex, birth_date_text, birth_calendar, birth_precision, birth_is_approximate, birth_notes, nationality,
    role, category, remarks, photo_sha256, import_fingerprint, version, history_date, history_type)
SELECT id, uuid, case_id, number, name_original, name_language, name_romanised, aliases, sex, birth_date_text,
    birth_calendar, birth_precision, birth_is_approximate, birth_notes, nationality, role, category, remarks,
    photo_sha256, import_fingerprint, version, now(), '+' FROM suspects_suspect;
INSERT INTO suspects_identitydocument (uuid, suspect_id, kind, number, number_blind, issuing_country, status)
SELECT gen_random_uuid(), id, 'PASSPORT', 'OLD-1234567', 'blind', '', 'GENUINE' FROM suspects_suspect;
INSERT INTO suspects_historicalidentitydocument (id, uuid, suspect_id, kind, number, number_blind, issuing_country,
    status, history_date, history_type)
SELECT id, uuid, suspect_id, kind, 'OLD-7654321', 'blind', '', status, now(), '+' FROM suspects_identitydocument;
INSERT INTO cases_searchentry (case_id, level, kind, object_uuid, body, audience_ids)
SELECT case_id, 3, 'SUSPECT', uuid, 'old name #0123456789abcdef0123', '{}' FROM suspects_suspect;
"""
# Only the columns of that day: what was added to the tables since is not there yet.
OPENED = """
import django
django.setup()
from lmc_cases.keys.marks import marks_everywhere
from lmc_cases.cases.models import NumberMark
from lmc_cases.core.viewer import viewing_as
from lmc_cases.jurisdictions.models import Jurisdiction
from lmc_cases.suspects.models import IdentityDocument, Suspect
audience = Jurisdiction.objects.values_list("audience_id", flat=True).get(code="TH")
with viewing_as(None, [audience]):
    columns = ("uuid", "number_sealed")
    person = Suspect(**Suspect.objects.values("uuid").get())
    document = IdentityDocument(suspect=person, **IdentityDocument.objects.values(*columns).get())
    past = IdentityDocument(suspect=person, **IdentityDocument.history.values(*columns).get())
    found = NumberMark.objects.filter(mark__in=marks_everywhere("old 123 4567")).count()
    print(document.number, past.number, found)
"""


def test_numbers_from_before_are_sealed_marked_and_gone_from_the_search_text(
    cluster: Cluster, tmp_path: Path
) -> None:
    cluster.make_empty(DATABASE)
    env = {**os.environ, **cluster.environment(DATABASE, 29), "LMC_KEY_DIR": str(tmp_path / "keys")}

    def manage(*arguments: str) -> str:
        argv = [sys.executable, *arguments]
        done = subprocess.run(argv, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    migrate = ("manage.py", "migrate", "--database", "owner", "--verbosity", "0", "--skip-checks")
    # Only forwards: what opens and seals cannot be taken back without giving up what it protects.
    manage(*migrate, "cases", "0003")
    manage(*migrate, "suspects", "0001")
    with psycopg.connect(cluster.postgres.url("postgres", DATABASE), autocommit=True) as superuser:
        superuser.execute(BEFORE)
        manage(*migrate, "suspects", "0002_sealed_numbers")
        assert manage("-c", OPENED).split() == ["OLD-1234567", "OLD-7654321", "1"]
        columns = superuser.execute(
            "SELECT count(*) FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name IN ('number_blind')"
        ).fetchone()
        assert columns == (0,)
        assert superuser.execute("SELECT body FROM cases_searchentry").fetchone() == ("old name",)
        dump = "\n".join(
            row[0]
            for table in ("suspects_identitydocument", "suspects_historicalidentitydocument")
            for row in superuser.execute(f"SELECT t::text FROM {table} t").fetchall()
        )
    assert "1234567" not in dump
    assert "7654321" not in dump
