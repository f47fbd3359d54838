"""The pages: what they hold, that nothing in them is code, and that they work in a browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from pidoctor.report.composition import compose
from pidoctor.report.html import document_page
from pidoctor.report.matrix_page import matrix_page
from pidoctor.report.report_page import report_page
from pidoctor.result import Finding, Remedy, Severity
from tests.profiles import changed, pi4
from tests.unit.report.more_samples import MORE
from tests.unit.report.samples import SAMPLES, cell, check, impossible, matrix, sick

EVIL = "<script>alert(1)</script>\x1b[31m\"'><img src=x onerror=alert(2)>"
VOID = {"meta", "input", "br", "img", "link"}


class Outline(HTMLParser):
    """Every tag with its attributes; fails on tags that are not closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def count(self, tag: str) -> int:
        return Counter(name for name, _ in self.tags)[tag]


def pages() -> dict[str, str]:
    logs = {"logs/pip.log": "one\ntwo"}
    reports = {
        name: report_page(result, {"numpy": "1.26.4"}, logs, str)
        for name, result in SAMPLES.items()
    }
    printed = {
        f"{name} as printed": document_page(name, compose(MORE[name]))
        for name in ("model", "bench")
    }
    return {"matrix": matrix_page(matrix()), **reports, **printed}


@pytest.mark.parametrize("page", pages().values(), ids=pages().keys())
def test_a_page_is_well_formed_and_loads_nothing(page: str) -> None:
    outline = Outline(page)
    assert outline.count("h1") == 1
    assert outline.count("main") == 1
    assert not {"img", "link", "iframe", "object"} & {tag for tag, _ in outline.tags}
    for _, attributes in outline.tags:
        assert "src" not in attributes
        assert not any(name.startswith("on") for name in attributes)
    assert "default-src 'none'" in page
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r"(?:url\(|@import|https?://[^<]*\.(?:js|css))", page)


def test_the_matrix_is_a_table_with_headers_and_a_reason_for_every_cell() -> None:
    page = matrix_page(matrix())
    outline = Outline(page)
    scopes = Counter(attributes.get("scope") for tag, attributes in outline.tags if tag == "th")
    assert scopes == {"col": 5, "row": 4}
    assert outline.count("details") == outline.count("summary") == len(matrix())
    assert "Nothing has a 32-bit wheel for Python 3.13." in page
    assert "pidoctor explain auto --target pi5-8gb/trixie-64" in page
    assert "not offered" in page


def test_what_is_typed_in_a_sentence_is_set_as_such() -> None:
    said = "install it and run `pidoctor smoke --model <x>`"
    finding = Finding("x", Severity.ERROR, said, remedy=Remedy(said))
    page = document_page("check", compose(replace(check(), findings=(finding,))))
    assert page.count("<code>pidoctor smoke --model &lt;x&gt;</code>") >= 2
    assert "`" not in page.partition("<main")[2].partition("<script")[0]


def test_data_stays_data() -> None:
    cells = [
        cell("pi4", "bookworm", 64, "3.11", EVIL)._replace(target=EVIL, board=EVIL, python=EVIL)
    ]
    evil = replace(
        sick(),
        profile=changed(pi4(), board_model=EVIL),
        findings=(Finding("evil", Severity.ERROR, EVIL, EVIL),),
        resolution=replace(impossible(), message=EVIL),
    )
    for page in (matrix_page(cells), report_page(evil, {EVIL: EVIL}, {EVIL: EVIL}, str)):
        outline = Outline(page)
        assert outline.count("img") == 0
        assert outline.count("script") <= 2
        assert "\x1b" not in page
        assert "alert(1)" in page  # shown, not run


# --- in a browser ------------------------------------------------------------------------------

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=3000",
]
in_browser = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

ACTIONS = """
<script>
const seen = {};
const search = document.getElementById("words");
const rows = () => [...document.querySelectorAll("tbody tr")].filter((r) => r.offsetParent)
  .map((r) => r.cells[0].firstChild.textContent);
const heads = () => [...document.querySelectorAll("thead th")]
  .filter((h) => h.offsetParent).length - 1;
const type = (text) => { search.value = text; search.dispatchEvent(new Event("input")); };
const settle = () => new Promise((done) => setTimeout(done, 50));
const key = (name) => document.dispatchEvent(new KeyboardEvent("keydown", {key: name}));
(async () => {
  seen.all = [rows(), heads(), document.getElementById("shown").textContent];
  type("pi4");
  seen.board = rows();
  type("pi");
  seen.part = heads();
  type("trixie pi5");
  seen.system = [rows(), heads()];
  type("rpi5");
  seen.alias = rows();
  type("raspios-12 pi4");
  seen.release = [rows(), heads()];
  type("");
  document.querySelector("input[value=impossible]").click();
  seen.impossible = rows();
  document.querySelector("input[value=all]").click();
  const [first, second] = document.querySelectorAll("td summary");
  first.click();
  await settle();
  const why = first.nextElementSibling.getBoundingClientRect();
  seen.opened = [why.width > 300, why.bottom <= innerHeight + 1, why.height > 0];
  second.click();
  await settle();
  seen.one = document.querySelectorAll("td details[open]").length;
  key("Escape");
  seen.closed = document.querySelectorAll("td details[open]").length;
  seen.focus = document.activeElement === second;
  first.focus();
  seen.focusable = document.activeElement === first;
  seen.back = getComputedStyle(document.body).backgroundColor;
  seen.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  document.title = JSON.stringify(seen);
})();
</script></body>"""


