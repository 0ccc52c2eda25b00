"""What a phone takes and sends: who may, what is told, what is recorded, what is sealed."""

from __future__ import annotations

import base64
import json
import os
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lmc_cases.accounts.models import SignedInSession, User
from lmc_cases.accounts.services import sessions
from lmc_cases.audit.models import AuditEvent, AuditReason
from lmc_cases.cases.models import Disclosure
from lmc_cases.crossings import border
from lmc_cases.crossings.models import BorderPack, Crossing, HeadCount, Mark
from lmc_cases.jurisdictions.access import acting_as
from tests.crossings.border_samples import at_border, keep_photos, seats_of
from tests.factories import officer, say_why
from tests.handovers.samples import World, world
from tests.harness.shared_worlds import once_per_module

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_factor(settings: Any) -> None:
    settings.SECOND_FACTOR_COMPULSORY = False


def build() -> tuple[World, Crossing]:
    made = world(evidence=1)
    say_why(made.chinese, made.case)
    keep_photos(made)
    return made, at_border(made)


built, at_the_border = once_per_module(build)


@pytest.fixture
def w(at_the_border: tuple[World, Crossing]) -> World:
    return at_the_border[0]


@pytest.fixture
def crossing(at_the_border: tuple[World, Crossing]) -> Crossing:
    return at_the_border[1]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, crossing: Crossing) -> str:
    return reverse(f"crossings:{name}", args=[crossing.uuid])


def taken(client: Client, crossing: Crossing) -> dict[str, Any]:
    answer = client.post(url("border_pack", crossing), content_type="application/json")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def sealed(pack: dict[str, Any], item: dict[str, Any]) -> str:
    """Seal as the phone does."""
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), base64.b64decode(pack["public_key"])
    )
    bound = f"lmc border {pack['uuid']} ".encode()
    once = HKDF(algorithm=SHA256(), length=32, salt=point, info=bound + b"envelope").derive(
        key.exchange(ec.ECDH(), theirs)
    )
    nonce = os.urandom(12)
    closed = AESGCM(once).encrypt(nonce, json.dumps(item).encode(), bound + item["uuid"].encode())
    return base64.b64encode(b"\x01" + point + nonce + closed).decode()


def mark(seat: UUID, outcome: str = "PRESENT", **changes: Any) -> dict[str, Any]:
    return {
        "kind": "mark",
        "uuid": str(uuid4()),
        "seat": str(seat),
        "outcome": outcome,
        "reason": "" if outcome == "PRESENT" else "fever (invented)",
        "photo": "",
        "is_choice": False,
        "marked_at": timezone.now().isoformat(),
        "based_on": None,
        **changes,
    }


