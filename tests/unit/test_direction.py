"""The data goes one way, and only some modules look at the machine.

Host -> probe -> Profile -> resolve, checks, triage -> install, proof -> report. What a module
may do is written down here exactly: an edge or a touch that is new fails, and so does one that is
gone and still written down. To change it, change the table; the diff then shows the new direction.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import pidoctor

PACKAGE = Path(pidoctor.__file__).parent

# room (or module at the top) -> the others that it imports from, for types included
IMPORTS: Mapping[str, str] = {
    "__main__": "cli",
    "ansible": "errors probe pyz safe_files",
    "api": (
        "asked catalog checks envelope errors fitting host model probe profile readiness report "
        "resolve result safe_files triage"
    ),
    "asked": "records units",
    "bench": "catalog decoding errors host model proof record_fields safe_files units value_rules",
    "building": "decoding record_fields",
    "catalog": (
        "building decoding errors expressions json_schema platforms record_fields records result "
        "shipped_table units value_rules"
    ),
    "checks": "catalog errors platforms profile readiness records resolve result units",
    "cli": (
        "ansible api asked bench catalog checks decoding envelope errors evidence example "
        "expressions fitting fleet help host indexing install lockfiles model probe profile "
        "progress proof pyz readiness records redact report requirements resolve result "
        "safe_files triage units"
    ),
    "decoding": "errors profile record_fields records",
    "envelope": (
        "asked bench evidence fleet indexing install model profile proof record_fields records "
        "report resolve result triage value_rules"
    ),
    "evidence": "catalog errors platforms record_fields safe_files units value_rules",
    "example": "errors model",
    "fitting": "asked catalog change_kinds model profile readiness report resolve result",
    "fleet": (
        "catalog decoding errors platforms profile report resolve safe_files sqlite_file units "
        "urls value_rules"
    ),
    "help": "catalog report",
    "host": "decoding errors expressions records redact",
    "indexing": (
        "catalog decoding errors evidence host mutex platforms probe profile record_fields "
        "safe_files time_limit units urls value_rules"
    ),
    "install": (
        "catalog decoding errors expressions host indexing mutex platforms probe profile progress "
        "proof readiness record_fields records report resolve result safe_files time_limit triage "
        "units urls value_rules"
    ),
    "json_schema": "profile record_fields value_rules",
    "lockfiles": (
        "catalog errors indexing install profile progress readiness resolve safe_files units"
    ),
    "model": (
        "catalog change_kinds decoding errors json_shapes record_fields safe_files units "
        "value_rules"
    ),
    "mutex": "errors",
    "platforms": "records",
    "probe": "catalog errors expressions host platforms profile readiness records units urls",
    "profile": "catalog decoding errors expressions platforms record_fields records urls",
    "proof": (
        "catalog decoding errors expressions host record_fields result safe_files triage units "
        "value_rules"
    ),
    "pyz": "errors platforms probe pyz_start safe_files",
    "pyz_start": "__main__",
    "readiness": "catalog profile records resolve result units",
    "record_fields": "records",
    "redact": "redact_rule redact_rules urls",
    "redact_rule": "",
    "redact_rules": "expressions redact_rule shipped_table urls",
    "report": (
        "asked bench decoding envelope errors evidence expressions fleet indexing json_schema "
        "json_shapes model platforms profile proof records redact resolve result safe_files triage "
        "units value_rules"
    ),
    "requirements": (
        "catalog decoding errors expressions platforms profile records resolve safe_files units "
        "urls"
    ),
    "resolve": (
        "catalog change_kinds errors platforms profile record_fields records units value_rules"
    ),
    "result": "records value_rules",
    "safe_files": "errors",
    "json_shapes": "value_rules",
    "sqlite_file": "errors",
    "time_limit": "errors",
    "triage": (
        "catalog decoding errors expressions host platforms profile record_fields redact resolve "
        "result safe_files sqlite_file value_rules"
    ),
    "urls": "errors expressions",
    "value_rules": "records",
}

# Rooms that only turn values into values: none of their modules touches anything.
PURE = ("checks", "platforms", "profile", "readiness", "resolve")

FILES, ENVIRONMENT, PROGRAMS, NETWORK, SYSTEM = (
    "files",
    "environment",
    "programs",
    "network",
    "system",
)
# module -> what it touches itself, not through a host: host/ reads the machine, install/ and proof/
# change environments and run what is in them, the others read data of their own, files that the
# user named, and the cache
TOUCHES: Mapping[str, str] = {
    "__main__": "environment files",
    "ansible.collection.plugins.module_utils.board": "files",
    "ansible.collection.plugins.modules.tflite_install": "files",
    "ansible.write": "files",
    "api": "files",
    "bench.measure": "files",
    "proof.media_payload": "files",
    "bench.operators": "files",
    "bench.timing_payload": "files",
    "catalog.__main__": "environment files",
    "catalog.ledger": "files",
    "catalog.location": "environment files",
    "catalog.tables": "environment files",
    "catalog.wheels": "files",
    "cli.apply_remedies": "system",
    "cli.bench": "files",
    "cli.bench_subject": "files",
    "cli.example": "files",
    "cli.lock": "files",
    "cli.main": "environment files",
    "cli.own_model": "files",
    "cli.proving": "files",
    "cli.report": "environment files",
    "cli.resume": "files",
    "cli.smoke": "files",
    "cli.triage": "files",
    "cli.where": "files",
    "evidence.audit": "files",
    "fleet.documents": "files",
    "host.capture_script": "environment files system",
    "host.captured": "files",
    "host.command": "environment files programs system",
    "host.directory": "files",
    "host.bounded_files": "files",
    "host.live": "environment files system",
    "host.trust": "files system",
    "indexing.__main__": "files",
    "indexing.cache": "files",
    "indexing.document": "files",
    "indexing.gather": "files",
    "indexing.index_changes": "files",
    "indexing.kept_pages": "files",
    "indexing.local_files": "files network",
    "indexing.metadata": "files",
    "indexing.patient_connection": "network",
    "indexing.patient_session": "environment files network",
    "indexing.project_page": "network",
    "indexing.remote": "files network",
    "indexing.store": "files",
    "indexing.sources": "network",
    "indexing.update": "files",
    "indexing.verify": "files",
    "install.checks": "files system",
    "install.durable": "files",
    "install.environment_files": "files",
    "install.fetching": "files",
    "install.journal": "files",
    "install.kit": "files",
    "install.manifest": "files",
    "mutex": "files",
    "install.ownership": "files system",
    "install.path_rules": "files",
    "install.place": "files",
    "install.previous": "files",
    "install.process": "environment files",
    "install.recipe": "files system",
    "install.step": "environment",
    "install.supply": "files",
    "install.recovery": "files",
    "install.relocate": "files",
    "install.situation": "files",
    "install.state": "files system",
    "install.transaction": "files",
    "install.stuck": "files",
    "install.wheelhouse": "files",
    "lockfiles.kit_writer": "files",
    "lockfiles.pylock": "files",
    "lockfiles.wheelhouse_writer": "files",
    "model.model_archive": "files",
    "model.file": "files",
    "probe.machine": "files",
    "probe.payload": "files system",
    "proof.inference_payload": "files",
    "proof.known": "files",
    "proof.prove": "files",
    "pyz": "files programs",
    "pyz_start": "environment files system",
    "redact": "environment system",
    "report.bundle": "files",
    "report.console": "environment files",
    "report.jsonout": "files",
    "report.schema": "files",
    "requirements.files": "files",
    "requirements.options": "files",
    "requirements.settings": "files system",
    "requirements.text": "environment",
    "safe_files": "files",
    "triage.case_store": "files",
    "sqlite_file": "files",
    "triage.cases": "files",
    "triage.watched_command": "files",
    "urls": "files",
}

_OF_MODULES = {
    **dict.fromkeys(("subprocess", "selectors", "multiprocessing"), PROGRAMS),
    **dict.fromkeys(("socket", "requests", "urllib3", "http", "ssl"), NETWORK),
    **dict.fromkeys(("platform", "psutil", "distro", "sysconfig"), SYSTEM),
    **dict.fromkeys(("shutil", "tempfile", "filelock", "mmap", "fcntl", "glob"), FILES),
    "platformdirs": ENVIRONMENT,
}
_OF_OS = {
    **dict.fromkeys(("environ", "environb", "getenv"), ENVIRONMENT),
    **dict.fromkeys(("kill", "killpg", "waitid", "waitpid", "fork", "execv", "system"), PROGRAMS),
    **dict.fromkeys(
        ("uname", "sysconf", "confstr", "getuid", "geteuid", "getgid", "getgroups", "cpu_count"),
        SYSTEM,
    ),
    **dict.fromkeys(("path", "fspath", "devnull", "sep", "linesep", "pathsep", "PathLike"), ""),
}
_PURE_PATHS = frozenset(
    ("join", "basename", "dirname", "normpath", "isabs", "splitext", "commonprefix", "relpath")
)
_OF_PATHS = frozenset(
    (
        *("read_text", "read_bytes", "write_text", "write_bytes", "open", "stat", "lstat"),
        *("iterdir", "glob", "rglob", "is_file", "is_dir", "is_symlink", "exists", "expanduser"),
        *("mkdir", "unlink", "rmdir", "symlink_to", "touch", "cwd", "home"),
    )
)
_NO_PATHS = frozenset(("host", "_host", "self", "os"))  # whose methods have the same names


def modules() -> dict[str, Path]:
    """Every module of the package by its dotted name."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