RECALLED = """
<script>
(async () => {
  await new Promise((done) => setTimeout(done, 100));
  const seen = {};
  const search = document.getElementById("words");
  const open = () => [...document.querySelectorAll("td details[open]")].map((d) => d.dataset.cell);
  const first = document.querySelector("tbody th").getBoundingClientRect();
  seen.wide = first.width / document.documentElement.clientWidth;
  seen.recalled = [search.value, document.querySelector("input[value=plan]").checked, open()];
  document.querySelector("td details[open] summary").click();
  search.value = "pi4";
  search.dispatchEvent(new Event("input"));
  await new Promise((done) => setTimeout(done, 100));
  seen.address = location.hash;
  const copy = document.querySelectorAll("button.copy");
  seen.copy = [copy.length, copy[0].getAttribute("aria-label")];
  document.title = JSON.stringify(seen);
})();
</script></body>"""


LABELS = """
<script>
const labels = [...document.querySelectorAll("table.facts tbody th")]
  .map((th) => th.lastChild).filter((node) => node && /^\\s?[^\\s-]+$/.test(node.textContent));
const lines = (node) => {
  const range = document.createRange();
  range.selectNodeContents(node);
  return new Set([...range.getClientRects()].filter((r) => r.width > 1).map((r) => r.top)).size;
};
document.title = JSON.stringify({
  labels: labels.length,
  broken: labels.filter((node) => lines(node) > 1).map((node) => node.textContent),
  overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  bars: [...document.querySelectorAll(".bar")].map((bar) => bar.getBoundingClientRect().width),
});
</script></body>"""


def browse(
    page: str, folder: Path, *flags: str, actions: str = ACTIONS, address: str = ""
) -> dict[str, Any]:
    """What the actions saw in a browser."""
    assert CHROMIUM
    path = folder / "page.html"
    path.write_text(page.replace("</body>", actions), encoding="utf-8")
    argv = [CHROMIUM, *FLAGS, f"--user-data-dir={folder / 'user'}", *flags, "--dump-dom"]
    done = subprocess.run(
        [*argv, path.as_uri() + address], capture_output=True, text=True, timeout=120, check=True
    )
    title = re.search(r"<title>(.*?)</title>", done.stdout, re.DOTALL)
    assert title
    seen: dict[str, Any] = json.loads(title.group(1).replace("&quot;", '"').replace("&amp;", "&"))
    return seen


@in_browser
def test_the_matrix_in_a_browser(tmp_path: Path) -> None:
    light = "--blink-settings=preferredColorScheme=1"
    alpine = cell("pi4-4gb", "alpine-3.22", 64, "3.12", "No wheel is built for musl.")
    cells = [*matrix(), alpine]
    seen = browse(matrix_page(cells), tmp_path, "--window-size=900,700", light)
    boards = ["pi5-8gb", "pi4-4gb", "pi4-8gb", "pi-zero-w"]  # the newest first
    assert seen["all"] == [boards, 5, "4 boards, 12 answers"]
    assert seen["board"] == ["pi4-4gb", "pi4-8gb"]
    assert seen["part"] == 5  # "pi" is no system, though it is in "alpine"
    assert seen["system"] == [["pi5-8gb"], 1]  # it has no 32-bit system
    assert seen["alias"] == ["pi5-8gb"]
    assert seen["release"] == [["pi4-4gb", "pi4-8gb"], 2]  # bookworm, 64-bit and 32-bit
    assert seen["impossible"] == ["pi4-4gb", "pi4-8gb"]
    assert seen["opened"] == [True, True, True]
    assert (seen["one"], seen["closed"]) == (1, 0)
    assert seen["focus"]
    assert seen["focusable"]
    assert seen["overflow"] == 0
    assert seen["back"] == "rgb(251, 250, 248)"


@in_browser
def test_a_dark_and_narrow_window(tmp_path: Path) -> None:
    dark = "--blink-settings=preferredColorScheme=0"
    seen = browse(matrix_page(matrix()), tmp_path, "--window-size=500,800", dark)
    assert seen["back"] == "rgb(20, 23, 27)"
    assert seen["overflow"] == 0


@in_browser
@pytest.mark.parametrize("page", ["check", "model as printed"])
def test_on_a_phone_no_label_is_broken_within_a_word(page: str, tmp_path: Path) -> None:
    seen = browse(pages()[page], tmp_path, "--window-size=500,800", actions=LABELS)
    assert seen["labels"] > 2
    assert seen["broken"] == []
    assert seen["overflow"] == 0


@in_browser
def test_a_bar_is_as_long_as_its_figure(tmp_path: Path) -> None:
    seen = browse(pages()["bench as printed"], tmp_path, "--window-size=900,700", actions=LABELS)
    longest, third = seen["bars"]  # 10.1 ms and 3.25 ms
    assert longest > 200
    assert third / longest == pytest.approx(3.25 / 10.1, abs=0.03)


@in_browser
def test_the_filter_and_the_open_cell_stand_in_the_address(tmp_path: Path) -> None:
    address = "#filter=pi5&show=plan&cell=auto+pi5-8gb%2Ftrixie-64%2Fpy3.13"
    narrow = "--window-size=500,800"
    seen = browse(matrix_page(matrix()), tmp_path, narrow, actions=RECALLED, address=address)
    assert seen["recalled"] == ["pi5", True, ["auto pi5-8gb/trixie-64/py3.13"]]
    assert seen["address"] == "#filter=pi4&show=plan"
    assert seen["wide"] <= 0.4
    assert seen["copy"][0] == len(matrix())
    assert seen["copy"][1].startswith("Copy: pidoctor explain auto --target ")
