"""URLs lose their secrets and stay recognisable."""

from __future__ import annotations

from pathlib import Path

import pytest

from pidoctor.errors import UsageError
from pidoctor.urls import clean_url, clean_urls, split_address
from tests.cli.program import pidoctor


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


def test_what_has_no_parts_is_no_address() -> None:
    with pytest.raises(UsageError) as told:
        split_address("https://ada:geheim@[/simple")
    assert str(told.value).startswith("https://[/simple is not an address: ")


@pytest.mark.parametrize(
    "line", ["https://[/kit-1.0-py3-none-any.whl", "kit @ https://[/kit-1.0-py3-none-any.whl"]
)
def test_a_line_that_is_no_address_is_one_clear_line(line: str, tmp_path: Path) -> None:
    (tmp_path / "r.txt").write_text(line)
    run = pidoctor("explain", "-r", str(tmp_path / "r.txt"), "--target", "pi4-4gb/bookworm-64")
    assert run.code == 2
    assert "https://[/kit-1.0-py3-none-any.whl" in run.err
    assert len(run.err.splitlines()) == 1


def test_a_setting_of_pip_that_is_no_address_is_one_clear_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", "http://[")
    run = pidoctor("check", "flask")
    assert run.code == 2
    assert "http://[ is not an address" in run.err
