"""A plugin for pytest: tries changes of a room's code on the tests that reach them, in one process.

The collected tests run once as they are, each with the room's caches empty, and which of them reach
which line is noted. For each change the process forks; in the child the function that is changed
gets its new code, every cache is emptied, and the tests that reach its line run until one fails. So
a change costs the time of those tests alone. What is not in a function or a constant of a module (a
class body, a default, a decorator) cannot be changed so, and is not part of the sample.

MUTATION_ROOM names the room, MUTATION_NUMBER and MUTATION_SEED draw the sample, MUTATION_COUNTS
is the file that gets the figures.
"""

from __future__ import annotations

import ast
import difflib
import functools
import gc
import json
import os
import random
import signal
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, TypeGuard

import pytest

#: Changes that alter nothing that a program does: the type annotations `A | B`, and decorators that
#: only remember an answer.
_WITHOUT_EFFECT = ("ReplaceBinaryOperator_BitOr", "RemoveDecorator")
#: Seconds: what the tests of one change may take unchanged, the quickest first, and changed.
_ENOUGH_S, _TIMEOUT_S = 40.0, 200.0

Codes = Mapping[tuple[str, int], CodeType]


@dataclass(frozen=True)
class Change:
    """A line of a module, and the module's text when the line is changed."""

    module: Path
    line: int
    operator: str
    before: str
    after: str

    def __str__(self) -> str:
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=0)
        changed = "\n    ".join(list(lines)[3:])
        return f"{os.path.relpath(self.module)}:{self.line} {self.operator}\n    {changed}"

    @functools.cached_property
    def functions(self) -> Codes:
        """The code of the functions that differ, by name and first line."""
        before, after = (_codes(text, self.module) for text in (self.before, self.after))
        return {key: code for key, code in after.items() if before.get(key, code) != code}

    @functools.cached_property
    def constants(self) -> Sequence[str]:
        """The names that the changed statement of the module gives a value."""
        assigned = (ast.Assign, ast.AnnAssign)
        nodes = [node for node in ast.parse(self.before).body if isinstance(node, assigned)]
        here = [node for node in nodes if node.lineno <= self.line <= (node.end_lineno or 0)]
        return [name.id for node in here for name in ast.walk(node) if _is_set(name)]

    def make(self) -> None:
        """Change the program that runs."""
        if self.functions:
            for function in gc.get_objects():
                if type(function) is FunctionType:
                    code = function.__code__
                    if code.co_filename == str(self.module):
                        function.__code__ = self.functions.get(_key(code), code)
        else:
            name = ".".join(self.module.relative_to(Path.cwd()).with_suffix("").parts)
            own = {"__name__": name, "__file__": str(self.module)}
            exec(_compiled(self.after, self.module), own)  # noqa: S102
            for constant in self.constants:
                old = vars(sys.modules[name])[constant]
                for module in list(sys.modules.values()):
                    if vars(module).get(constant) is old:
                        setattr(module, constant, own[constant])
        for cache in gc.get_objects():
            if isinstance(cache, functools._lru_cache_wrapper):
                cache.cache_clear()


def _is_set(node: ast.AST) -> TypeGuard[ast.Name]:
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def _key(code: CodeType) -> tuple[str, int]:
    return getattr(code, "co_qualname", code.co_name), code.co_firstlineno


def _compiled(text: str, module: Path) -> CodeType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # `is not "py"`, of which Python warns, is a change too
        return compile(text, str(module), "exec")


def _codes(text: str, module: Path) -> Codes:
    def inside(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
        for part in code.co_consts:
            if isinstance(part, CodeType):
                yield _key(part), part
                yield from inside(part)

    found = dict(inside(_compiled(text, module)))
    classes = {
        (node.name, first)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef)
        for first in [min([node.lineno, *(each.lineno for each in node.decorator_list)])]
    }
    return {
        key: code for key, code in found.items() if (key[0].split(".")[-1], key[1]) not in classes
    }


def changes(room: str, seed: int) -> Iterator[Change]:
    """Changes of a room's functions and constants, in an order drawn by lot."""
    from cosmic_ray.commands import init
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator
    from cosmic_ray.work_db import WorkDB, use_db

    with use_db(":memory:", WorkDB.Mode.create) as db:
        init(sorted(Path("pidoctor", room).rglob("*.py")), db, {})
        found = [mutation for item in db.work_items for mutation in item.mutations]
    random.Random(seed).shuffle(found)  # noqa: S311
    for each in found:
        name = each.operator_name.split("/")[-1]
        if not name.startswith(_WITHOUT_EFFECT):
            before = each.module_path.read_text(encoding="utf-8")
            operator = get_operator(each.operator_name)(**each.operator_args)
            after = mutate_code(before, operator, each.occurrence)
            change = Change(each.module_path.resolve(), each.start_pos[0], name, before, after)
            if _is_python(after) and (change.functions or change.constants):
                yield change


