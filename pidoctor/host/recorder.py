"""A host that writes down everything it is asked, to be replayed from a capture.

Secrets are cut out before anything is kept (:mod:`pidoctor.redact`): index credentials,
serial numbers, MAC addresses, user names in paths. What the probes see is not altered.
"""

from __future__ import annotations

import json
from typing import Any, Callable, TypeVar

from pidoctor import __version__
from pidoctor.decoding import encode
from pidoctor.host.base import (
    READ_LIMIT,
    SEARCH_LIMIT,
    Completed,
    DiskUsage,
    Distribution,
    Host,
    HostError,
    MemoryUse,
    MissingError,
    OwnPip,
    SearchPattern,
    Uname,
)
from pidoctor.host.capture_format import SCHEMA
from pidoctor.host.privacy import clean_content
from pidoctor.redact import Identity, redact, redact_json

T = TypeVar("T")

NOT_TEXT = "is no text; left out of the capture"


class Recorder:
    """Asks another host and keeps its answers; :meth:`to_text` is the capture."""

    def __init__(self, host: Host) -> None:
        self._host = host
        # The user's home is "~" in a capture, and the probes that replay it look there.
        self._identity = Identity(home=host.home())
        self.origin = host.origin
        self.can_run = host.can_run
        self._files: dict[str, dict[str, Any]] = {}
        self._lists: dict[str, list[Any]] = {
            "present": [],
            "missing": [],
            "mine": [],
            "searches": [],
            "commands": [],
        }
        self._tables: dict[str, dict[str, Any]] = {
            "folders": {},
            "real_paths": {},
            "unreadable": {},
            "environment": {},
            "disks": {},
        }
        self._values: dict[str, Any] = {}

    def to_text(self) -> str:
        """The capture as JSON text."""
        lists = {
            name: sorted(set(items)) if name in ("present", "missing", "mine") else items
            for name, items in self._lists.items()
        }
        data = {
            "schema": SCHEMA,
            "made_by": f"pidoctor {__version__}",
            "origin": self._clean(self.origin),
            "complete": False,
            "can_run": self.can_run,
            "home": "~",
            "files": self._files,
            **lists,
            **self._tables,
            **self._values,
        }
        text = json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        # A file name that is no UTF-8 is in there as surrogates, which no file takes.
        return text.encode("utf-8", "replace").decode("utf-8")

    def read_bytes(self, path: str, limit: int = READ_LIMIT) -> bytes:
        content = self._ask(path, lambda: self._host.read_bytes(path, limit))
        entry = clean_content(path, content, self._identity)
        if entry is None:
            self._tables["unreadable"][self._clean(path)] = NOT_TEXT
        else:
            kept = self._files.setdefault(self._clean(path), {})
            kept.pop("base64", None)
            kept.update(entry)
        return content

    def search(
        self, path: str, pattern: SearchPattern, limit: int = SEARCH_LIMIT
    ) -> tuple[bytes, ...]:
        found = self._ask(path, lambda: self._host.search(path, pattern, limit))
        self._lists["searches"].append(
            {
                "path": self._clean(path),
                "pattern": pattern.name,
                "found": [self._clean(item.decode("utf-8", "replace")) for item in found],
            }
        )
        return found

    def list_dir(self, path: str) -> tuple[str, ...]:
        names = self._ask(path, lambda: self._host.list_dir(path))
        self._tables["folders"][self._clean(path)] = [self._clean(name) for name in names]
        return names

    def real_path(self, path: str) -> str:
        real = self._ask(path, lambda: self._host.real_path(path))
        if real != path:
            self._tables["real_paths"][self._clean(path)] = self._clean(real)
        return real

    def exists(self, path: str) -> bool:
        there = self._host.exists(path)
        self._lists["present" if there else "missing"].append(self._clean(path))
        return there

    def modified(self, path: str) -> float:
        moment = self._ask(path, lambda: self._host.modified(path))
        self._files.setdefault(self._clean(path), {})["modified"] = moment
        return moment

    def disk_usage(self, path: str) -> DiskUsage:
        usage = self._ask(path, lambda: self._host.disk_usage(path))
        self._tables["disks"][self._clean(path)] = usage._asdict()
        return usage

    def run(self, argv: tuple[str, ...], timeout: float, stdin: bytes = b"") -> Completed:
        completed = self._ask(argv[0], lambda: self._host.run(argv, timeout, stdin))
        self._lists["commands"].append(
            {
                "argv": redact_json(list(argv), self._identity),
                "returncode": completed.returncode,
                "stdout": self._clean(completed.stdout.decode("utf-8", "replace")),
                "stderr": self._clean(completed.stderr.decode("utf-8", "replace")),
                "timed_out": completed.timed_out,
            }
        )
        return completed

    def uname(self) -> Uname:
        return self._value("uname", self._host.uname())

    def page_size(self) -> int:
        return self._value("page_size", self._host.page_size())

    def memory(self) -> MemoryUse:
        return self._value("memory", self._host.memory())

    def distribution(self) -> Distribution:
        return self._value("distribution", self._host.distribution())

    def environ(self, name: str) -> str | None:
        value = self._host.environ(name)
        self._tables["environment"].update(redact_json({name: value}, self._identity))
        return value

    def now(self) -> float:
        return self._value("now", self._host.now())

    def group_ids(self) -> tuple[int, ...]:
        return self._value("group_ids", self._host.group_ids())

    def is_mine(self, path: str) -> bool:
        mine = self._host.is_mine(path)
        if mine:
            self._lists["mine"].append(self._clean(path))
        return mine

    def home(self) -> str:
        return self._identity.home

    def working_folder(self) -> str:
        folder = self._host.working_folder()
        self._values["working_folder"] = self._clean(folder)
        return folder

    def interpreter(self) -> str:
        path = self._host.interpreter()
        self.answer_for(path)
        return path

    def answer_for(self, executable: str) -> None:
        """Make ``executable`` the interpreter of the capture: the one that --python named."""
        self._values["interpreter"] = self._clean(executable)

    def own_pip(self) -> OwnPip:
        answer = self._host.own_pip()
        self._values["own_pip"] = {k: self._clean(v) for k, v in answer._asdict().items()}
        return answer

    def runs_here(self, executable: str) -> bool:  # noqa: ARG002 (the Host protocol's argument)
        """False, so that the interpreter is asked by a command that can be replayed."""
        return False

    def _clean(self, text: str) -> str:
        return redact(text, self._identity)

    def _value(self, name: str, value: T) -> T:
        self._values[name] = encode(value)
        return value

    def _ask(self, path: str, question: Callable[[], T]) -> T:
        """The host's answer; that there is none is kept as well."""
        try:
            return question()
        except MissingError:
            self._lists["missing"].append(self._clean(path))
            raise
        except HostError as error:
            self._tables["unreadable"][self._clean(path)] = self._clean(error.reason)
            raise
