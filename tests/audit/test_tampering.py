"""Whoever rules the database leaves a trace: the check on the server finds it, and so does a country's own copy.

Every attack is made as PostgreSQL's superuser with triggers off. ``careful`` attackers also rewrite leaves, nodes and
seals so that the database agrees with itself; they cannot sign.
"""

from __future__ import annotations

import io
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from lmc_cases.audit import notes
from lmc_cases.audit.models import AuditCheckpoint, AuditLeaf
from lmc_cases.audit.services import sealing
from lmc_cases.audit.services.checkpoints import bundle_of
from tests.audit.abroad import offline, vkey
from tests.factories import officer, open_case

# Another worker's open transaction delays sealing: transaction ids are the cluster's.
pytestmark = [pytest.mark.alone, pytest.mark.django_db(transaction=True, databases=["default", "owner"])]
Superuser = Callable[..., list[tuple[Any, ...]]]

# Make the log that is left agree with itself, as PostgreSQL's own functions compute it.
REBUILD = (
    "CREATE TEMP TABLE kept AS SELECT l.event_id, e.leaf_hash FROM audit_auditleaf l"
    " JOIN audit_auditevent e ON e.id = l.event_id ORDER BY l.leaf_index",
    "DELETE FROM audit_auditleaf",
    "DELETE FROM audit_auditnode",
    "INSERT INTO audit_auditleaf (leaf_index, event_id, leaf_hash)"
    " SELECT row_number() OVER () - 1, event_id, leaf_hash FROM kept",
    "DELETE FROM audit_auditseal WHERE tree_size < (SELECT max(tree_size) FROM audit_auditseal)",
    "UPDATE audit_auditseal SET first_index = 0, tree_size = n.size, root = audit_grow(0, n.size)"
    " FROM (SELECT count(*) AS size FROM audit_auditleaf) n",
)


def rebuild(superuser: Superuser) -> None:
    superuser("; ".join(REBUILD))


def checked(*against: Path) -> str:
    """Return what ``manage.py audit verify`` says; it must refuse."""
    out = io.StringIO()
    with pytest.raises(CommandError, match="does not hold"):
        call_command("audit", "verify", *(f"--against={path}" for path in against), stdout=out, stderr=out)
    return out.getvalue()


def fetched(path: Path, country: str = "CN") -> Path:
    """A country fetches the newest checkpoint."""
    call_command("audit", "checkpoint", "--country", country, "--out", str(path), stdout=io.StringIO())
    return path


@pytest.fixture
def kept(log: None, tmp_path: Path) -> Path:
    """What China keeps: a checkpoint of some time ago. The log has grown since."""
    path = fetched(tmp_path / "kept.json")
    open_case(officer("TH"), "After China fetched its checkpoint")
    sealing.seal_now()
    return path


def test_an_untouched_log_holds_here_and_abroad(kept: Path, tmp_path: Path) -> None:
    out = io.StringIO()
    call_command("audit", "verify", f"--against={kept}", stdout=out)
    assert "The audit record holds." in out.getvalue()
    new = fetched(tmp_path / "new.json")
    assert offline("checkpoint", new, "--key", vkey())[0] == 0
    code, said = offline("consistency", kept, new, "--key", vkey())
    assert code == 0, said


def test_a_deleted_event_is_found(kept: Path, superuser: Superuser, tmp_path: Path) -> None:
    event = AuditLeaf.objects.get(leaf_index=2).event_id
    superuser("DELETE FROM audit_auditreason WHERE event_id = %s", event)
    superuser("DELETE FROM audit_auditevent WHERE id = %s", event)
    assert "deleted: leaf 2" in checked()
    rebuild(superuser)
    superuser("DELETE FROM audit_auditcheckpoint")
    new = fetched(tmp_path / "new.json")
    assert "rewritten" in checked(kept)
    code, said = offline("consistency", kept, new, "--key", vkey())
    assert code == 1
    assert "FAULT" in said


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'case.viewed'",
        "occurred_at = occurred_at + interval '1 second'",
        "actor_id = NULL",
        "codes = '{\"changed\": 1}'",
        "reference = 'TH-0000-0000'",
        "address = '192.0.2.1'",
        "canonical = convert_to('{}', 'UTF8')",
        "codes = '{\"share\": 0.5}'",
    ],
)
def test_an_altered_column_is_found(kept: Path, superuser: Superuser, change: str) -> None:
    superuser(
        f"UPDATE audit_auditevent SET {change} WHERE id = "
        "(SELECT event_id FROM audit_auditleaf WHERE leaf_index = 2)"
    )
    assert "altered: leaf 2" in checked()


