"""Every page by axe-core, at the widths of a phone and a desktop, light and dark.

axe-core is not installed with the other test tools: ``npm install --prefix DIR axe-core`` gets it,
where DIR is ~/.cache/pidoctor-tests or what PIDOCTOR_AXE names.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pidoctor.report.cases_page import cases_page
from pidoctor.report.composition import compose
from pidoctor.report.fleet_page import fleet_page
from pidoctor.report.html import document_page
from pidoctor.report.matrix_page import matrix_page
from pidoctor.report.report_page import report_page
from tests.unit.report.more_samples import ALL, cases, fleet
from tests.unit.report.samples import matrix
from tests.unit.report.test_html import browse, in_browser

pytestmark = pytest.mark.slow

_FOLDER = Path(os.environ.get("PIDOCTOR_AXE", "~/.cache/pidoctor-tests")).expanduser()
AXE = _FOLDER / "node_modules" / "axe-core" / "axe.min.js"
RESULTS = ("check", "check-sick", "model", "model-cannot", "bench")


def page(name: str) -> str:
    if name == "matrix":
        return matrix_page(matrix())
    if name == "fleet":
        return fleet_page(fleet())
    if name == "cases":
        return cases_page(cases())
    if name == "bench as printed":
        return document_page("bench", compose(ALL["bench"]))
    return report_page(ALL[name], {"numpy": "1.26.4"}, {"pip.log": "one"}, str)


WINDOWS = {  # light is 1, dark is 0
    "phone-dark": ("--window-size=500,800", "--blink-settings=preferredColorScheme=0", 400),
    "desktop-light": ("--window-size=1280,900", "--blink-settings=preferredColorScheme=1", 1280),
}
RUN = """
<script>%s</script>
<script>
document.body.style.maxWidth = "%dpx";
for (const each of document.querySelectorAll("details")) each.open = true;
axe.run({resultTypes: ["violations"]}).then((found) => {
  document.title = JSON.stringify({
    checked: found.passes.length,
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    wrong: found.violations.map((one) => [one.id, one.impact, one.nodes[0].html]),
  });
});
</script></body>"""


@in_browser
@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed")
@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("name", ["matrix", "fleet", "cases", "bench as printed", *RESULTS])
def test_a_page_has_no_serious_finding(name: str, window: str, tmp_path: Path) -> None:
    size, theme, width = WINDOWS[window]
    actions = RUN % (AXE.read_text(encoding="utf-8"), width)
    seen: dict[str, Any] = browse(page(name), tmp_path, size, theme, actions=actions)
    assert seen["checked"] > 10
    assert seen["wide"] == 0
    assert [one for one in seen["wrong"] if one[1] in ("serious", "critical")] == []