def sent(client: Client, crossing: Crossing, pack: dict[str, Any], *items: dict[str, Any]) -> dict[str, Any]:
    body = {
        "pack": pack["uuid"],
        "items": [{"uuid": item["uuid"], "envelope": sealed(pack, item)} for item in items],
    }
    answer = client.post(url("border_marks", crossing), body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


# --- taking ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("side", ["thai", "chinese"])
def test_both_sides_take_the_persons_and_it_is_a_disclosure_to_a_device(
    w: World, crossing: Crossing, side: str
) -> None:
    user = getattr(w, side)
    given = taken(signed_in(user), crossing)
    assert [person["number"] for person in given["people"]] == [1, 2, 3]
    assert given["people"][0]["name"] == "王样例"
    assert base64.b64decode(given["people"][0]["photo"])[:2] == b"\xff\xd8"
    with acting_as(user):
        pack = BorderPack.objects.visible_to(user).get(uuid=given["pack"]["uuid"])
        event = AuditEvent.objects.get(verb="crossing.taken_offline")
    assert pack.persons == 3
    assert event.actor_id == user.pk
    assert event.codes["persons"] == 3
    assert event.codes["until"] == pack.expires_at.isoformat() == given["pack"]["expires_at"]
    assert "王样例" not in json.dumps(event.codes)
    if side == "chinese":
        with acting_as(user):
            assert Disclosure.objects.filter(path=Disclosure.Path.EXPORT).exists()


def test_the_private_half_is_sealed(w: World, crossing: Crossing) -> None:
    given = taken(signed_in(w.thai), crossing)
    with acting_as(w.thai):
        row = BorderPack.objects.visible_to(w.thai).get(uuid=given["pack"]["uuid"])
    assert b"BEGIN" not in bytes(row.private_key)
    assert bytes(row.private_key)[:1] == b"\x01"


def test_taking_asks_for_the_second_factor_again(settings: Any, w: World, crossing: Crossing) -> None:
    settings.SECOND_FACTOR_COMPULSORY = True
    client = signed_in(w.thai)
    # The officer holds none: the whole site leads to its set-up, this answer included.
    assert client.post(url("border_pack", crossing), content_type="application/json").status_code == 302
    with acting_as(w.thai):
        assert not BorderPack.objects.exists()


def test_an_old_second_factor_is_not_enough(
    monkeypatch: pytest.MonkeyPatch, w: World, crossing: Crossing
) -> None:
    monkeypatch.setattr("lmc_cases.accounts.step_up.is_fresh", lambda request: False)
    answer = signed_in(w.thai).post(url("border_pack", crossing), content_type="application/json")
    assert answer.status_code == 403
    assert answer.json()["type"].endswith("step-up")
    assert signed_in(w.thai).get(url("border", crossing)).status_code == 302


@pytest.mark.parametrize("status", ["DONE", "CANCELLED"])
def test_nothing_is_taken_of_what_is_over(w: World, crossing: Crossing, status: str) -> None:
    with acting_as(w.thai):
        Crossing.objects.filter(pk=crossing.pk).update(status=status)
    answer = signed_in(w.thai).post(url("border_pack", crossing), content_type="application/json")
    assert answer.status_code == 409


@pytest.mark.parametrize("name", ["border", "border_pack", "border_marks"])
@pytest.mark.parametrize("who", ["viet", "reader", "auditor"])
def test_foreign_missing_and_only_to_be_read_look_alike(
    w: World, crossing: Crossing, name: str, who: str
) -> None:
    users = {"viet": w.viet, "auditor": officer("TH", "auditor"), "reader": officer("TH", "prosecutor")}
    client = signed_in(users[who])
    call = client.get if name == "border" else client.post
    there = call(url(name, crossing), content_type="application/json")
    missing = call(reverse(f"crossings:{name}", args=[uuid4()]), content_type="application/json")
    assert (there.status_code, missing.status_code) == (404, 404)


# --- sending --------------------------------------------------------------------------------------
def test_what_is_sent_twice_is_one_mark(w: World, crossing: Crossing) -> None:
    client, seat = signed_in(w.thai), seats_of(w, crossing)[0]
    pack = taken(client, crossing)["pack"]
    item = mark(seat)
    first, second = sent(client, crossing, pack, item), sent(client, crossing, pack, item)
    assert first["items"] == second["items"] == [{"uuid": item["uuid"], "kept": True, "detail": ""}]
    assert second["state"]["seats"][str(seat)]["own"]["outcome"] == "PRESENT"
    with acting_as(w.thai):
        assert Mark.objects.count() == 1


def test_two_phones_that_differ_are_a_conflict_until_a_person_chooses(w: World, crossing: Crossing) -> None:
    client, seat = signed_in(w.thai), seats_of(w, crossing)[0]
    one, two = taken(client, crossing)["pack"], taken(client, crossing)["pack"]
    first, other = mark(seat), mark(seat, "UNFIT")
    sent(client, crossing, one, first)
    own = sent(client, crossing, two, other)["state"]["seats"][str(seat)]["own"]
    assert own["conflict"]
    assert [each["outcome"] for each in own["contending"]] == ["PRESENT", "UNFIT"]
    choice = mark(seat, "PRESENT", is_choice=True, based_on=other["uuid"])
    own = sent(client, crossing, one, choice)["state"]["seats"][str(seat)]["own"]
    assert (own["conflict"], own["outcome"]) == (False, "PRESENT")
    with acting_as(w.thai):
        assert Mark.objects.count() == 3


def test_the_other_side_sees_the_outcome_and_no_officer(w: World, crossing: Crossing) -> None:
    seat = seats_of(w, crossing)[0]
    thai, chinese = signed_in(w.thai), signed_in(w.chinese)
    sent(thai, crossing, taken(thai, crossing)["pack"], mark(seat, "ABSENT"))
    other = taken(chinese, crossing)["state"]["seats"][str(seat)]["other"]
    assert (other["outcome"], other["by"]) == ("ABSENT", "")


def test_one_refused_item_leaves_the_others_whole(w: World, crossing: Crossing) -> None:
    client = signed_in(w.thai)
    seats = seats_of(w, crossing)
    pack = taken(client, crossing)["pack"]
    bad = [
        mark(seats[1], "ABSENT", reason=" "),
        mark(uuid4()),
        mark(seats[0], marked_at="never"),
        mark(seats[1], "LOST"),
    ]
    good = mark(seats[2])
    answer = sent(client, crossing, pack, *bad, good)
    assert [item["kept"] for item in answer["items"]] == [False, False, False, False, True]
    assert all(item["detail"] for item in answer["items"][:-1])


def test_a_photograph_is_drawn_anew(w: World, crossing: Crossing) -> None:
    from tests.handovers.samples import jpeg

    client, seat = signed_in(w.thai), seats_of(w, crossing)[0]
    pack = taken(client, crossing)["pack"]
    broken = mark(seat, photo=base64.b64encode(b"no picture").decode())
    good = mark(seat, photo=base64.b64encode(jpeg() + b"behind").decode())
    answer = sent(client, crossing, pack, broken, good)
    assert [item["kept"] for item in answer["items"]] == [False, True]
    with acting_as(w.thai), Mark.objects.get().photo.open() as file:
        assert b"behind" not in file.read()


def test_counts_of_both_sides_that_agree_with_the_marks(w: World, crossing: Crossing) -> None:
    clients = [signed_in(w.thai), signed_in(w.chinese)]
    seats = seats_of(w, crossing)
    for client in clients:
        pack = taken(client, crossing)["pack"]
        count = {
            "kind": "count",
            "uuid": str(uuid4()),
            "persons": 2,
            "counted_at": timezone.now().isoformat(),
        }
        items = [mark(seats[0]), mark(seats[1]), mark(seats[2], "ABSENT"), count]
        state = sent(client, crossing, pack, *items)["state"]
        sent(client, crossing, pack, count)
    assert state["counts"]["own"]["persons"] == state["counts"]["other"]["persons"] == 2
    with acting_as(w.thai):
        crossing.refresh_from_db()
        assert HeadCount.objects.count() == 2
    assert crossing.status == "COUNTED"


# --- what is refused and put away -----------------------------------------------------------------
def put_away(
    client: Client, crossing: Crossing, pack: dict[str, Any], item: dict[str, Any], **changes: Any
) -> dict[str, Any]:
    """Send an item as a phone does whose officer gave it up."""
    away = {"at": timezone.now().isoformat(), "corrected_by": None, **changes}
    body = {
        "pack": pack["uuid"],
        "items": [{"uuid": item["uuid"], "envelope": sealed(pack, item), "away": away}],
    }
    answer = client.post(url("border_marks", crossing), body, content_type="application/json")
    found: dict[str, Any] = answer.json()["items"][0]
    return found


def test_what_is_put_away_is_kept_in_the_record_of_the_own_side(w: World, crossing: Crossing) -> None:
    client = signed_in(w.chinese)
    pack = taken(client, crossing)["pack"]
    item = mark(uuid4(), "UNFIT", reason="fever, says the doctor (invented)")
    assert not sent(client, crossing, pack, item)["items"][0]["kept"]
    corrected = uuid4()
    for _time in range(2):
        assert put_away(client, crossing, pack, item, corrected_by=str(corrected))["kept"]
    auditor, foreign = officer("CN", "supervisor"), officer("TH", "supervisor")
    with acting_as(auditor):
        event = AuditEvent.objects.get(verb="crossing.mark_put_away")
        assert AuditReason.objects.get(event=event).text == item["reason"]
    assert event.owner_country == w.chinese.country
    assert (event.codes["entry"], event.codes["corrected_by"]) == (item["uuid"], str(corrected))
    assert (event.codes["outcome"], event.codes["seat"]) == ("UNFIT", item["seat"])
    assert "fever" not in json.dumps(event.codes)
    with acting_as(foreign):
        assert not AuditEvent.objects.visible_to(foreign).filter(verb="crossing.mark_put_away").exists()
    with acting_as(w.chinese):
        assert not Mark.objects.exists()


def test_what_was_kept_meanwhile_is_not_put_away(w: World, crossing: Crossing) -> None:
    client = signed_in(w.thai)
    pack = taken(client, crossing)["pack"]
    item = mark(seats_of(w, crossing)[0])
    sent(client, crossing, pack, item)
    with acting_as(w.thai):
        Crossing.objects.filter(pk=crossing.pk).update(status="DONE")
    # Its answer was lost, and the crossing is over: it stands all the same.
    assert sent(client, crossing, pack, item)["items"][0] == {
        "uuid": item["uuid"],
        "kept": True,
        "detail": "",
    }
    assert put_away(client, crossing, pack, item)["kept"]
    with acting_as(w.thai):
        assert not AuditEvent.objects.filter(verb="crossing.mark_put_away").exists()


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "count", "persons": 3, "counted_at": "2026-01-01T00:00:00Z"},
        {
            "kind": "mark",
            "seat": "x",
            "outcome": "王样例",
            "marked_at": "2026-99-99T00:00:00Z",
            "reason": None,
        },
        {"kind": ["odd"], "persons": "many", "outcome": {"a": 1}},
    ],
)
def test_whatever_was_sealed_can_be_put_away_and_only_codes_stand_in_the_event(
    w: World, crossing: Crossing, content: dict[str, Any]
) -> None:
    client = signed_in(w.thai)
    pack = taken(client, crossing)["pack"]
    assert put_away(client, crossing, pack, {"uuid": str(uuid4()), **content})["kept"]
    with acting_as(w.thai):
        codes = AuditEvent.objects.get(verb="crossing.mark_put_away").codes
    assert "王样例" not in json.dumps(codes, ensure_ascii=False)
    assert codes.get("persons") in {3, None}