def test_an_altered_event_with_a_rebuilt_log_is_found_by_signatures_and_abroad(
    kept: Path, superuser: Superuser, tmp_path: Path
) -> None:
    superuser(
        "UPDATE audit_auditevent SET verb = 'case.viewed', canonical = convert_to(replace(convert_from(canonical,"
        " 'UTF8'), 'case.opened', 'case.viewed'), 'UTF8') WHERE verb = 'case.opened'"
    )
    rebuild(superuser)
    said = checked(kept)
    assert "altered" not in said, "the rows agree with the rebuilt leaves"
    assert "rewritten: the first" in said
    superuser("DELETE FROM audit_auditcheckpoint")
    fetched(tmp_path / "new.json")
    size = json.loads(kept.read_text())["checkpoint"].splitlines()[1]
    newest = AuditCheckpoint.objects.order_by("-tree_size")[0]
    new = tmp_path / "asked-for.json"
    new.write_text(json.dumps(bundle_of(newest, [int(size)])))
    assert offline("checkpoint", new, "--key", vkey())[0] == 0, "the server signs what it has"
    assert "rewritten" in checked(), "nor does the sealer write over what is kept beside the database"
    code, abroad = offline("consistency", kept, new, "--key", vkey())
    assert code == 1
    assert "are not those of the older checkpoint" in abroad


def test_reordered_events_are_found(kept: Path, superuser: Superuser, tmp_path: Path) -> None:
    superuser(
        "UPDATE audit_auditleaf l SET event_id = o.event_id, leaf_hash = o.leaf_hash FROM"
        " (SELECT 3 - leaf_index AS at, -event_id AS event_id, leaf_hash FROM audit_auditleaf"
        " WHERE leaf_index IN (1, 2)) o WHERE l.leaf_index = o.at;"
        "UPDATE audit_auditleaf SET event_id = -event_id WHERE event_id < 0"
    )
    said = checked()
    assert "wrong seal" in said
    assert "rewritten" in said
    rebuild(superuser)
    superuser("DELETE FROM audit_auditcheckpoint")
    new = fetched(tmp_path / "new.json")
    assert "rewritten" in checked(kept)
    assert offline("consistency", kept, new, "--key", vkey())[0] == 1


def test_a_cut_tail_is_found_though_all_its_seals_went_with_it(
    kept: Path, superuser: Superuser, anchor: Path, tmp_path: Path
) -> None:
    newest = fetched(tmp_path / "newest.json")
    size = AuditCheckpoint.objects.order_by("tree_size").first().tree_size  # type: ignore[union-attr]
    superuser(
        "DELETE FROM audit_auditreason WHERE event_id IN (SELECT id FROM audit_auditevent e WHERE NOT EXISTS"
        " (SELECT FROM audit_auditleaf l WHERE l.event_id = e.id AND l.leaf_index < %s))",
        size,
    )
    superuser(
        "DELETE FROM audit_auditevent e WHERE NOT EXISTS"
        " (SELECT FROM audit_auditleaf l WHERE l.event_id = e.id AND l.leaf_index < %s)",
        size,
    )
    superuser("DELETE FROM audit_auditleaf WHERE leaf_index >= %s", size)
    superuser("DELETE FROM audit_auditseal WHERE tree_size > %s", size)
    superuser("DELETE FROM audit_checkpointdelivery")
    superuser("DELETE FROM audit_auditcheckpoint WHERE tree_size > %s", size)
    assert "cut: a signed checkpoint names" in checked(), "the checkpoint beside the database"
    anchor.unlink()
    assert "cut: a signed checkpoint names" in checked(newest), "the checkpoint of a country"
    shorter = tmp_path / "shorter.txt"
    shorter.write_text(AuditCheckpoint.objects.get(tree_size=size).note)
    code, said = offline("consistency", newest, shorter, "--key", vkey())
    assert code == 1
    assert "the tail is cut" in said


