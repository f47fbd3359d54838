"""Records are what the standard library makes of the same class."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
import subprocess
import sys
import typing
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from pidoctor import records
from pidoctor.record_fields import fields_of

BODY = """
class {name}{base}:
    '''A size.'''
    width: int
    unit: str = "mm"
    def twice(self) -> int:
        return 2 * self.width
"""
MAKERS = {
    "ours": (records.dataclass(frozen=True), records.NamedTuple),
    "the library's": (dataclasses.dataclass(frozen=True), typing.NamedTuple),
}


def declared(maker: str, kind: str) -> Any:
    decorate, base = MAKERS[maker]
    source = "from __future__ import annotations\n"
    if kind == "dataclass":
        source += BODY.replace("class", "@decorate\nclass", 1).format(name="Size", base="")
    else:
        source += BODY.format(name="Size", base="(base)")
    names: dict[str, Any] = {"decorate": decorate, "base": base, "__name__": __name__}
    exec(compile(source, "sizes", "exec", dont_inherit=True), names)  # noqa: S102
    return names["Size"]


def outcome(call: Any) -> Any:
    try:
        return call()
    except (TypeError, AttributeError) as error:
        return type(error)


@pytest.mark.parametrize("kind", ["dataclass", "NamedTuple"])
@pytest.mark.parametrize(
    "use",
    [
        lambda kind: repr(kind(3)),
        lambda kind: repr(kind(width=3, unit="cm")),
        lambda kind: kind(3) == kind(3, "mm"),
        lambda kind: kind(3) == kind(4),
        lambda kind: kind(3) == (3, "cm"),
        lambda kind: len({kind(3), kind(3, "mm"), kind(4)}),
        lambda kind: kind(3).twice(),
        lambda kind: kind(),
        lambda kind: kind(1, "mm", 2),
        lambda kind: kind(1, width=1),
        lambda kind: kind(1, colour="red"),
        lambda kind: kind(unit="m", colour="red"),
        lambda kind: repr(kind(unit="m", width=2)),
        lambda kind: hash(kind(3)) == hash(kind(width=3, unit="mm")),
        lambda kind: setattr(kind(3), "width", 4),
        lambda kind: setattr(kind(3), "unit", 4),
        lambda kind: delattr(kind(3), "width"),
        lambda kind: copy.deepcopy(kind(3)) == kind(3),
        lambda kind: (kind.__doc__, kind.__name__, kind.__qualname__, kind.__module__),
        fields_of,
        lambda kind: hasattr(kind, "_fields") and (kind._fields, kind._field_defaults),
        lambda kind: hasattr(kind, "_fields") and kind(3)._replace(unit="m")._asdict(),
        lambda kind: hasattr(kind, "_fields") and (*kind(3), kind(3)[1:], kind(3) < (4, "")),
        lambda kind: sys.version_info < (3, 10) or kind.__match_args__,
        lambda kind: hasattr(kind, "_fields") or repr(dataclasses.replace(kind(3), unit="")),
        lambda kind: hasattr(kind, "_fields") or dataclasses.asdict(kind(3)),
    ],
)
def test_it_behaves_as_the_library_s(kind: str, use: Any) -> None:
    ours, theirs = (declared(maker, kind) for maker in MAKERS)
    assert outcome(lambda: use(ours)) == outcome(lambda: use(theirs))


@records.dataclass(frozen=True)
class Box:
    """A class with all that the classes of pidoctor have."""

    kind: typing.ClassVar[str] = "box"
    name: str
    secret: str = dataclasses.field(default="", repr=False)
    parts: list[str] = dataclasses.field(default_factory=list)

    @cached_property
    def size(self) -> int:
        return len(self.parts)


@records.dataclass(frozen=True)
class Crate(Box):
    """One that inherits fields."""

    lid: bool = False


@records.dataclass(frozen=True, eq=False)
class Handle:
    """One that is only equal to itself."""

    name: str


def test_defaults_made_anew_values_kept_and_what_is_not_shown() -> None:
    first, second = Box("a", "secret"), Box("a", "secret")
    first.parts.append("x")
    assert second.parts == []
    assert (first.size, second.size, first == second) == (1, 0, False)
    assert second == Box("a", "secret")  # what was computed does not count
    assert "secret" not in repr(first)
    assert pickle.loads(pickle.dumps(first)) == first  # noqa: S301


class Lid(records.NamedTuple):
    """A named tuple that pickle finds by its name."""

    colour: str
    weight: int = 1


def test_a_named_tuple_is_pickled_by_its_fields() -> None:
    found = pickle.loads(pickle.dumps(Lid("red", 2)))  # noqa: S301
    assert (type(found), found) == (Lid, ("red", 2))


def test_fields_are_inherited_and_another_class_is_never_equal() -> None:
    assert repr(Crate("a", lid=True)) == "Crate(name='a', parts=[], lid=True)"
    assert Crate("a") != Box("a")
    assert Handle("a") != Handle("a")


def test_a_check_loads_no_class_that_the_library_declares() -> None:
    """Each costs more at the start than the module that it stands in."""
    names = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True
    ).stderr.split()
    for name in names:
        import_module(name)
    slow = re.compile(r"^@dataclass\(frozen|^class \w+\(NamedTuple\)", re.MULTILINE)
    library = re.compile(r"^from (dataclasses|typing) import .*(\bdataclass\b|NamedTuple)", re.M)
    sources = {name: Path(str(sys.modules[name].__file__)).read_text("utf-8") for name in names}
    assert len(names) > 100
    found = [n for n, text in sources.items() if slow.search(text) and library.search(text)]
    assert found == []


LOADED = """
import sys
from pidoctor.cli.main import main
main(["check", "-q", "--target", "pi4-4gb/bookworm-64"])
print(*(name for name in sys.modules if name.startswith("pidoctor.")), file=sys.stderr)
"""
