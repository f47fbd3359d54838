"""What moves, on a terminal: the steps of a long command, ticked off, with bytes, rate and time.

rich draws it on stderr; stdout stays for the answer. Off a terminal there is a line per step.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from types import TracebackType

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
)
from rich.table import Column
from rich.text import Text

from pidoctor.progress import Announced, Arriving
from pidoctor.report.text import printable
from pidoctor.units import size


class LiveDisplay:
    """Shows steps as they begin and end; a context manager, and a function that takes lines."""

    def __init__(self, verbose: bool, unicode: bool = True) -> None:
        self._verbose = verbose
        self._signs = ("✓", "✗") if unicode else ("+", "x")
        self._arriving: dict[TaskID, Arriving] = {}
        self._running: list[TaskID] = []
        self._counted: dict[str, TaskID] = {}
        self._progress = _Arrivals(
            self._arriving,
            SpinnerColumn("dots" if unicode else "line", finished_text=""),
            _Sign(),
            TextColumn(
                "{task.description}",
                markup=False,
                table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
            ),
            _Bar(bar_width=16),
            _Figures(table_column=Column(no_wrap=True, justify="right")),
            console=Console(file=sys.stderr, highlight=False),
            expand=True,
        )

    def __enter__(self) -> LiveDisplay:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.ended(kind is None)
        self._progress.stop()

    def __call__(self, line: str) -> None:
        """A step that begins, or a line of what a tool says."""
        if isinstance(line, Announced):
            self._begin(line)
        elif not line.startswith((" ", "$")):
            self._begin(Announced(line))
        elif self._verbose:
            self._progress.console.print(Text(printable(line)))

    def count(self, what: str, done: int, total: int) -> None:
        """How many of something are done; after a colon, what is being done now."""
        kind = what.partition(":")[0]
        if kind not in self._counted:
            self.ended(good=True)
            self._counted[kind] = self._add(what)
        said = printable(what)
        self._progress.update(self._counted[kind], completed=done, total=total, description=said)

    def _begin(self, step: Announced) -> None:
        self.ended(good=True)
        if step.at_terminal:  # it may ask for a password
            self._progress.stop()
            self._progress.console.print(Text(printable(step)))
            return
        self._progress.start()
        self._add(step, step.arriving)
        if len(step.parts) > 1:
            for name, arriving in step.parts.items():
                self._add(f"  {name}", arriving)

    def _add(self, words: str, arriving: Arriving | None = None) -> TaskID:
        total = arriving.expected if arriving is not None else None
        is_download = arriving is not None
        task = self._progress.add_task(printable(words), total=total, sign="", bytes=is_download)
        self._running.append(task)
        if arriving is not None:
            self._arriving[task] = arriving
        return task

    def ended(self, good: bool) -> None:
        """The step that runs came to its end, a good one or not: tick it off."""
        for task in self._running:
            self._arriving.pop(task, None)
            total = self._progress.tasks[self._progress.task_ids.index(task)].total
            self._progress.update(
                task, sign=self._signs[0 if good else 1], completed=total or 1, total=total or 1
            )
        self._running.clear()
        self._counted.clear()


class _Arrivals(Progress):
    """A progress display that looks, whenever it is drawn, how much has arrived."""

    def __init__(
        self,
        arriving: dict[TaskID, Arriving],
        *columns: ProgressColumn,
        console: Console,
        expand: bool,
    ) -> None:
        self._arriving = arriving
        super().__init__(*columns, console=console, expand=expand, refresh_per_second=5)

    def get_renderables(self) -> Iterable[RenderableType]:
        for task, arriving in list(self._arriving.items()):
            if task in self.task_ids:
                self.update(task, completed=arriving.arrived())
        yield from super().get_renderables()


class _Sign(ProgressColumn):
    def render(self, task: Task) -> Text:
        sign = str(task.fields["sign"])
        return Text(sign, style="green" if sign in ("✓", "+") else "red")


class _Bar(BarColumn):
    """A bar where it is known how much there is, while it is not all there."""

    def render(self, task: Task) -> Text:  # type: ignore[override]
        return super().render(task) if task.total and not task.finished else Text()  # type: ignore[return-value]


class _Figures(ProgressColumn):
    """How much of how much, how fast, and how long it will take; or how long it has taken."""

    max_refresh = 0.2

    def render(self, task: Task) -> Text:
        if task.finished:
            return Text(_time(task.finished_time or 0), style="dim")
        if task.total is None:
            return Text(_time(task.elapsed or 0), style="dim")
        if not task.fields["bytes"]:
            said = f"{task.completed:.0f} of {task.total:.0f}"
        else:
            said = f"{size(task.completed)} of {size(task.total)}"
            if task.speed:
                said += f", {size(task.speed)}/s"
        if task.time_remaining is not None:
            said += f", {_time(task.time_remaining)} left"
        return Text(said)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