def test_an_unsealed_event_that_vanishes_before_the_last_seal_is_found(
    kept: Path, superuser: Superuser
) -> None:
    """Leaf and event are not torn apart unseen: an event that lies before the mark must have its leaf."""
    superuser("DELETE FROM audit_auditleaf WHERE leaf_index = 1")
    said = checked()
    assert "missing leaf: no leaf 1" in said
    assert "unsealed: event" in said


def test_a_forged_checkpoint_is_found(kept: Path, superuser: Superuser, tmp_path: Path) -> None:
    newest = AuditCheckpoint.objects.order_by("-tree_size")[0]
    genuine = notes.open_note(newest.note, sealing.trusted_keys())
    stranger = notes.SigningKey.from_secret(genuine.name, secrets.token_urlsafe(32))
    forged = genuine.signed([stranger])
    file = tmp_path / "forged.txt"
    file.write_text(forged)
    code, said = offline("checkpoint", file, "--key", vkey())
    assert code == 1
    assert "not signed with this key" in said
    superuser("UPDATE audit_auditcheckpoint SET note = %s WHERE tree_size = %s", forged, newest.tree_size)
    assert "forged: checkpoint" in checked()
    changed = newest.note.replace(f"\n{newest.tree_size}\n", f"\n{newest.tree_size - 1}\n")
    file.write_text(changed)
    assert offline("checkpoint", file, "--key", vkey())[0] == 1


def test_a_swapped_note_of_another_size_is_found(kept: Path, superuser: Superuser) -> None:
    superuser(
        "UPDATE audit_auditcheckpoint SET note = (SELECT note FROM audit_auditcheckpoint ORDER BY tree_size LIMIT 1)"
    )
    assert "the row does not say what was signed" in checked()


def test_a_changed_node_is_found(log: None, superuser: Superuser, superuser_url: str) -> None:
    from tests.audit.abroad import many

    many(600, superuser_url)
    sealing.seal_now()
    superuser("UPDATE audit_auditnode SET hash = sha256('x') WHERE level = 8 AND position = 1")
    assert "wrong node: level 8, position 1" in checked()


def test_changed_words_of_a_reason_are_found(kept: Path, superuser: Superuser) -> None:
    from tests.factories import share

    thai = officer("TH")
    share(thai, open_case(thai), "CN")
    sealing.seal_now()
    superuser("UPDATE audit_auditreason SET text = 'other words'")
    assert "altered: the reason of event" in checked()


def test_an_event_that_was_slipped_in_is_found(kept: Path, superuser: Superuser) -> None:
    superuser(
        "INSERT INTO audit_auditevent (uuid, occurred_at, request_id, channel, address_salt, operation, verb,"
        " object_type, reference, reason_code, reason_commitment, outcome, codes, canonical, xid)"
        " SELECT gen_random_uuid(), occurred_at, request_id, channel, '', operation, verb, '', '', '', '', outcome,"
        " codes, canonical, '3'::xid8 FROM audit_auditevent LIMIT 1"
    )
    assert "unsealed: event" in checked()


def test_a_retired_key_still_verifies_and_two_keys_sign_side_by_side(
    kept: Path, settings: Any, tmp_path: Path
) -> None:
    old_key, secret = vkey(), settings.AUDIT_SIGNING_KEYS[0]
    settings.AUDIT_SIGNING_KEYS = [secrets.token_urlsafe(32), secret]
    open_case(officer("TH"), "While both keys sign")
    sealing.seal_now()
    both = fetched(tmp_path / "both.json")
    new_key = vkey()
    assert offline("consistency", kept, both, "--key", old_key)[0] == 0
    assert offline("checkpoint", both, "--key", new_key)[0] == 0
    settings.AUDIT_SIGNING_KEYS = settings.AUDIT_SIGNING_KEYS[:1]
    settings.AUDIT_RETIRED_KEYS = [old_key]
    open_case(officer("TH"), "With the new key alone")
    sealing.seal_now()
    call_command("audit", "verify", f"--against={kept}", stdout=io.StringIO())
    assert offline("checkpoint", fetched(tmp_path / "new.json"), "--key", old_key)[0] == 1


def test_a_file_that_is_none_is_no_verdict(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps({"nothing": 1}))
    assert offline("checkpoint", broken, "--key", vkey())[0] == 2
    assert offline("checkpoint", tmp_path / "missing", "--key", vkey())[0] == 2
    assert offline("checkpoint", broken, "--key", "no+key+at-all")[0] == 2
