"""One trouble has one id, one explanation and one remedy, whoever meets it."""

from __future__ import annotations

import ast
import errno
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pidoctor
from pidoctor.catalog.troubles import GROUPS, load_machine_signs, load_troubles
from pidoctor.install.failure import from_os_error, from_tool
from pidoctor.proof.death import decode
from pidoctor.proof.proof import ENDS
from pidoctor.triage.diagnose import triage
from pidoctor.triage.symptoms import load

PACKAGE = Path(pidoctor.__file__).parent
SAME_EVERYWHERE = [
    (
        "OSError: [Errno 30] Read-only file system: '/home/pi/.venv/lib/python3.11/x.py'",
        "read-only-file-system",
    ),
    ("ERROR: 503 Server Error: Service Unavailable for url: /simple/numpy/", "index-server-error"),
    ("ERROR: HTTP error 429 while getting /numpy-1.26.4.whl", "index-server-error"),
    ("429 Client Error: Too Many Requests for url: /simple/numpy/", "index-server-error"),
    ("ERROR: HTTP error 401 while getting /numpy-1.26.4.whl", "index-login-required"),
    ("WARNING: 401 Error, Credentials not correct for /simple/numpy/", "index-login-required"),
    ("ERROR: HTTP error 403 while getting /numpy-1.26.4.whl", "index-login-required"),
    ("OSError: [Errno 28] No space left on device", "no-space-left"),
    ("MemoryError", "out-of-memory"),
    ("PermissionError: [Errno 13] Permission denied: '/usr/lib/x'", "permission-denied"),
    ("AttributeError: _ARRAY_API not found", "numpy2-abi-mismatch"),
    ("ImportError: /lib/libc.so.6: version `GLIBC_2.34' not found", "glibc-too-old"),
    ("ImportError: /v/x.so: undefined symbol: abc", "undefined-symbol"),
    ("WARNING: pip is configured with locations that require TLS/SSL, however the ssl module in "
     "Python is not available.", "python-built-without-ssl"),
    ("ModuleNotFoundError: No module named 'tflite_runtime'", "module-not-installed"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "trouble"), SAME_EVERYWHERE)
def test_one_text_means_the_same_to_log_install_and_proof(text: str, trouble: str) -> None:
    seen = triage([text.encode()])[0]
    failed = from_tool(["pip", "install"], 1, [text]).finding
    died = decode(1, text, "import")
    assert seen.cause == failed.id == died.kind == trouble
    assert failed.message == seen.explanation
    assert seen.explanation in died.message
    assert seen.fix == failed.remedy == died.remedy
    assert seen.title == load_troubles()[trouble].title


@pytest.mark.parametrize(
    ("number", "trouble"),
    [
        (errno.EROFS, "read-only-file-system"),
        (errno.ENOSPC, "no-space-left"),
        (errno.EDQUOT, "disk-quota"),
        (errno.EACCES, "permission-denied"),
        (errno.EPERM, "permission-denied"),
        (errno.ENOMEM, "out-of-memory"),
    ],
)
def test_an_error_of_the_system_is_the_same_trouble(number: int, trouble: str) -> None:
    import os

    error = OSError(number, os.strerror(number), "/home/pi/x")
    assert from_os_error(error, "writing").finding.id == trouble


@pytest.mark.parametrize("status", [137, -9, 247])
def test_a_killed_tool_ran_out_of_memory(status: int) -> None:
    assert from_tool(["pip"], status, ["Collecting numpy"]).finding.id == "out-of-memory"
    assert decode(status, "", "import").kind == "out-of-memory"


def test_a_lost_connection_names_the_servers_and_what_helps_who_ran_pidoctor() -> None:
    said = (
        "Looking in indexes: https://devpi.example/simple",
        "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError("
        "'<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: Failed to establish a "
        "new connection: [Errno 111] Connection refused')': /simple/numpy/",
    )
    found = from_tool(["pip"], 1, said).finding
    assert found.evidence.endswith("Connection refused (asked: https://devpi.example/simple)")
    assert found.remedy is not None
    assert "PIDOCTOR_TIMEOUT" in found.remedy.text
    assert "PIP_" not in found.remedy.text


def test_an_index_that_pip_leaves_out_is_not_one_that_lacks_the_package() -> None:
    said = (
        "WARNING: The repository located at devpi.lan is not a trusted or secure host and is being "
        "ignored.",
        "ERROR: No matching distribution found for numpy==2.4.6",
    )
    found = from_tool(["pip"], 1, said).finding
    assert found.id == "index-not-trusted"
    assert found.remedy is not None
    assert found.remedy.commands[-1].endswith("config set global.trusted-host devpi.lan")


def _literals(room: str) -> Iterator[str]:
    for path in (PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)+", text):
                yield text


OF_INSTALL = {"disk-error", "tool-failed", "interrupted", "not-proven", "proof-failed"}
RETIRED = {
    "read-only-target", "target-read-only", "index-down", "index-busy", "index-wants-login",
    "disk-full", "clock-wrong", "venv-missing", "python-without-ssl", "numpy-abi", "not-installed",
    "numpy-api-version", "missing-symbol", "missing-library", "no-network",
}  # fmt: skip