@pytest.mark.parametrize("away", ["yes", {"at": "never", "corrected_by": None}, {"at": "2026-01-01"}, [1]])
def test_a_putting_away_that_cannot_be_read_is_refused(w: World, crossing: Crossing, away: object) -> None:
    client = signed_in(w.thai)
    pack = taken(client, crossing)["pack"]
    body = {"pack": pack["uuid"], "items": [{"uuid": str(uuid4()), "envelope": "AAAA", "away": away}]}
    answer = client.post(url("border_marks", crossing), body, content_type="application/json")
    assert answer.status_code == 400


def test_the_pack_names_the_codes_of_the_dossiers(w: World, crossing: Crossing) -> None:
    people = taken(signed_in(w.thai), crossing)["people"]
    with acting_as(w.thai):
        seats = crossing.manifest.select_related("subject").order_by("position")
        assert [person["code"] for person in people] == [str(seat.subject.uuid) for seat in seats]
    assert {person["dossier"] for person in people} == {0}, "none is printed yet"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"pack": 1, "items": []}', b'{"pack": "x", "items": [{}]}', b"\xff"]
)
def test_what_cannot_be_read_is_refused(w: World, crossing: Crossing, body: bytes) -> None:
    answer = signed_in(w.thai).generic(
        "POST", url("border_marks", crossing), body, content_type="application/json"
    )
    assert answer.status_code == 400


