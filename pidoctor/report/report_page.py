"""The page of a support bundle: everything in it, to be read by a person."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from pidoctor import __version__, units
from pidoctor.envelope import Result
from pidoctor.redact import LOOKED_FOR
from pidoctor.report.composition import compose
from pidoctor.report.document import Detail, Section, Table, mapped
from pidoctor.report.html import body, page, text

# What was asked for is the machine and the answer, whichever command wrote the bundle.
_SHOWN_AS = {"report": "check"}


def report_page(
    result: Result,
    installed: Mapping[str, str] | None,
    logs: Mapping[str, str] | None,
    redacted: Callable[[str], str],
) -> str:
    """The page for a result, the installed packages, and logs (those redacted already).

    ``redacted`` takes out of a text what is private.
    """
    shown = replace(result, command=_SHOWN_AS.get(result.command, result.command))
    document = [*compose(shown, Detail.VERBOSE)]
    if installed is not None:
        title = f"Installed: {units.count(len(installed), 'package')}"
        rows = tuple((name, version) for name, version in sorted(installed.items()))
        document.append(Section(title, (Table(rows),) if rows else ()))
    masked = mapped(tuple(document), redacted)
    verdict, rest = masked[:1], masked[1:]
    notice = f'<p class="soft">pidoctor {text(__version__)}. {text(LOOKED_FOR)}</p>'
    model = result.profile.board.model.value if result.profile else None
    head = f"<h1>pidoctor report{f': {text(redacted(model))}' if model else ''}</h1>"
    parts = (head, *body(verdict), notice, *body(rest))
    return page("pidoctor report", (*parts, *_logs(logs or {})))


def _logs(logs: Mapping[str, str]) -> Iterator[str]:
    for name, log in logs.items():
        yield f"<details><summary>{text(name)}</summary>"
        yield f'<pre class="log" tabindex="0">{text(log)}</pre></details>'
