"""The program for a model: what it knows of the inputs, and that nothing of the file leaks in."""

from __future__ import annotations

import ast

import pytest

from pidoctor.errors import UsageError
from pidoctor.example.needs import Input, InputKind, Needs, read_needs
from pidoctor.example.script import ProgramPaths, program, service
from pidoctor.model.content import read_content
from tests.unit.model.making import Op, T, model

HOSTILE = "evil'''\"\"\"\x1b[31m\nimport os #.tflite"


def needs_of(*tensors: T, shapes: dict[int, tuple[int, ...]] | None = None) -> Needs:
    made = [*tensors, T((1,))]
    numbers = tuple(range(len(tensors)))
    data = model(made, [Op("ADD", numbers, (len(tensors),))], inputs=numbers)
    return read_needs(read_content(memoryview(data)), shapes or {})


@pytest.mark.parametrize(
    ("tensor", "kind"),
    [
        (T((1, 224, 224, 3)), InputKind.IMAGE),
        (T((1, 3, 224, 224)), InputKind.IMAGE),
        (T((1, 28, 28, 1), "INT8", scales=1), InputKind.IMAGE),
        (T((1, 16000)), InputKind.SOUND),
        (T((1, 16000), "INT16"), InputKind.SOUND),
        (T((1, 96)), InputKind.NUMBERS),
        (T((1, 49, 40, 1)), InputKind.NUMBERS),
        (T((1,), "STRING"), InputKind.TEXT),
        (T((1, 16000), "INT64"), InputKind.NUMBERS),
    ],
)
def test_what_an_input_is_filled_from(tensor: T, kind: InputKind) -> None:
    assert needs_of(tensor).inputs[0].kind is kind


def test_colours_may_stand_first() -> None:
    assert needs_of(T((1, 3, 224, 224))).inputs[0].first
    assert not needs_of(T((1, 224, 224, 3))).inputs[0].first


def test_open_sizes_are_chosen() -> None:
    tensor = T((1, 1), signature=(-1, -1))
    (one,) = needs_of(tensor).inputs
    assert one.shape == (1, 1)
    chosen = needs_of(tensor, shapes={0: (1, 1280)}).inputs[0]
    assert (chosen.shape, chosen.set_shape) == ((1, 1280), True)
    with pytest.raises(UsageError, match=r"takes \?,\?"):
        needs_of(tensor, shapes={0: (1, 2, 3)})


def test_a_fixed_size_is_not_chosen() -> None:
    with pytest.raises(UsageError, match="takes 1,10"):
        needs_of(T((1, 10)), shapes={0: (1, 11)})


def kinds_of_needs() -> list[Needs]:
    inputs = [Input("x", kind, (1, 8, 8, 3), set_shape=True) for kind in InputKind]
    one = [
        Needs((it,), labels, state=True, edge_tpu=tpu, detection=tpu)
        for it in inputs
        for labels, tpu in (("", False), ("la'bels.txt", True))
    ]
    return [*one, Needs((inputs[0], inputs[0]), "", False, False, False)]


@pytest.mark.parametrize("needs", kinds_of_needs())
@pytest.mark.parametrize("entry", ["", "inner.tflite"])
def test_every_program_is_python_without_names_that_nobody_gave(needs: Needs, entry: str) -> None:
    """Compiled; what it uses is imported or defined in it."""
    import builtins

    text = program(needs, ProgramPaths(HOSTILE, "run.py", entry))
    assert "\x1b" not in text
    tree = ast.parse(text)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not _reads(n)}
    bound |= {alias.asname or alias.name for n in ast.walk(tree) for alias in _aliases(n)}
    bound |= {n.name for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    bound |= {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    bound |= {n.name for n in ast.walk(tree) if isinstance(n, ast.ExceptHandler) and n.name}
    assert names - bound - set(dir(builtins)) == {"__file__"}


def _reads(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _aliases(node: ast.AST) -> list[ast.alias]:
    return node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else []


def test_it_says_what_images_need() -> None:
    place = ProgramPaths("m.tflite", "run.py")
    assert "-m pip install pillow" in program(needs_of(T((1, 224, 224, 3))), place)
    assert "pillow" not in program(needs_of(T((1, 96))), place)


def test_a_unit_quotes_what_systemd_would_read() -> None:
    needs = needs_of(T((1, 224, 224, 3)))
    unit = service(
        needs, ProgramPaths("m.tflite", "run.py"), "/home/a b/100%", "/usr/bin/python3", "pi"
    )
    assert 'ExecStart=/usr/bin/python3 "/home/a b/100%%/run.py" "--camera"' in unit
    assert "WorkingDirectory=/home/a b/100%%\n" in unit
    assert "sudo cp run.service /etc/systemd/system/" in unit
