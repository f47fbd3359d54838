"""Every way a download goes wrong, made to happen: the cause is named, nothing is left behind."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Collection
from pathlib import Path
from typing import Callable

import pytest

from pidoctor.install import wheelhouse
from pidoctor.install.outcome import FAILED, INSTALLED, Outcome
from pidoctor.install.recipe import Job
from pidoctor.install.recovery import undo
from pidoctor.install.transaction import install, silent
from pidoctor.install.wheelhouse import Cache
from pidoctor.result import Remedy

from .server import FAULTS, Index, serving
from .world import PYTHON, Prover, make_plan, make_wheel

pytestmark = pytest.mark.slow

# An older pip (23.2, with urllib3 1.26) takes a download that ends too early for a whole one; what
# stops it is the hash.
_BROKEN_OFF = ("network-timeout", "hash-mismatch")
_CAUSES = {
    "stall": ("network-timeout",),
    "truncate": _BROKEN_OFF,
    "reset": _BROKEN_OFF,
    "404": ("wheel-file-not-found",),
    "429": ("index-server-error",),
    "503": ("index-server-error",),
    "html": ("hash-mismatch",),
    "other content": ("hash-mismatch",),
}


@pytest.fixture(autouse=True)
def own_pip_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """pip with no settings but those of a test, impatient."""
    for name in list(os.environ):
        if name.startswith(("PIP_", "SSL_CERT")) or name.lower().endswith(("_proxy", "_ca_bundle")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_TIMEOUT", "1")


def _install(
    folder: Path,
    index: Index,
    monkeypatch: pytest.MonkeyPatch,
    progress: Callable[[str], None] = silent,
) -> Outcome:
    (home := folder / "home").mkdir(exist_ok=True)
    filler = {"demo/data.bin": "x" * 50_000, "demo/__init__.py": "V = '1.0'\n"}
    wheel = make_wheel(index.wheels, "demo", "1.0", filler)
    monkeypatch.setenv("PIP_INDEX_URL", index.url)
    job = Job(make_plan(wheel), home / ".venv", PYTHON, cache=Cache(folder / "cache"))
    return install(job, Prover("demo", "1.0"), progress)


def _is_clean(folder: Path) -> bool:
    return list((folder / "home").iterdir()) == [] and not list((folder / "cache").glob("*/*"))


def _failed_for(outcome: Outcome, causes: Collection[str], folder: Path) -> bool:
    """Whether it failed with one finding, of these causes, a remedy, and left nothing behind."""
    (finding,) = outcome.findings
    assert (outcome.status, outcome.exit_code) == (FAILED, 1), finding
    assert finding.id in causes, finding
    assert finding.remedy is not None
    assert finding.remedy.text
    return _is_clean(folder)


@pytest.mark.parametrize("fault", FAULTS)
def test_fault_is_named_and_the_next_try_works(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Index(tmp_path / "wheels", fault)) as index:
        outcome = _install(tmp_path, index, monkeypatch)
        assert _failed_for(outcome, _CAUSES[fault], tmp_path)
        index.fault = ""
        assert _install(tmp_path, index, monkeypatch).status == INSTALLED


def test_pip_fetches_what_this_process_does_not_get(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing else."""
    refused, given = (make_wheel(tmp_path / "wheels", name, "1.0") for name in ("demo", "more"))
    job = Job(make_plan(refused, given), tmp_path / ".venv", PYTHON, cache=Cache(tmp_path / "kept"))
    with serving(Index(tmp_path / "wheels", f"{refused.filename} not to pidoctor")) as index:
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        assert install(job, Prover("demo", "1.0")).status == INSTALLED
    asked = [path.rpartition("/")[2] for path in index.requests if path.endswith(".whl")]
    assert sorted(asked) == [refused.filename, refused.filename, given.filename]


def test_no_pip_is_started_where_none_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[str] = []
    with serving(Index(tmp_path / "wheels", "")) as index:
        assert _install(tmp_path, index, monkeypatch, started.append).status == INSTALLED
    assert not [line for line in started if " download " in line]


def test_ctrl_c_while_a_wheel_arrives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Index(tmp_path / "wheels", "stall")) as index:

        def interrupt() -> None:
            while not any(path.endswith(".whl") for path in index.requests):
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGTERM)

        threading.Thread(target=interrupt).start()
        outcome = _install(tmp_path, index, monkeypatch)
    assert [finding.id for finding in outcome.findings] == ["interrupted"]
    assert _is_clean(tmp_path)


