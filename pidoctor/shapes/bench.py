# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""How fast a model runs."""

from __future__ import annotations

from typing import TypedDict, Union

from pidoctor.shapes.values import BenchComparison, BenchFigures, Death
from pidoctor.value_rules import Amount, NotNegative, Text


class BenchRun(TypedDict):
    """One configuration, measured in a process of its own.

    ``delegate`` is the library of one. Of the model's ``operators`` so many are
    ``delegated_operators``, as ``delegated_parts``. ``output_apart`` is how far the output is from
    the processor's without XNNPACK, as a share of its largest value. ``void`` says why its figures
    are not to be believed; without figures ``death`` says how the process ended. ``private_bytes``
    is memory beyond the import of the runtime.
    """

    threads: Amount
    xnnpack: bool
    delegate: Union[Text, None]
    ms: Union[BenchFigures, None]
    load_ms: NotNegative
    allocate_ms: NotNegative
    first_ms: NotNegative
    warm_up_calls: Amount
    private_bytes: Union[Amount, None]
    delegated_parts: Union[Amount, None]
    delegated_operators: Union[Amount, None]
    operators: Union[Amount, None]
    output_sha256_16: Union[str, None]
    output_apart: Union[NotNegative, None]
    void: list[Text]
    death: Union[Death, None]


class Prediction(TypedDict):
    """How long the model takes on another board: what it took here times the ``ratio`` (two).

    The least and the most that ``timings`` of ``models`` published in ``sources`` show.
    """

    board: Text
    low_ms: NotNegative
    high_ms: NotNegative
    ratio: list[NotNegative]
    models: Amount
    timings: Amount
    sources: list[Text]


class BenchOperator(TypedDict):
    """All operators of a name: how many, milliseconds of a run, and their share of it."""

    name: str
    count: Amount
    ms: NotNegative
    share: NotNegative


class BenchOperators(TypedDict):
    """Each operator cut out and timed alone, on one thread: their sum beside the whole.

    ``why_not`` says why there are none: the sum is too far from the whole, or one does not run.
    """

    whole_ms: NotNegative
    sum_ms: NotNegative
    operators: list[BenchOperator]
    why_not: Union[Text, None]


class BenchCompared(TypedDict):
    """A configuration of both: the ``ratio`` of the other's time to the one's, and its range.

    ``ms`` are the medians of the one and the other. The range is a 95 % interval where both ran in
    turn (``rounds`` of each); of stored measurements (0) it counts how far runs of the same model
    lie apart. ``verdict`` is about the other: "faster", "slower", or "same": not to be told apart.
    """

    configuration: Text
    ms: list[NotNegative]
    ratio: NotNegative
    low: NotNegative
    high: NotNegative
    rounds: Amount
    verdict: Text
    void: list[Text]


class Bench(TypedDict):
    """How fast a model runs here; ``drift``: one thread at the end over one at the beginning.

    ``celsius`` is the highest that was seen. ``predicted``, ``operators`` and ``comparison`` are
    there where they were asked for.
    """

    model: str
    runtime: Text
    version: str
    runs: list[BenchRun]
    drift: Union[NotNegative, None]
    governor: Union[str, None]
    celsius: Union[float, None]
    mhz: Union[Amount, None]
    predicted: Union[Prediction, None]
    operators: Union[BenchOperators, None]
    comparison: Union[BenchComparison, None]
