"""Whether the wheels of a plan can be had, where pip is told to use no package index."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pidoctor.catalog.wheels import Wheel
from pidoctor.install.supply import missing_offline, nowhere
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Index, Profile
from pidoctor.result import Severity
from tests.profiles import changed, pi4

CONTENT = b"the wheel"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
WHEEL = Wheel("a", "1", "a-1-py3-none-any.whl", SHA256, len(CONTENT), "", (), "", "index", None)


def with_links(*addresses: str) -> Profile:
    links = tuple(Index("find-links", address, "/etc/pip.conf") for address in addresses)
    return changed(pi4(), indexes=Fact.known(links, "/etc/pip.conf"))


def test_without_an_index_and_folders_nothing_can_be_had() -> None:
    found = nowhere([WHEEL], with_links())
    assert found is not None
    assert (found.id, found.severity) == ("no-index", Severity.ERROR)
    assert "1 wheel is not here: a-1-py3-none-any.whl." in found.message
    assert nowhere([], with_links()) is None
    assert nowhere([WHEEL], pi4()) is None


@pytest.mark.parametrize(
    ("number", "named"),
    [
        (1, "1 wheel cannot be had: a-0.whl."),
        (3, "3 wheels cannot be had: a-0.whl, a-1.whl and a-2.whl."),
        (5, "5 wheels cannot be had: a-0.whl, a-1.whl and 3 more."),
    ],
)
def test_of_many_wheels_that_are_missing_the_first_are_named(number: int, named: str) -> None:
    missing = [WHEEL._replace(filename=f"a-{at}.whl") for at in range(number)]
    assert missing_offline(missing, None, "auto").message == f"Without network {named}"


def test_the_folder_that_was_named_is_told(tmp_path: Path) -> None:
    said = missing_offline([WHEEL, WHEEL], tmp_path, "auto").message
    assert said.endswith(f" {tmp_path} does not have them.")


@pytest.mark.parametrize("form", ["{}", "file://{}"])
def test_a_folder_is_looked_into(form: str, tmp_path: Path) -> None:
    profile = with_links(form.format(tmp_path))
    path = tmp_path / WHEEL.filename
    assert nowhere([WHEEL], profile) is not None
    path.write_bytes(b"not this")
    assert nowhere([WHEEL], profile) is not None
    path.write_bytes(CONTENT)
    assert nowhere([WHEEL], profile) is None


def test_of_a_page_it_is_not_known(tmp_path: Path) -> None:
    page = tmp_path / "links.html"
    page.touch()
    for address in ("https://index.example/links", str(page)):
        assert nowhere([WHEEL], with_links(address, str(tmp_path))) is None
