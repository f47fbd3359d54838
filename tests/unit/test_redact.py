"""Planted secrets do not get through; what helps does."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pidoctor.redact import Identity, redact, redact_json, without_secrets
from pidoctor.redact_rule import _compiled
from pidoctor.redact_rules import personal, secrets

ALICE = Identity(home="/home/alice", host="alices-lab-pi")
CANARY = "c4n4ry"

PLANTED = [
    f"https://bob:{CANARY}@index.example.org/simple",
    f"https://{CANARY}@index.example.org/simple",
    f"Looking in indexes: https://index.example.org/simple?token={CANARY}&x=1",
    f"https://index.example.org/simple#{CANARY}",
    f"https://bob:{CANARY}\\{CANARY}#)?@index.example.org/simple",
    f"https://index.example.org/{CANARY}abcdefghijklmnop0123456789/simple",
    f"PIP_INDEX_PASSWORD={CANARY}",
    f"export AWS_SECRET_ACCESS_KEY='{CANARY}'",
    f'"api_key": "{CANARY}"',
    f"password: {CANARY}",
    f"Authorization: Bearer {CANARY}",
    f"Proxy-Authorization: Basic {CANARY}==",
    f"tool --token {CANARY} upload",
    f"tool --api-key='{CANARY} with spaces'",
    f"ghp_{CANARY}0123456789012345678901234567",
    f"pypi-AgEIcHlwaS5vcmc{CANARY}",
    f"eyJhbGciOiJIUzI1NiJ9.{CANARY}0123456789.sig",
    f"-----BEGIN OPENSSH PRIVATE KEY-----\n{CANARY}\n-----END OPENSSH PRIVATE KEY-----",
    f"-----BEGIN RSA PRIVATE KEY-----\n{CANARY}",
    f'wlan0 ESSID:"{CANARY}"',
    f"ssid={CANARY} home",
    f"Trying to associate with SSID '{CANARY}'",
    f"psk={CANARY}",
    f"/home/{CANARY}/project/.venv/bin/python",
    f"'/home/{CANARY}'",
    f"gcc -I/home/{CANARY}/venv/include",
    f"/Users/{CANARY}/x",
    f"/media/{CANARY}/card/x",
    f"C:\\Users\\{CANARY}\\x",
    f"{CANARY}@raspberrypi:~ $ pip install x",
    f"mail {CANARY}@example.org",
    f"Nov 20 12:00:01 {CANARY} pip[123]: error",
    f"Linux {CANARY} 6.6.31+rpt-rpi-v8 #1 SMP aarch64",
    f"Static hostname: {CANARY}",
    f"HOSTNAME={CANARY}",
    f"iSerial                 3 {CANARY}",
    f"ID_SERIAL_SHORT={CANARY}",
    f'"serial_number": "{CANARY}"',
]


@pytest.mark.parametrize("text", PLANTED)
def test_a_planted_secret_is_taken_out(text: str) -> None:
    assert CANARY not in redact(text)
    assert CANARY not in json.dumps(redact_json({"a": [text]}))


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Serial\t\t: 10000000a1b2c3d4", "a1b2c3d4"),
        ("read 10000000a1b2c3d4 from the board", "a1b2c3d4"),
        ("link/ether dc:a6:32:01:02:03 brd", "dc:a6:32"),
        ("DC-A6-32-01-02-03", "DC-A6"),
        ("dca6.3201.0203", "dca6"),
        ("root=PARTUUID=12345678-02 UUID=0a1b2c3d-0a1b-0c2d-0e3f-0123456789ab", "0123456789ab"),
        ("machine-id: 0123456789abcdef0123456789abcdef", "0123456789abcdef"),
        ("/home/alice/x", "alice"),
        ("started on alices-lab-pi today", "alices-lab-pi"),
        ("ping alices-lab-pi.local", "alices-lab-pi"),
    ],
)
def test_personal_data_is_taken_out(text: str, secret: str) -> None:
    assert secret not in redact(text, ALICE)


@pytest.mark.parametrize(
    "text",
    [
        "ai-edge-litert 2.3.0, numpy 2.4.6",
        "sha256 " + "0123456789abcdef" * 4,
        "https://www.piwheels.org/simple",
        "https://files.example.org/numpy-1.26.4-cp311-cp311-linux_armv7l.whl#sha256=" + "ab" * 32,
        "/usr/lib/python3.11/EXTERNALLY-MANAGED",
        "/root/.cache/pip",
        "AttributeError: _ARRAY_API not found",
        "version `GLIBC_2.34' not found (required by /usr/lib/x.so)",
        "manylinux_2_27_aarch64.manylinux_2_28_aarch64",
        "Raspberry Pi 4 Model B Rev 1.4, revision c03114",
        "2026-11-20 16:12:00,123 INFO: done",
        "the author: somebody",
        "tokenize: ok",
        "google-auth==2.23.0, google-auth: 2.23.0",
        '{"google-auth": "2.23.0"}',
        "(from https://index.example.org/simple/numpy/)",
        "~/project/.venv/bin/python -m pip install 'numpy<2'",
        "raspberrypi is a common name",
    ],
)
def test_what_helps_stays(text: str) -> None:
    assert redact(text, Identity("", "raspberrypi")) == text


@pytest.mark.parametrize(
    ("home", "text", "clean"),
    [
        ("/home/alice", "/home/alice/project/.venv/bin/python", "~/project/.venv/bin/python"),
        ("/home/alice", "/home/alice/x and /home/ben", "~/x and ~"),
        ("/srv/alice", "/srv/alice2/x", "/srv/alice2/x"),
        ("/srv/alice", "/srv/alice/x", "~/x"),
        ("/srv/alice", "-L/srv/alice/x", "-L~/x"),
        ("/srv/alice", "/backup/srv/alice/x", "/backup~/x"),
        ("/root", "/root/x -I/root/y", "~/x -I~/y"),
        ("/root", "/mnt/root/x /roots", "/mnt/root/x /roots"),
        ("/", "/x", "/x"),
        ("", "/run/media/anna/CARD", "/run/media/***/CARD"),
        ("", "eth0 b8:27:eb:00:11:22 up", "eth0 *** up"),
        ("", "12:34:56 clock", "12:34:56 clock"),
    ],
)
def test_paths_still_work_for_the_user_after_redaction(home: str, text: str, clean: str) -> None:
    assert redact(text, Identity(home)) == clean


def test_roots_home_is_nobodys_name() -> None:
    assert Identity.here({"HOME": "/root"}).home == ""
    assert Identity.here({"HOME": "/home/alice/"}).home == "/home/alice"
    assert Identity.here({}).home == ""


@pytest.mark.parametrize(
    "text",
    [
        f"https://bob:{CANARY}@index.example.org/simple",
        f"--token {CANARY}",
        f"PIP_PASSWORD={CANARY}",
        f"Authorization: Bearer {CANARY}",
        f"ghp_{CANARY}0123456789012345678901234567",
    ],
)
def test_secrets_alone_can_be_taken_out(text: str) -> None:
    path = "/home/alice/my card/10000000a1b2c3d4"
    clean = without_secrets(f"{path}: {text}")
    assert CANARY not in clean
    assert clean.startswith(f"{path}: ")


def test_json_keeps_its_shape_and_masks_secrets_by_their_key() -> None:
    value = {
        "token": "abc",
        "n": 1,
        "deep": [{"db-password": "x", "name": "/home/bob/a"}],
        "packages": {"google-auth": "2.23.0"},
        "e": None,
    }
    assert redact_json(value) == {
        "token": "***",
        "n": 1,
        "deep": [{"db-password": "***", "name": "~/a"}],
        "packages": {"google-auth": "2.23.0"},
        "e": None,
    }


_scraps = st.sampled_from(
    [*PLANTED, "\n", " ", "=", ":", "@", "/", "//", "#", "?", "'", '"', "-", "***", "~", "host"]
)


@example(["https://a@", "https://b@c"])
@given(st.lists(st.one_of(_scraps, st.text(max_size=12)), max_size=8))
def test_twice_is_once(scraps: list[str]) -> None:
    text = "".join(scraps)
    for identity in (ALICE, Identity("/root"), Identity()):
        once = redact(text, identity)
        assert redact(once, identity) == once
    once = without_secrets(text)
    assert without_secrets(once) == once


@given(st.text("a:/@ =.-_'\"#?&;~\n0", max_size=400))
def test_no_text_takes_long(text: str) -> None:
    redact(text * 20, ALICE)


_PIECES = st.sampled_from(
    [
        *("\n", "\n", " ", ":", "-", ".", "version", "nameserver ", "b8:27:eb:01:02:03", "fe80::1"),
        *("10.1.2.3", "4.8.0.74", "0123.4567.89ab", "db.lan:5432:*:me:secret", "Aa1" * 20, "İ"),
        *("12345678-1234-1234-1234-123456789abc", "May 01 10:00:00 pi x[1]:", "AC" + "0a" * 16),
        *(
            "$6$",
            "me:x:1000:1000:Me:",
            "123456-",
            "+49 170 ",
            "M" + "a1" * 10 + ".abcdef." + "b2" * 14,
        ),
        *("2026-05-01T10:00:00Z pi x[1]:", "-rw-r--r-- 1 me us", "drwxr-xr-x+ 2 me us", "\\n", "="),
    ]
)


@given(st.lists(_PIECES, max_size=12))
def test_a_hint_leaves_nothing_out(pieces: list[str]) -> None:
    text = "".join(pieces)
    for rule in (*secrets(), *personal()):
        if rule.hint:
            assert rule.apply(text) == rule._replace(hint="").apply(text), rule.pattern


def test_a_text_without_the_words_of_a_rule_costs_no_pattern() -> None:
    """Most answers have no secret, and compiling all patterns takes as long as half a check."""
    text = json.dumps({"name": "numpy", "version": "1.26.4", "summary": "fits this machine"})
    _compiled.cache_clear()
    assert redact(text) == text
    assert _compiled.cache_info().misses < len((*secrets(), *personal())) / 3


@pytest.mark.parametrize(
    "told",
    [
        "/etc/passwd: not a .tflite model (bytes 4 to 8 are not TFL3)",
        "api_key: there is no such file",
        "capture passwd: does not exist",
        "/run/secrets/token: permission denied",
        "password: is empty",
    ],
)
def test_what_is_said_of_a_file_that_is_called_like_a_secret_stays(told: str) -> None:
    assert without_secrets(told) == told


@pytest.mark.parametrize("set_", ["password=not", "TOKEN: n0t", "token: nothing", "secret: 'no'"])
def test_a_value_that_begins_like_a_sentence_is_masked(set_: str) -> None:
    assert "***" in without_secrets(set_)
