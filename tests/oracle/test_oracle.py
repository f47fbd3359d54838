"""What pip and uv would choose, and what pidoctor chooses: equal, or different by evidence.

Random questions are put to both real tools over exactly the wheels of the shipped index. Where an
answer differs in any file name, the tool is asked again over the wheels that the evidence leaves:
then the answers must be the same, so that nothing but the evidence makes the difference.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import parse_wheel_filename

from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.wheels import WheelsIndex, shipped_index
from pidoctor.resolve.machine import Machine, machine_of
from pidoctor.resolve.plan import Plan, Resolution
from pidoctor.resolve.request import held
from pidoctor.resolve.resolver import resolve
from tests.extent import EVERYTHING
from tests.oracle.evidence import AsRead, files
from tests.oracle.mirror import AsPublished, View, mirror
from tests.oracle.questions import Question, questions
from tests.oracle.tools import TOOLS, Asked, Files, ask_uv, ask_uv_as_of, uv_platform

_SEED = 20261126
_MANY = 300 if EVERYTHING else 80
_PUBLISHED = "published"


class Case(NamedTuple):
    """A question with pidoctor's answer."""

    question: Question
    machine: Machine
    ours: Resolution
    view: str  # what the evidence leaves

    def asked(self, view: str) -> Asked:
        return Asked(self.question.requirements, self.machine, view)

    @property
    def checked(self) -> Asked:
        """What was answered, over what the evidence leaves; the rest is told to be unknown."""
        unknown = self.ours.unchecked if isinstance(self.ours, Plan) else {}
        asked = self.question.requirements
        answered = tuple(text for text in asked if Requirement(text).name not in unknown)
        return Asked(answered, self.machine, self.view)


def cases_of(count: int, catalog: Catalog) -> list[Case]:
    made = []
    for number, question in enumerate(questions(count, _SEED, catalog)):
        ours = resolve(question.profile, question.request(catalog), catalog)
        made.append(Case(question, machine_of(question.profile), ours, f"read-{number}"))
    return made


def for_uv(case: Case) -> bool:
    """uv knows the machine, and no pre-release is asked for: of those it takes none of what the
    runtime needs (https://docs.astral.sh/uv/concepts/resolution/), while pip does."""
    asked = (Requirement(text).specifier for text in case.question.requirements)
    return bool(uv_platform(case.machine)) and not any(it.prereleases for it in asked)


def compare(tool: str, count: int, folder: Path) -> tuple[Counter[str], list[str]]:
    """How often which kind of difference was met, and the differences without an explanation."""
    index = WheelsIndex(shipped_index())
    catalog = open_catalog(index)
    asked = [c for c in cases_of(count, catalog) if tool == "pip" or for_uv(c)]
    read = {case.view: AsRead(case.machine, catalog, case.ours) for case in asked}
    views: dict[str, View] = {_PUBLISHED: AsPublished(index), **read}
    kinds: Counter[str] = Counter()
    unexplained = []
    with mirror(views) as url:
        plain = TOOLS[tool]([case.asked(_PUBLISHED) for case in asked], url, folder)
        differ = [(c, theirs) for c, theirs in zip(asked, plain) if theirs != files(c.ours)]
        again = TOOLS[tool]([case.checked for case, _ in differ], url, folder)
    same = "the same plan, file by file", "the same: nothing fits"
    kinds.update(same[files(c.ours) is None] for c, t in zip(asked, plain) if t == files(c.ours))
    for (case, theirs), informed in zip(differ, again):
        kind = read[case.view].kind(theirs)
        if kind and informed == files(case.ours, packaged=True):
            kinds[kind] += 1
        else:
            unexplained.append(_told(case, theirs, informed))
    return kinds, unexplained


def _told(case: Case, theirs: Files, informed: Files) -> str:
    ours = files(case.ours, packaged=True)
    return (
        f"{case.question}\n  pidoctor: {_sorted(ours)}\n  as published: {_sorted(theirs)}\n"
        f"  with the evidence: {_sorted(informed)}"
    )


def _sorted(names: Files) -> list[str] | None:
    return None if names is None else sorted(names)


@pytest.mark.parametrize("tool", TOOLS)
def test_some_questions(tool: str, tmp_path: Path) -> None:
    kinds, unexplained = compare(tool, 24, tmp_path)
    assert not unexplained, "\n".join(unexplained)
    assert sum(kinds.values()) >= 4


@pytest.mark.slow
@pytest.mark.parametrize("tool", TOOLS)
def test_many_questions(tool: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    kinds, unexplained = compare(tool, _MANY, tmp_path)
    with capsys.disabled():
        print(f"\n{_MANY} questions, {sum(kinds.values()) + len(unexplained)} put to {tool}:")
        for kind, count in kinds.most_common():
            print(f"  {count:4} {kind}")
    assert not unexplained, "\n".join(unexplained)


@pytest.mark.network
@pytest.mark.slow
def test_the_index_leaves_out_nothing_that_changes_an_answer(tmp_path: Path) -> None:
    """uv answers the same over our index and over the package index of the day it is of."""
    index = WheelsIndex(shipped_index())
    catalog = open_catalog(index)
    project = index.project("numpy")
    assert project is not None
    cases = [
        case
        for case in cases_of(_MANY, catalog)
        if for_uv(case)
        and all(held(Requirement(text), index) for text in case.question.requirements)
    ]
    asked = [case.asked(_PUBLISHED) for case in cases]
    with mirror({_PUBLISHED: AsPublished(index)}) as url:
        ours = ask_uv(asked, url, tmp_path)
    real = ask_uv_as_of(asked, project.retrieved, tmp_path)
    differ = [
        f"{case.question}\n  our index: {_sorted(one)}\n  all: {_sorted(other)}"
        for case, one, other in zip(cases, ours, real)
        if one != other and (other is None or all(map(selected, other)))
    ]
    assert not differ, "\n".join(differ)


def selected(name: str) -> bool:
    """Whether the index selects the version of a wheel: of some packages only from the oldest on
    that a runtime asks for (jax 0.1.23 goes with every TensorFlow by its metadata alone)."""
    project, version, *_ = parse_wheel_filename(name)
    path = shipped_index() / f"{project}.json"
    chosen = json.loads(path.read_text())["selection"]["specifiers"] if path.exists() else []
    return not chosen or any(SpecifierSet(text).contains(version, True) for text in chosen)