@cache
def trees() -> Mapping[str, ast.Module]:
    """Parsed when the first test asks: every process of a run collects this file."""
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def imports(tree: ast.AST, types_too: bool) -> Iterator[str]:
    """The pidoctor modules that a file imports, inside functions too."""
    for node in ast.iter_child_nodes(tree):
        if not isinstance(node, (ast.stmt, ast.ExceptHandler)):
            continue
        if not types_too and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.module in MODULES:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield full if full in MODULES else str(node.module)
        yield from imports(node, types_too)


def touches(tree: ast.AST) -> Iterator[str]:
    """The kinds of things outside its arguments that a file reads or changes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (_OF_MODULES.get(alias.name.split(".")[0], "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield _OF_MODULES.get((node.module or "").split(".")[0], "")
        elif isinstance(node, ast.Attribute):
            yield _touch_of(node)
        elif isinstance(node, ast.Call):
            yield _touch_by(node.func)


def _touch_of(node: ast.Attribute) -> str:
    owner = node.value
    if isinstance(owner, ast.Name) and owner.id == "os":
        return "" if node.attr.startswith("O_") else _OF_OS.get(node.attr, FILES)
    if isinstance(owner, ast.Attribute) and owner.attr == "path":
        of_os = isinstance(owner.value, ast.Name) and owner.value.id == "os"
        return FILES if of_os and node.attr not in _PURE_PATHS else ""
    return ""


def _touch_by(called: ast.expr) -> str:
    if isinstance(called, ast.Name):
        return FILES if called.id == "open" else ""
    if isinstance(called, ast.Attribute) and called.attr in _OF_PATHS:
        owner = called.value
        name = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
        return "" if name in _NO_PATHS else FILES
    return ""


def room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def edges() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, tree in trees().items():
        others = {room(other) for other in imports(tree, types_too=True)} - {room(name), ""}
        found.setdefault(room(name), set()).update(others)
    return {name: others for name, others in found.items() if others}


@cache
def touching() -> dict[str, set[str]]:
    found = {name.partition(".")[2]: set(touches(tree)) - {""} for name, tree in trees().items()}
    return {name: kinds for name, kinds in found.items() if kinds}


def differences(found: Mapping[str, set[str]], written: Mapping[str, str]) -> list[str]:
    """What is found and not written down, and the other way round."""
    names: Iterable[str] = sorted({*found, *written})
    return [
        f"{name}: {word} {item}"
        for name in names
        for word, items in (
            ("new", found.get(name, set()) - set(written.get(name, "").split())),
            ("gone", set(written.get(name, "").split()) - found.get(name, set())),
        )
        for item in sorted(items)
    ]


def test_rooms_import_exactly_what_is_written_here() -> None:
    assert differences(edges(), IMPORTS) == []


def test_modules_touch_exactly_what_is_written_here() -> None:
    assert differences(touching(), TOUCHES) == []


@pytest.mark.parametrize("pure", PURE)
def test_a_pure_room_touches_nothing(pure: str) -> None:
    assert [name for name in touching() if name.split(".")[0] == pure] == []


def test_no_two_modules_import_each_other() -> None:
    """Not in a ring either; imports for types alone do not count."""
    graph = {name: set(imports(tree, types_too=False)) - {name} for name, tree in trees().items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("import subprocess", "programs"),
        ("from subprocess import run", "programs"),
        ("def f():\n    import socket", "network"),
        ("import os\nos.environ['X']", "environment"),
        ("import os\nos.listdir('/')", "files"),
        ("import os\nos.path.exists('/')", "files"),
        ("import os\nos.path.join('a', 'b')", ""),
        ("import os\nos.uname()", "system"),
        ("import shutil\nshutil.which('sh')", "files"),
        ("open('/proc/cpuinfo')", "files"),
        ("path.read_text()", "files"),
        ("host.exists('/proc')", ""),
    ],
)
def test_a_touch_is_seen(code: str, kinds: str) -> None:
    assert set(touches(ast.parse(code))) - {""} == set(kinds.split())
