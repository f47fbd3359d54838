"""Which views make up the document of each command, in order."""

from __future__ import annotations

from importlib import import_module

from pidoctor.envelope import Result
from pidoctor.report.document import Detail, Document

# A view is a module of pidoctor.report.views with ``view(result, detail) -> sections``; it gives
# none where the result has nothing for it, and only those that are needed are imported.
_MACHINE = ("overview", "facts")
VIEWS: dict[str, tuple[str, ...]] = {
    "check": ("conclusion", *_MACHINE, "findings", "resolution", "answers", "conclusion"),
    "install": ("facts", "findings", "resolution", "steps", "proof", "conclusion"),
    "smoke": ("findings", "proof", "conclusion"),
    "undo": ("steps", "conclusion"),
    "recover": ("steps", "conclusion"),
    "explain": ("conclusion", "facts", "findings", "resolution", "conclusion"),
    "lock": ("findings", "resolution", "conclusion"),
    "download": ("resolution", "conclusion"),
    "targets": ("targets", "conclusion"),
    "matrix": ("matrix",),
    "triage": ("facts", "diagnoses", "cases"),
    "model": ("conclusion", "findings", "model", "conclusion"),
    "bench": ("conclusion", "bench", "conclusion"),
    "example": ("conclusion",),
    "capture": (*_MACHINE, "conclusion"),
    "report": (*_MACHINE, "findings", "resolution", "conclusion"),
    "fleet": ("steps", "findings", "fleet", "conclusion"),
    "index": ("wheels_index", "conclusion"),
    "schema": (),  # these three print a document that is no result
    "completion": (),
    "help": (),
}
# What a view needs of a result, where that has another name than the view: without it the view is
# not even imported.
_NEEDS = {"overview": "profile", "facts": "profile", "wheels_index": "index"}


def compose(
    result: Result, detail: Detail = Detail.USUAL, views: tuple[str, ...] | None = None
) -> Document:
    """The document of a result; ``views`` are those of its command where none are named."""
    if result.error:
        return tuple(_view("conclusion", result, detail))
    views = VIEWS[result.command] if views is None else views
    if result.answers is not None:  # each tells its own findings
        views = tuple(view for view in views if view != "findings")
    if detail is Detail.QUIET:  # the answer is said once, at the end, without what would help
        views = tuple(view for n, view in enumerate(views) if view not in views[n + 1 :])
        views = tuple(view for view in views if view != "resolution" or "conclusion" not in views)
    return tuple(section for name in views for section in _view(name, result, detail))


def _view(name: str, result: Result, detail: Detail) -> Document:
    needed = getattr(result, _NEEDS.get(name, name), "")  # a conclusion needs none
    if needed is None or (name == "facts" and detail is not Detail.VERBOSE):
        return ()
    return tuple(import_module(f"pidoctor.report.views.{name}").view(result, detail))
