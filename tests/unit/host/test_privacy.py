"""Secrets are cut out; what a doctor needs to see stays."""

from __future__ import annotations

import pytest

from pidoctor.host.privacy import clean_file, clean_url, redact


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://user:pass@host:8080/simple/", "https://host:8080/simple/"),
        ("https://tok@host/simple?x=1#y", "https://host/simple"),
        ("https://a@b@host/simple", "https://host/simple"),
        ("https://host/0123456789abcdef0123/simple", "https://host/***/simple"),
        ("https://www.piwheels.org/simple", "https://www.piwheels.org/simple"),
        ("file:///srv/0123456789abcdef0123/wheels", "file:///srv/0123456789abcdef0123/wheels"),
        ("/srv/wheels", "/srv/wheels"),
    ],
)
def test_urls(url: str, clean: str) -> None:
    assert clean_url(url) == clean


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("/home/anna/x and /home/ben", "~/x and ~"),
        ("/opt/anna/x", "~/x"),
        ("/opt/annabel/x", "/opt/annabel/x"),
        ("/srv/opt/anna", "/srv/opt/anna"),
        ("/run/media/anna/CARD", "/run/media/user/CARD"),
        ("eth0 b8:27:eb:00:11:22 up", "eth0 00:00:00:00:00:00 up"),
        ("12:34:56 clock", "12:34:56 clock"),
    ],
)
def test_text(text: str, clean: str) -> None:
    assert redact(text, "/opt/anna") == clean


def test_a_pip_configuration_keeps_its_indexes_only() -> None:
    text = """\
[global]
index_url = https://me:secret@example.org/simple
proxy = http://me:secret@proxy
extra-index-url =
    https://a.example/simple
    https://u:p@b.example/simple
; note to me: secret
trusted-host: example.org
    secret continued
[install]
no-index = false
"""
    assert (
        clean_file("/etc/pip.conf", text)
        == """\
[global]
index_url = https://example.org/simple
extra-index-url =
    https://a.example/simple
    https://b.example/simple
[install]
no-index = false
"""
    )