def test_only_who_sealed_it_for_this_pack_and_id_is_heard(w: World, crossing: Crossing) -> None:
    client, seat = signed_in(w.thai), seats_of(w, crossing)[0]
    one, two = taken(client, crossing)["pack"], taken(client, crossing)["pack"]
    item = mark(seat)
    for pack, uuid, envelope in (
        (two, item["uuid"], sealed(one, item)),
        (one, str(uuid4()), sealed(one, item)),
        (one, item["uuid"], "AAAA"),
        (one, item["uuid"], "not base64!"),
    ):
        body = {"pack": pack["uuid"], "items": [{"uuid": uuid, "envelope": envelope}]}
        answer = client.post(url("border_marks", crossing), body, content_type="application/json").json()
        assert [each["kept"] for each in answer["items"]] == [False]
    # Another officer of the same side has no word in this pack.
    body = {"pack": one["uuid"], "items": []}
    assert (
        signed_in(w.supervisor)
        .post(url("border_marks", crossing), body, content_type="application/json")
        .status_code
        == 404
    )


# --- how it ends ----------------------------------------------------------------------------------
def contact(client: Client, pack: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(reverse("crossings:border_contact"), {"pack": pack["uuid"]}).json()
    return found


def test_a_pack_stands_while_its_session_does_and_no_longer(w: World, crossing: Crossing) -> None:
    client = signed_in(w.thai)
    pack = taken(client, crossing)["pack"]
    stands = contact(client, pack)
    assert (stands["signed_in"], stands["stands"], stands["mine"]) == (True, True, True)
    # A session that ran out by the clock is no withdrawal: without one it still stands.
    assert contact(Client(), pack) == {"signed_in": False, "stands": True, "mine": False, "token": ""}
    other = contact(signed_in(w.chinese), pack)
    assert (other["stands"], other["mine"]) == (True, False)
    row = SignedInSession.objects.filter(user=w.thai, ended_at__isnull=True).latest("pk")
    sessions.end_session(actor=w.thai, session_id=row.uuid)
    # Told in the first answer, also to the phone whose own session it was: no sign-in page comes between.
    assert contact(client, pack) == {"signed_in": False, "stands": False, "mine": False, "token": ""}
    assert contact(Client(), pack)["stands"] is False


def test_signing_out_ends_it(w: World, crossing: Crossing) -> None:
    client = signed_in(w.thai)
    pack = taken(client, crossing)["pack"]
    answer = client.post(reverse("account_logout"))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'
    assert contact(Client(), pack)["stands"] is False


def test_what_is_sealed_for_the_server_alone_may_stay_at_sign_out(w: World) -> None:
    answer = signed_in(w.thai).post(reverse("account_logout"), {"keep_sealed": "yes"})
    assert answer["Clear-Site-Data"] == '"cache"'


@pytest.mark.parametrize("end", ["suspended", "expired", "over"])
def test_it_ends_with_the_officer_the_clock_and_the_crossing(
    settings: Any, w: World, crossing: Crossing, end: str
) -> None:
    if end == "expired":
        settings.BORDER_PACK_SECONDS = -3600
    pack = taken(signed_in(w.thai), crossing)["pack"]
    with acting_as(w.thai):
        if end == "suspended":
            User.objects.filter(pk=w.thai.pk).update(is_active=False)
        if end == "over":
            Crossing.objects.filter(pk=crossing.pk).update(status="DONE")
    assert contact(Client(), pack)["stands"] is False


def test_what_was_marked_before_the_end_is_still_taken(settings: Any, w: World, crossing: Crossing) -> None:
    settings.BORDER_PACK_SECONDS = -3600
    client = signed_in(w.thai)
    pack = taken(client, crossing)["pack"]
    assert sent(client, crossing, pack, mark(seats_of(w, crossing)[0]))["items"][0]["kept"]


def test_nothing_is_told_of_a_pack_that_is_none() -> None:
    client = Client()
    assert contact(client, {"uuid": str(uuid4())})["stands"] is False
    assert client.get(reverse("crossings:border_contact"), {"pack": "x"}).status_code == 400


# --- who reads the list ---------------------------------------------------------------------------
def test_the_auditor_of_the_country_lists_what_was_taken_and_nobody_abroad(
    w: World, crossing: Crossing
) -> None:
    taken(signed_in(w.thai), crossing)
    address = reverse("crossings:border_packs")
    for user, seen in (
        (w.thai, True),
        (officer("TH", "auditor"), True),
        (w.supervisor, True),
        (w.chinese, False),
        (officer("CN", "auditor"), False),
    ):
        page = signed_in(user).get(address)
        assert page.status_code == 200
        assert (crossing.reference in page.content.decode()) is seen, user


def test_the_wall_shows_other_countries_no_pack_and_nobody_changes_one(w: World, crossing: Crossing) -> None:
    taken(signed_in(w.thai), crossing)
    with acting_as(w.chinese), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM crossings_borderpack")
        assert cursor.fetchone()[0] == 0


# --- the shell ------------------------------------------------------------------------------------
def test_the_shell_is_the_same_for_everybody_and_holds_nobody(w: World, crossing: Crossing) -> None:
    shell = reverse("crossings:border_shell")
    stranger, known = Client().get(shell), signed_in(w.thai).get(shell, headers={"Accept-Language": "en"})
    text = known.content.decode()
    assert stranger.content == known.content
    for secret in (w.thai.full_name, w.thai.email, str(w.thai.uuid), "csrf", crossing.reference):
        assert secret not in text
    assert "camera=(self)" in known["Permissions-Policy"]
    assert "camera=()" in Client().get(reverse("account_login"))["Permissions-Policy"]


def test_worker_and_manifest_stay_in_their_folder() -> None:
    shell = reverse("crossings:border_shell")
    worker, manifest = Client().get(f"{shell}worker.js"), Client().get(f"{shell}manifest.webmanifest")
    assert worker["Content-Type"].startswith("text/javascript")
    assert manifest.json()["scope"] == manifest.json()["start_url"] == shell


def test_standing_is_asked_of_the_database(w: World, crossing: Crossing) -> None:
    pack = taken(signed_in(w.thai), crossing)["pack"]
    assert border.standing_officer(UUID(pack["uuid"])) == w.thai.pk
