"""URLs lose their secrets and stay recognisable."""

from __future__ import annotations

import pytest

from pidoctor.urls import clean_url, clean_urls


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://user:pass@host:8080/simple/", "https://host:8080/simple/"),
        ("https://tok@host/simple?x=1#y", "https://host/simple"),
        ("https://a@b@host/simple", "https://host/simple"),
        ("https://me:p#1?2@host/simple", "https://host/simple"),
        ("https://host/@scope/package", "https://host/@scope/package"),
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
        (
            "see https://me:pw@a/x, and (from https://b/y#z)",
            "see https://a/x, and (from https://b/y)",
        ),
        (r"https://me:p)\w@host/simple", "https://host/simple"),
        (r'"https://me@host/simple\nnext"', r'"https://host/simple\nnext"'),
        ("no address: a://, 12:34, me@host", "no address: a://, 12:34, me@host"),
    ],
)
def test_addresses_in_a_text(text: str, clean: str) -> None:
    assert clean_urls(text) == clean
