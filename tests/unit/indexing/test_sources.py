"""Where wheels come from, read from pip's own configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from pidoctor.errors import UsageError
from pidoctor.indexing.sources import PipSettings, Source, config_files, pip_settings

PIWHEELS = "https://www.piwheels.org/simple"


def test_nothing_configured_means_the_default(tmp_path: Path) -> None:
    settings = pip_settings({}, [tmp_path / "none.conf"])
    assert settings == PipSettings()
    assert settings.sources() == (Source("index", None),)


def test_later_files_and_the_environment_overrule(tmp_path: Path) -> None:
    system, user = tmp_path / "system.conf", tmp_path / "user.conf"
    system.write_text(f"[global]\nextra-index-url = {PIWHEELS}\nindex-url = https://one/simple\n")
    user.write_text("[global]\nindex-url = https://two/simple\n[install]\ncert = /ca.pem\n")
    settings = pip_settings({}, [system, user])
    assert settings == PipSettings("https://two/simple", (PIWHEELS,), "/ca.pem")
    assert pip_settings({"PIP_INDEX_URL": "https://three/"}, [system]).index_url == "https://three/"


def test_piwheels_is_the_only_extra_index(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nextra-index-url =\n    file:///srv/wheels\n"
        f"    {PIWHEELS}\n    https://mirror.example/simple\n"
    )
    sources = pip_settings({}, [config]).sources()
    assert sources == (Source("index", None), Source("piwheels", PIWHEELS))
    lookalike = PipSettings(None, ("https://piwheels.org.example/simple",))
    assert lookalike.sources() == (Source("index", None),)


def test_piwheels_may_be_all_there_is() -> None:
    assert PipSettings(PIWHEELS).sources() == (Source("piwheels", PIWHEELS),)


def test_an_index_that_is_no_web_address() -> None:
    with pytest.raises(UsageError, match="not a web address"):
        PipSettings("/srv/simple").sources()


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[global\nindex-url", b"no section = 1"])
def test_a_broken_configuration_file_is_passed_over(tmp_path: Path, content: bytes) -> None:
    config = tmp_path / "pip.conf"
    config.write_bytes(content)
    assert pip_settings({}, [config]) == PipSettings()


def test_pips_order_of_files() -> None:
    names = [str(path) for path in config_files({"HOME": "/home/pi", "PIP_CONFIG_FILE": "/mine"})]
    assert names[0] == "/etc/xdg/pip/pip.conf"
    assert names[1] == "/etc/pip.conf"
    assert names[2:4] == ["/home/pi/.pip/pip.conf", "/home/pi/.config/pip/pip.conf"]
    assert names[-1] == "/mine"
    assert config_files({"PIP_CONFIG_FILE": "/dev/null"}) == []