def test_ids_of_one_trouble_are_one() -> None:
    """The ids that checks, install, proof and triage can answer with; the second names are gone."""
    troubles = set(load_troubles())
    for room in ("checks", "install", "proof", "triage"):
        assert not RETIRED & set(_literals(room)), room
    assert not troubles & set(ENDS)
    assert not troubles & (OF_INSTALL | RETIRED)
    assert {row.trouble for row in load_machine_signs().installed} <= troubles
    spoken = {s.cause for s in load().symptoms if not s.cause.startswith("@")}
    assert spoken <= troubles


def test_an_id_that_two_commands_answer_with_is_in_the_table() -> None:
    """The ids of the findings that each room makes itself: none of them is another room's too."""
    made: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        code = path.read_bytes()
        tree = ast.parse(code) if b"Finding(" in code else ast.Module([], [])
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in calls:
            if isinstance(call.func, ast.Name) and call.func.id == "Finding" and call.args:
                first = call.args[0]
                options = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                own = {str(it.value) for it in options if isinstance(it, ast.Constant)}
                room = path.relative_to(PACKAGE).parts[0]
                made.setdefault(room, set()).update(own - set(load_troubles()))
    assert {"accelerator-needs", "no-swap"} <= made["checks"]
    seen = [one for own in made.values() for one in own]
    assert sorted(seen) == sorted(set(seen))


CONTRACT = """
no-wheel-for-python no-wheel-for-arch no-wheel-for-32bit-os no-wheel-for-glibc python-too-new
python-too-old requested-version-unavailable unknown-package-name wheel-not-supported-on-platform
wheel-file-not-found pip-too-old 32bit-userland-on-64bit-kernel wrong-arch-binary
apt-package-missing apt-unmet-dependencies externally-managed-environment permission-denied
broken-pip distutils-missing apt-locked apt-key-invalid interrupted-install dependency-conflict
ssl-clock-skew proxy-or-ssl-ca dns-failure network-timeout hash-mismatch wheel-file-corrupt
no-space-left out-of-memory source-build-failed numpy2-abi-mismatch numpy-api-version-mismatch
missing-shared-library glibc-too-old libstdcxx-too-old undefined-symbol exec-stack static-tls
page-size-16k illegal-instruction module-not-installed wrong-module-import wrong-interpreter
shadowed-module removed-api api-newer-than-runtime model-file-not-found model-file-corrupt
model-op-unsupported edgetpu-delegate-load-failed edgetpu-delegate-not-used edgetpu-permission
edgetpu-version-mismatch edgetpu-not-detected edgetpu-driver-build-failed hailo-version-mismatch
gpu-delegate-unavailable no-wheel-for-musl bad-version-on-index apt-repository-gone
apt-suite-changed apt-index-stale mirror-out-of-step mixed-releases venv-module-missing
python-built-without-ssl sudo-not-possible read-only-file-system index-server-error
index-login-required delegate-dynamic-tensors usb-power command-typed-in-python
"""


def test_no_id_of_the_contract_is_gone() -> None:
    assert set(CONTRACT.split()) <= set(load_troubles())


def test_the_tables_are_the_files() -> None:
    folder = PACKAGE / "catalog" / "data" / "troubles"
    assert {path.stem for path in folder.glob("*.json")} == {*GROUPS, "facts"}


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        (
            "'NameResolutionError(\"HTTPSConnection(host='pypi.org', port=443): Failed to resolve "
            "'pypi.org' ([Errno -3] Temporary failure in name resolution)\")'",
            "Failed to resolve 'pypi.org' ([Errno -3] Temporary failure in name resolution)",
        ),
        (
            "'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>: "
            "Failed to establish a new connection: [Errno 101] Network is unreachable')'",
            "Failed to establish a new connection: [Errno 101] Network is unreachable",
        ),
        (
            "'ReadTimeoutError(\"HTTPSConnectionPool(host='x.example', port=443): Read timed out. "
            "(read timeout=15)\")'",
            "Read timed out. (read timeout=15)",
        ),
        (
            "'ConnectTimeoutError(<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f>, "
            "'Connection to pypi.org timed out. (connect timeout=15)')'",
            "Connection to pypi.org timed out. (connect timeout=15)",
        ),
        (
            "'ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407 Proxy "
            "Authentication Required'))'",
            "Tunnel connection failed: 407 Proxy Authentication Required",
        ),
    ],
)
def test_why_a_connection_was_lost_is_told_without_the_retries_of_pip(lost: str, told: str) -> None:
    line = (
        "WARNING: Retrying (Retry(total=4, connect=None, read=None, redirect=None, status=None)) "
        f"after connection broken by {lost}: /simple/numpy/"
    )
    assert from_tool(("pip", "download"), 1, [line]).finding.evidence == told