def test_a_download_that_stands_still_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip itself would wait for six times the 100 seconds."""
    monkeypatch.setenv("PIP_TIMEOUT", "100")
    monkeypatch.setenv("PIDOCTOR_TIMEOUT", "4")
    started = time.monotonic()
    with serving(Index(tmp_path / "wheels", "stall")) as index:
        outcome = _install(tmp_path, index, monkeypatch)
    assert _failed_for(outcome, ["network-timeout"], tmp_path)
    assert "PIDOCTOR_TIMEOUT" in outcome.findings[0].evidence
    assert time.monotonic() - started < 40


def test_a_constraint_in_pips_configuration_is_not_weighed_against_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "limits.txt").write_text("demo==0.9\n")
    (tmp_path / "pip.conf").write_text(f"[global]\nconstraint = {tmp_path}/limits.txt\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "pip.conf"))
    with serving(Index(tmp_path / "wheels", "")) as index:
        assert _install(tmp_path, index, monkeypatch).status == INSTALLED


def test_an_install_removes_wheels_that_were_not_used_for_longest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheelhouse, "LIMIT", 60_000)
    old = tmp_path / "cache" / ("0" * 64)
    old.mkdir(parents=True)
    (old / "tensorflow-2.0-py3-none-any.whl").write_bytes(b"x" * 40_000)
    os.utime(old, (0, 0))
    with serving(Index(tmp_path / "wheels", "")) as index:
        assert _install(tmp_path, index, monkeypatch).status == INSTALLED
    (kept,) = (tmp_path / "cache").iterdir()
    assert kept != old
    assert list(kept.glob("demo-*.whl"))


def test_second_board_installs_from_the_cache_without_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Index(tmp_path / "wheels", "")) as index:
        assert _install(tmp_path, index, monkeypatch).status == INSTALLED
        pages = [path for path in index.requests if not path.endswith(".whl")]
        assert len(pages) == len(set(pages)), "an index page was fetched twice"
        asked = len(index.requests)
        undo(tmp_path / "home" / ".venv")
        assert _install(tmp_path, index, monkeypatch).status == INSTALLED
        assert len(index.requests) == asked
    undo(tmp_path / "home" / ".venv")
    assert _install(tmp_path, index, monkeypatch).status == INSTALLED


def test_certificate_of_an_unknown_authority(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = Index(tmp_path / "wheels", "")
    certificate = index.use_tls(tmp_path)
    with serving(index):
        outcome = _install(tmp_path, index, monkeypatch)
        assert _failed_for(outcome, ["proxy-or-ssl-ca"], tmp_path)
        assert "PIP_CERT" in (outcome.findings[0].remedy or Remedy("")).text
        monkeypatch.setenv("PIP_CERT", str(certificate))
        outcome = _install(tmp_path, index, monkeypatch)
        assert outcome.status == INSTALLED, outcome


def test_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Index(tmp_path / "wheels", "proxy wants a password")) as index:
        address = index.url
        monkeypatch.setattr(Index, "url", "http://index.invalid/simple/")
        monkeypatch.setenv("PIP_TRUSTED_HOST", "index.invalid")
        assert _failed_for(_install(tmp_path, index, monkeypatch), ["dns-failure"], tmp_path)

        monkeypatch.setenv("http_proxy", address)
        outcome = _install(tmp_path, index, monkeypatch)
        assert _failed_for(outcome, ["proxy-or-ssl-ca"], tmp_path)

        index.fault = ""
        assert _install(tmp_path, index, monkeypatch).status == INSTALLED


def test_password_of_the_index_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Index(tmp_path / "wheels", "404")) as index:
        url = index.url.replace("//", "//canary-user:canary-secret@")
        monkeypatch.setattr(Index, "url", url)
        lines: list[str] = []
        outcome = _install(tmp_path, index, monkeypatch, lines.append)
    assert outcome.status == FAILED
    assert "canary" not in repr(outcome) + "".join(lines)


def test_nothing_listens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index(tmp_path / "wheels", "")
    index.server_close()
    assert _failed_for(_install(tmp_path, index, monkeypatch), ["network-timeout"], tmp_path)


def test_index_without_the_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Index(tmp_path / "wheels", "empty")) as index:
        outcome = _install(tmp_path, index, monkeypatch)
    assert _failed_for(outcome, ["not-on-this-index"], tmp_path)


@pytest.mark.parametrize(
    "variables",
    [
        {"PIP_CONSTRAINT": "other.txt", "PIP_REQUIREMENT": "other.txt"},
        {"PIP_NO_BINARY": ":all:", "PIP_PRE": "1", "PIP_DRY_RUN": "1"},
        {"PIP_PLATFORM": "win32", "PIP_ABI": "cp27", "PIP_IMPLEMENTATION": "pp"},
        {"PIP_PYTHON": "/nowhere/python", "PIP_PYTHON_VERSION": "2.7"},
        {"PIP_DEST": "elsewhere", "PIP_TARGET": "elsewhere", "PIP_LOG": "elsewhere/log"},
        {"PIP_EDITABLE": "elsewhere", "PIP_CONFIG_SETTINGS": "x=y"},
        {"PIP_HELP": "1", "PIP_REQUIRE_VENV": "1", "PIP_REQUIRE_VIRTUALENV": "1"},
        {"PIP_VERSION": "1", "PIP_QUIET": "3"},
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_variables_change_nothing_that_is_downloaded(
    variables: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "other.txt").write_text("demo==2.0\nevil\n")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with serving(Index(tmp_path / "wheels", "")) as index:
        outcome = _install(tmp_path, index, monkeypatch)
    assert outcome.status == INSTALLED, outcome.findings
    assert [*(tmp_path / "elsewhere").iterdir()] == []
