"""Requirements files as pip reads them, and what is wrong with one in one line."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pidoctor.errors import UsageError
from pidoctor.profile.wheel_sources import WheelSources
from pidoctor.requirements.files import MOST_FAULTS, read_files


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(name: str, text: str) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return name


def test_lines_of_every_kind() -> None:
    write("sub/more.txt", "scipy\n-c bounds.txt\n")
    write("sub/bounds.txt", "numpy<2\n")
    name = write(
        "requirements.txt",
        "\ufeff# a comment\n"
        "numpy==1.26.4  # pinned\n"
        "tflite-runtime==2.14.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        'pillow[xmp] >= 9 ; python_version < "3.12"\n'
        "-rsub/more.txt\n"
        "--extra-index-url=https://example.org\n"
        "-e ./local\n"
        "./wheels/x-1-py3-none-any.whl\n",
    )
    read = read_files([name])
    assert [r.name for r in read.requirements] == ["numpy", "tflite-runtime", "pillow", "scipy"]
    assert str(read.requirements[1]) == "tflite-runtime==2.14.0"
    assert [str(r) for r in read.constraints] == ["numpy<2"]
    assert [line.split(" (")[0] for line in read.left] == [
        "./local is installed as editable: not checked",
        "pip refuses this: numpy",
    ]
    assert [str(it) for it in read.elsewhere] == [
        f"x @ {Path('wheels/x-1-py3-none-any.whl').absolute().as_uri()}"
    ]
    assert read.left[0].endswith("(requirements.txt, line 9)")
    assert read.options.sources == WheelSources(extra_index_urls=("https://example.org",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("numpy\nnot a requirement\n", "requirements.txt, line 2: 'not a requirement'"),
        ("numpy==\n", "requirements.txt, line 1"),
        ("-r missing.txt\n", "missing.txt: cannot be read"),
        ("-r requirements.txt\n", "in a circle: requirements.txt -> requirements.txt"),
        ("-c requirements.txt\n", "in a circle"),
        ("numpy --hash=md5:aa\n", "line 1: --hash takes sha256, sha384 and sha512"),
        ("numpy --hash=sha256\n", "--hash=sha256:..."),
        (f"numpy==2.{'9' * 5000}\n", "9'... is too long to be a requirement (5009 characters"),
        (f"numpy; python_version < '3.{'9' * 5000}'\n", "is too long to be a requirement"),
    ],
)
def test_one_line_says_what_is_wrong_and_where(text: str, said: str) -> None:
    name = write("requirements.txt", text)
    with pytest.raises(UsageError) as caught:
        read_files([name])
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_every_line_that_is_wrong_is_told_at_once() -> None:
    write("other.txt", "numpy\n=2\n")
    name = write("requirements.txt", "a b\nnumpy\n-r other.txt\n-r missing.txt\n")
    with pytest.raises(UsageError) as caught:
        read_files([name])
    assert [line.partition(": '")[0] for line in caught.value.faults[:2]] == [
        "requirements.txt, line 1",
        "requirements.txt, line 3: other.txt, line 2",
    ]
    assert caught.value.faults[2].startswith("requirements.txt, line 4: missing.txt: cannot be")
    with pytest.raises(UsageError) as caught:
        read_files([write("many.txt", "a b\n" * 1000)])
    assert len(caught.value.faults) == MOST_FAULTS


def test_a_longer_circle_and_the_same_file_twice() -> None:
    write("a.txt", "-r b.txt\n")
    write("b.txt", "-r c.txt\n-r c.txt\n")
    write("c.txt", "six\n")
    assert [r.name for r in read_files(["a.txt"]).requirements] == ["six", "six"]
    write("c.txt", "-r a.txt\n")
    with pytest.raises(UsageError, match=r"a.txt -> b.txt -> c.txt -> a.txt"):
        read_files(["a.txt"])


def test_what_is_no_text_and_what_is_no_file(tmp_path: Path) -> None:
    Path("binary.txt").write_bytes(b"numpy\xff\xfe\x00")
    with pytest.raises(UsageError, match="not a text file"):
        read_files(["binary.txt"])
    with pytest.raises(UsageError, match="a directory"):
        read_files([str(tmp_path)])


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("numpy # gr\u00f6\u00dfe\n".encode("latin-1"), "LATIN1"),
        ("numpy\n".encode("utf-16-le"), "UTF-16LE"),  # PowerShell's, without its mark
        ("numpy\n".encode("utf-16-be"), "UTF-16BE"),
        (b"numpy\0\nsix\n", ""),
        (bytes(range(256)), ""),
    ],
)
def test_a_text_in_another_encoding_is_told_the_command_for_it(data: bytes, encoding: str) -> None:
    Path("other.txt").write_bytes(data)
    with pytest.raises(UsageError, match="not a text file") as caught:
        read_files(["other.txt"])
    (command,) = re.findall("`(.*)`", str(caught.value)) or [""]
    assert (f"iconv -f {encoding} " in command) == bool(encoding)
    if encoding:
        subprocess.run(command, shell=True, check=True)  # noqa: S602 - a command to be typed
        assert [item.name for item in read_files(["utf-8.txt"]).requirements] == ["numpy"]


def test_what_condas_pip_freeze_writes_is_told_with_what_writes_versions(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    text = f"numpy @ file:///croot/numpy_1682/work\nsix @ file://{tmp_path}/there\n"
    text += f"long @ file:///{'x' * 3000}\n"
    gone, there, long = read_files([write("requirements.txt", text)]).left
    assert "which is not here" in long
    assert gone.startswith("numpy comes from /croot/numpy_1682/work, which is not here, so pip ")
    assert "`pip list --format=freeze`" in gone
    assert there == "six comes from an address of its own: not checked (requirements.txt, line 2)"


def test_what_pip_refuses_as_a_constraint() -> None:
    for line in ("-e .", "./app", "https://index.example/x-1.0-py3-none-any.whl"):
        name = write("constraints.txt", f"six<2\n{line}\n")
        with pytest.raises(UsageError, match=r"^constraints.txt, line 2: .* as a constraint$"):
            read_files([], [name])
    read = read_files([], [write("constraints.txt", "six[x]<2\n")])
    assert read.left == [
        "pip refuses this: 'six[x]<2' is a constraint with extras (constraints.txt, line 1)"
    ]


def test_lines_of_which_nothing_is_known_are_counted() -> None:
    write("app/pyproject.toml", "[project]\nname = 'app'\ndependencies = ['six']\n")
    known = "six\n-e ./app\nnumpy --hash=sha256:zz\n"
    unknown = "-e git+https://index.example/x.git\n./x\ny @ https://index.example/y.zip\n"
    read = read_files([write("requirements.txt", known + unknown)])
    assert read.unread == 2  # what has a name is counted where its marker holds
    assert read.hashes == {"numpy": {"zz"}}  # no file has it, as pip says too


needs_toml = pytest.mark.skipif(sys.version_info < (3, 11), reason="tomllib is in Python 3.11")

PROJECT = """
[project]
name = "x"
dependencies = ["tflite-runtime", "numpy<2"]
[dependency-groups]
vision = ["opencv-python", {include-group = "base"}]
base = ["pillow"]
round = [{include-group = "round"}]
"""


@needs_toml
def test_pyproject_and_its_groups() -> None:
    name = write("pyproject.toml", PROJECT)
    assert [str(r) for r in read_files([name]).requirements] == ["tflite-runtime", "numpy<2"]
    with_group = read_files([name], groups=["vision"]).requirements
    assert [r.name for r in with_group[2:]] == ["opencv-python", "pillow"]


@needs_toml
@pytest.mark.parametrize(
    ("text", "groups", "said"),
    [
        (PROJECT, ["round"], "in a circle"),
        (PROJECT, ["none"], "there is no such group"),
        ("[project\n", [], "is no TOML"),
        ("[project]\ndependencies = 'numpy'\n", [], "expected a list"),
        ("[project]\ndependencies = ['not one']\n", [], "is not a requirement"),
    ],
)
def test_a_pyproject_that_is_wrong(text: str, groups: list[str], said: str) -> None:
    name = write("pyproject.toml", text)
    with pytest.raises(UsageError, match=said):
        read_files([name], groups=groups)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(tmp_path_factory: Any, text: str) -> None:
    path = tmp_path_factory.mktemp("any") / "requirements.txt"
    path.write_text(text, encoding="utf-8", errors="replace")
    with contextlib.suppress(UsageError):
        read_files([str(path)])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("numpy=1.26.4=py311h64a7726_0", "did you mean numpy==1.26.4?"),
        ("tflite-runtime 2.14.0", "did you mean tflite-runtime==2.14.0?"),
        ("pip install flask", "did you mean flask?"),
        ("tflite-runtime,", "did you mean tflite-runtime?"),
        ("tflite\u2011runtime", "did you mean tflite-runtime?"),  # a dash of a web page
        ("numpy==\u201c1.26.4\u201d", "did you mean numpy==1.26.4?"),
        ("numpy==1.26.4 flask==3.0", "write a line each: numpy==1.26.4 and flask==3.0"),
        ("Package    Version", "`pip freeze > FILE`"),
        ("sudo apt-get update && apt-get install cmake", "a command of the shell"),
        ("tensorflow; platform_machine not in ['arm', 'aarch64']", "a marker has no lists"),
        ("<<<<<<< HEAD", "git put it where two versions were merged"),
        ("=======", "git put it where two versions were merged"),
        ("```txt", "a mark of Markdown"),
        ("a b c", "Expected"),
    ],
)
def test_what_a_line_was_meant_to_say(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "r.txt").write_text(f"flask\n{line}\n")
    with pytest.raises(UsageError) as refused:
        read_files([str(tmp_path / "r.txt")])
    assert told in str(refused.value)
    assert "line 2" in str(refused.value)
