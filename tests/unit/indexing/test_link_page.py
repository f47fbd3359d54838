"""A page in HTML, made flat: the same links as a browser sees, in time that grows with its size."""

from __future__ import annotations

import time

import pytest
from pypi_simple import ProjectPage

from pidoctor.indexing.link_page import MOST_LINKS, flat

PAGE = b"""<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="1.1">
<base href="https://files.example/"><title>Links for demo</title></head><body><h1>Links</h1>
<!-- <a href="old-0.1-py3-none-any.whl">old-0.1-py3-none-any.whl</a> -->
<a href="demo-1.0-py3-none-any.whl#sha256=abc" data-requires-python="&gt;=3.9,&lt;4">
demo-1.0-py3-none-any.whl</a><br />
<A HREF='demo-1.1-py3-none-any.whl' data-yanked="not > good" data-core-metadata=true
 >demo-1.1-<b>py3</b>-none-any.whl</A>
<a>nowhere</a><abbr href="x">x</abbr><a href=demo-1.2.tar.gz>demo-1.2.tar.gz</a>
</body></html><!--SERIAL 7-->"""
HOSTILE = (
    *(b"<a href=x>", b"<", b"<a ", b"<!--", b"<!-->", b"<a '", b'<a "', b"<a href='x\">", b"<div>"),
    *(b"</a>", b"<a>" * 3 + b"</a>", b"&#", b"<base ", b"<a href=x><b", b"<meta x='"),
)


def test_the_same_links() -> None:
    whole, made_flat = (
        ProjectPage.from_html("demo", page, base_url="https://index.example/simple/demo/")
        for page in (PAGE, flat(PAGE))
    )
    assert made_flat == whole
    assert [package.filename for package in made_flat.packages] == [
        "demo-1.0-py3-none-any.whl",
        "demo-1.1-py3-none-any.whl",
        "demo-1.2.tar.gz",
    ]


@pytest.mark.parametrize("piece", HOSTILE, ids=repr)
def test_time_grows_with_the_size(piece: bytes) -> None:
    """Twenty times the page may take a hundred times as long, not four hundred."""
    small, large = (piece * (count // len(piece)) for count in (20_000, 400_000))
    flat(small)
    first = min(_time(small) for _ in range(3))
    assert _time(large) < max(100 * first, 1.0)


def _time(page: bytes) -> float:
    started = time.process_time()
    flat(page)
    return time.process_time() - started


def test_too_many_links() -> None:
    with pytest.raises(ValueError, match="links"):
        flat(b"<a href=x>x</a>" * (MOST_LINKS + 1))