def _is_python(text: str) -> bool:
    """Whether it compiles: `{**a, **b}` with another operator for the second stars does not."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


class Trying:
    """Runs the tests once, and then those that each change can reach."""

    def __init__(self, room: str, number: int, seed: int) -> None:
        self._room, self._number, self._seed = room, number, seed
        self._seconds: dict[str, float] = {}
        self._failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._seconds[report.nodeid] = self._seconds.get(report.nodeid, 0) + report.duration
        if report.failed:
            self._failed.add(report.nodeid)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        import coverage

        measured = coverage.Coverage(data_file=None, include=[f"pidoctor/{self._room}/*"])
        measured.start()
        for item, after in zip(session.items, [*session.items[1:], None]):
            measured.switch_context(item.nodeid)
            self._forget()
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        measured.stop()
        data = measured.get_data()
        reached = {file: data.contexts_by_lineno(file) for file in data.measured_files()}
        items = {item.nodeid: item for item in session.items if item.nodeid not in self._failed}
        print(f"\n{self._room}: {len(items)} tests pass, {len(self._failed)} do not", flush=True)
        noticed = missed = 0
        for change in islice(changes(self._room, self._seed), self._number):
            tests = self._reaching(change, reached.get(str(change.module), {}))
            seen = bool(tests) and _fails(change, [items[name] for name in tests if name in items])
            noticed, missed = noticed + seen, missed + (not seen)
            word = "noticed" if seen else "missed" if tests else "reached by no test"
            print(f"{word} ({len(tests)} tests): {change}", flush=True)
        print(f"{self._room}: {noticed} of {noticed + missed} noticed", flush=True)
        Path(os.environ["MUTATION_COUNTS"]).write_text(json.dumps([noticed, noticed + missed]))
        return True

    def _forget(self) -> None:
        """Empty the room's caches: a test reaches what it would have to compute."""
        for name, module in list(sys.modules.items()):
            if name.startswith(f"pidoctor.{self._room}."):
                for value in vars(module).values():
                    if isinstance(value, functools._lru_cache_wrapper):
                        value.cache_clear()

    def _reaching(self, change: Change, lines: Mapping[int, Sequence[str]]) -> list[str]:
        """The quickest of the tests that reach the line; of a constant, those of its module."""
        wanted = range(change.line, change.line + 1)
        for node in ast.walk(ast.parse(change.before)):
            if isinstance(node, (ast.stmt, ast.ExceptHandler)):
                body: Any = getattr(node, "body", None)
                end = body[0].lineno - 1 if body else (node.end_lineno or node.lineno)
                if node.lineno <= change.line <= end:  # the innermost comes last
                    wanted = range(node.lineno, end + 1)
        reached = {test for line in wanted for test in lines.get(line, ())}
        if not change.functions:
            reached = {test for tests in lines.values() for test in tests}
        chosen, sum_ = list[str](), 0.0
        for test in sorted(filter(None, reached), key=lambda name: self._seconds.get(name, 0.0)):
            sum_ += self._seconds.get(test, 0.0)
            if chosen and sum_ > _ENOUGH_S:
                break
            chosen.append(test)
        return chosen


def _fails(change: Change, tests: Sequence[Any]) -> bool:
    """Whether one of the tests fails, or does not end, once the change is made."""
    child = os.fork()
    if child == 0:
        status = 2
        try:
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 1)
            os.dup2(null, 2)
            os.setsid()
            change.make()
            status = 1 if any(map(_fails_here, tests)) else 0
        finally:
            os._exit(status)
    end = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < end:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status != 0
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return True


def _fails_here(item: Any) -> bool:
    from _pytest.runner import runtestprotocol

    item._initrequest()
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


def pytest_configure(config: pytest.Config) -> None:
    of = os.environ
    if room := of.get("MUTATION_ROOM"):
        trying = Trying(room, int(of["MUTATION_NUMBER"]), int(of["MUTATION_SEED"]))
        config.pluginmanager.register(trying)
