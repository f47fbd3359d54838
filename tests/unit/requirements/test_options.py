"""The options inside requirements files: followed as pip does, or told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from pidoctor.errors import UsageError
from pidoctor.requirements.files import Read, read_files


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(text: str | bytes) -> Read:
    Path("sub").mkdir(exist_ok=True)
    Path("sub/requirements.txt").write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_files(["sub/requirements.txt"])


def test_where_wheels_come_from_is_followed(tmp_path: Path) -> None:
    (tmp_path / "sub/wheels").mkdir(parents=True)
    found = read(
        "-i https://user:secret@index.example/simple --trusted-host index.example:8443\n"
        "--extra-index-url=https://www.piwheels.org/simple\n"
        "-f wheels\n--find-links https://index.example/links\n-f elsewhere\n"
        "--no-index\nnumpy\n"
    )
    sources = found.options.sources
    assert sources.lines.splitlines() == [
        "--no-index",
        "--index-url https://user:secret@index.example/simple",
        "--extra-index-url https://www.piwheels.org/simple",
        f"--find-links {tmp_path}/sub/wheels",
        "--find-links https://index.example/links",
        "--find-links elsewhere",
        "--trusted-host index.example:8443",
    ]
    assert found.left == []
    assert "secret" not in repr(sources)


def test_pre_holds_for_all_lines_and_wheels_are_all_that_is_taken() -> None:
    found = read("numpy>=1\n--pre\n--prefer-binary\n--only-binary :all:\n")
    assert found.requirements[0].specifier.prereleases
    assert found.left == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--no-binary numpy,scipy", "asks pip to build numpy,scipy from source: not followed"),
        ("--no-binary=:all:", "asks pip to build everything from source"),
        ("--use-feature fast-deps", "is about pip itself: not followed"),
        ("--require-hashes", "numpy (sub/requirements.txt, line 1) has no --hash"),
        ("six==1 --hash=sha256:aa", "numpy (sub/requirements.txt, line 1) has no --hash"),
        ("-r https://a:b@index.example/r.txt", "https://index.example/r.txt is not fetched"),
        ("-c https://index.example/c.txt", "https://index.example/c.txt is not fetched"),
    ],
)
def test_what_is_not_followed_is_told(line: str, said: str) -> None:
    (told,) = read(f"numpy\n{line}\n").left
    assert said in told


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--extra-index-urls https://x", "did you mean --extra-index-url?"),
        ("--index-url", "line 1: --index-url lacks its value"),
        ("--find-links 'a b", "a quote is not closed"),
        ("--upgrade", "--upgrade is no option of a requirements file"),
    ],
)
def test_what_pip_refuses(line: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(f"{line}\n")
    assert said in str(caught.value)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_encodings_that_have_a_mark(encoding: str) -> None:
    """PowerShell writes UTF-16 when what pip says is sent to a file."""
    found = read("# café\r\nnumpy==1.26.4\r\nscipy\r\n".encode(encoding))
    assert [str(item) for item in found.requirements] == ["numpy==1.26.4", "scipy"]


def test_an_encoding_that_a_comment_names() -> None:
    assert read("# coding: latin-1\nnumpy  # café\n".encode("latin-1")).requirements
    with pytest.raises(UsageError, match="not a text file"):
        read(b"# coding: no-such\nnumpy\n")


def test_a_comment_is_not_continued() -> None:
    found = read("# windows: C:\\\nnumpy \\\n  >=1 \\\n# more \\\nscipy\n")
    assert [str(item) for item in found.requirements] == ["numpy>=1", "scipy"]


def test_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "abc")
    found = read("-i https://${TOKEN}@index.example/${lower}/$TOKEN\n")
    assert found.options.index_url == "https://abc@index.example/${lower}/$TOKEN"


def test_a_project_beside_the_file_is_asked_for_what_it_needs() -> None:
    Path("app").mkdir()
    Path("app/pyproject.toml").write_text(
        "[project]\nname='x'\ndependencies=['numpy<2']\n"
        "[project.optional-dependencies]\ncamera=['opencv-python']\n"
    )
    found = read("-e ./app[camera]\n")
    assert [str(item) for item in found.requirements] == ["numpy<2", "opencv-python"]
    assert found.left == [
        "./app[camera] is installed as editable: not checked; what its pyproject.toml asks for is "
        "(sub/requirements.txt, line 1)"
    ]


@pytest.mark.parametrize(
    "line", ["x-py3.whl", "wheels/x-1.tar.gz", "file:x.zip", "git+ssh://h/x", ".[dev]"]
)
def test_what_is_not_from_an_index(line: str) -> None:
    found = read(f"{line}\n")
    assert not found.requirements
    assert "is not from an index" in found.left[0]


def test_an_address_is_no_file_and_its_password_is_not_shown() -> None:
    with pytest.raises(UsageError, match="only files are read") as caught:
        read_files(["https://user:secret@index.example/r.txt"])
    assert "secret" not in str(caught.value)
