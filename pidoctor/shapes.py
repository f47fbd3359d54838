# ruff: noqa: UP007 - these are looked at while the program runs, on Python 3.9 too
"""The JSON that commands answer with, as types: what ``to_json`` gives, key by key.

``result.schema.json`` is generated from these (``python -m pidoctor.report.schema``), and mypy
holds each ``to_json`` to them, so that code, schema and documentation cannot differ. Bytes,
seconds and milliseconds are in the unit that the key names; a size without one is in bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, NamedTuple, TypedDict, Union


class Rule(NamedTuple):
    """A constraint of JSON Schema on a value, as in ``Annotated[str, Rule("minLength", 1)]``."""

    keyword: str
    value: object


class TypeOf(NamedTuple):
    """A value that is described elsewhere: "package.module:Class", an enumeration or dataclass."""

    name: str


def _one_of(*values: str) -> Rule:
    return Rule("enum", values)


Text = Annotated[str, Rule("minLength", 1)]
Id = Annotated[str, Rule("pattern", "^[a-z0-9]+(-[a-z0-9]+)*$")]
Amount = Annotated[int, Rule("minimum", 0)]
Number = Annotated[float, Rule("minimum", 0)]


class Remedy(TypedDict):
    """``safe``: the commands only add what is missing; they may be run after being shown."""

    commands: list[Text]
    safe: bool
    text: str


class Finding(TypedDict):
    """``id`` is stable; ``evidence`` says where pidoctor looked and what it saw there."""

    id: Id
    severity: Annotated[str, TypeOf("pidoctor.result:Severity")]
    message: Text
    evidence: str
    remedy: Union[Remedy, None]
    link: Union[str, None]
    topic: Union[str, None]


class Package(TypedDict):
    """``filename`` is the wheel's, or the name of the system package, which has no hash.

    ``was`` is the version that is installed now; ``change`` is "+" (new), "~" (another version
    than now) or "=" (kept).
    """

    name: Text
    version: Text
    source: Annotated[str, _one_of("index", "piwheels", "debian", "installed")]
    filename: str
    sha256: Union[Annotated[str, Rule("pattern", "^[0-9a-f]{64}$")], None]
    size: Union[Amount, None]
    installed: bool
    because: list[str]
    was: Union[str, None]
    change: Annotated[str, _one_of("+", "~", "=")]


_STRENGTHS = ("claimed", "read", "proven")


class Candidate(TypedDict):
    """A version that was looked at and refused. The reasons are in order, farthest miss first."""

    name: Text
    version: str
    reason: Annotated[str, TypeOf("pidoctor.resolve.verdict:Reason")]
    detail: str
    rests_on: Annotated[str, _one_of(*_STRENGTHS)]


class Change(TypedDict):
    """What would make the request possible; a smaller ``cost`` is cheaper."""

    kind: Annotated[
        str,
        _one_of(
            "version",
            "requirement",
            "runtime",
            "upgrade",
            "environment",
            "replace",
            "system-package",
            "python",
            "kernel",
            "container",
            "os-bits",
            "os-release",
            "board",
        ),
    ]
    text: Text
    cost: int
    result: str
    request: Union[str, None]
    command: Union[str, None]


class History(TypedDict):
    """The releases of a package with a wheel for the machine's processor; null where none is.

    ``pythons`` are those that the last version is for; ``followed_by`` what is published instead.
    """

    name: Text
    architecture: Text
    first: Union[str, None]
    last: Union[str, None]
    python: str
    first_for_python: Union[str, None]
    last_for_python: Union[str, None]
    pythons: list[str]
    followed_by: Union[str, None]


class Newest(TypedDict):
    """The newest version that ``runs`` on the machine, or that is published for its processor."""

    name: Text
    version: Text
    runs: bool
    asks_for: list[str]


class RunnerUp(TypedDict):
    """What would be installed if what was chosen did not exist."""

    name: Text
    version: Text
    why_not: str
    download_size: Amount


class Explanation(TypedDict):
    """What lies around the answer of ``explain``."""

    histories: list[History]
    newest: Union[Newest, None]
    runner_up: Union[RunnerUp, None]


Plan = TypedDict(
    "Plan",
    {
        "status": Literal["plan"],
        "request": Text,
        "runtime": Text,
        "import": Text,
        "python": str,
        "packages": Annotated[list[Package], Rule("minItems", 1)],
        "rejected": list[Candidate],
        "changes": list[Change],
        "notes": list[str],
        "breaks": list[str],
        "rests_on": str,
        "unchecked": dict[str, str],
        "nearest_miss": None,
    },
)

Impossible = TypedDict(
    "Impossible",
    {
        "status": Literal["impossible"],
        "request": Text,
        "runtime": None,
        "import": None,
        "python": str,
        "packages": Annotated[list[Package], Rule("maxItems", 0)],
        "rejected": list[Candidate],
        "changes": list[Change],
        "colliding": list[str],
        "message": str,
        "rests_on": str,
        "nearest_miss": Union[Candidate, None],
    },
)


class Death(TypedDict):
    """How a program died: the signal that ended it, and at which step."""

    kind: Id
    signal: Union[int, None]
    step: str
    model: Union[str, None]
    detail: Union[str, None]
    message: str
    evidence: str
    remedy: Union[Remedy, None]


class ModelResult(TypedDict):
    """What one model gave; ``expected`` is null where no answer is known to compare with."""

    name: str
    status: Annotated[str, _one_of("passed", "failed")]
    input_shape: Union[list[int], None]
    expected: Union[list[Union[float, None]], None]
    obtained: Union[list[Union[float, None]], None]
    max_error: Union[Number, None]
    tolerance: Union[Number, None]
    first_ms: Union[Number, None]
    latency_ms: Union[Number, None]
    given: str
    compared_with: Union[str, None]
    difference: Union[str, None]
    delegated: Union[Amount, None]


class Delegate(TypedDict):
    """A library that runs parts of a model on another processor, and its options."""

    library: str
    options: dict[str, str]


class Use(TypedDict):
    """A module or a runtime that was there before an install: whether it worked, and works."""

    name: Text
    version: str
    what: str
    before: bool
    after: Union[bool, None]
    detail: str


Proof = TypedDict(
    "Proof",
    {
        "status": Annotated[str, _one_of("passed", "failed")],
        "runtime": Union[str, None],
        "version": Union[str, None],
        "numpy": Union[str, None],
        "import": Union[str, None],
        "python": str,
        "models": list[ModelResult],
        "peak_memory_bytes": Union[Amount, None],
        "death": Union[Death, None],
        "uses": list[Use],
        "api": str,
        "delegate": Union[Delegate, None],
    },
)


class LogLine(TypedDict):
    """A line of a log, counted from 1, and its text without control characters."""

    line: Amount
    text: str


class Diagnosis(TypedDict):
    """``confidence`` is from 0 to 1; ``alternatives`` fit the same evidence."""

    cause: Id
    title: str
    certainty: Annotated[str, _one_of("", "sure", "likely", "possible")]
    confidence: Annotated[float, Rule("minimum", 0), Rule("maximum", 1)]
    evidence: list[LogLine]
    explanation: str
    fix: Remedy
    alternatives: list[str]
    source: str


class Case(TypedDict):
    """One of several logs, and its first diagnosis; ``error`` says why it was not read.

    ``made`` is the date of the file.
    """

    log: str
    made: Union[str, None]
    error: Union[str, None]
    diagnosis: Union[Diagnosis, None]


class Cell(TypedDict):
    """A target and what was found for it: what would be installed, or the nearest miss."""

    target: Text
    requirement: Text
    status: Annotated[str, _one_of("plan", "impossible", "unknown")]
    summary: str
    board: str
    system: str
    bits: int
    python: str
    rests_on: Annotated[str, _one_of("", *_STRENGTHS)]


class Step(TypedDict):
    """A step of an installation, the command that it runs, and the files that it writes."""

    text: str
    command: str
    writes: list[str]
    status: Annotated[str, _one_of("planned", "done", "failed")]


class Installed(TypedDict):
    """How an install ended; ``kept_bytes`` is what the state kept for ``undo`` takes.

    ``left`` says how a failed install left the environment; empty where nobody looked.
    """

    status: Annotated[str, _one_of("installed", "already", "failed", "rolled-back")]
    environment: str
    python: str
    kept_bytes: Amount
    left: str


class IndexStatus(TypedDict):
    """The wheels index in use; ``sources`` counts its wheels by where they come from."""

    origin: Annotated[str, _one_of("shipped", "updated")]
    folder: str
    retrieved: str
    age_days: Union[Amount, None]
    packages: Amount
    wheels: Amount
    with_evidence: Amount
    sources: Mapping[str, int]
    note: str


class Updated(TypedDict):
    """A finished update, and a sentence for each thing that it changed."""

    folder: str
    changes: list[str]
    packages: Amount


class Verification(TypedDict):
    """What was compared with the sources, and what was not as the index says."""

    hashes_checked: Amount
    wheels_read: Amount
    problems: list[str]


class Need(TypedDict):
    """The newest version of a library's symbols that is needed, and that is used if there."""

    strong: str
    weak: str


class NumpyUse(TypedDict):
    """``abi`` 1: only NumPy 1; 2: NumPy 1 and 2. ``feature``: the oldest C API version."""

    abi: int
    feature: int


class ArmLevels(TypedDict):
    """Values of the build attributes of 32-bit ARM code, 0 where it states none."""

    cpu_arch: int
    fp_arch: int
    simd_arch: int


class Library(TypedDict):
    """What one ELF file of a wheel needs; ``pages`` are the page sizes under which it loads."""

    path: str
    required: bool
    machine: str
    bits: int
    float_abi: str
    glibc: Need
    glibcxx: Need
    cxxabi: Need
    needed: list[str]
    bundled: list[str]
    align: int
    pages: list[int]
    exec_stack: bool
    cpu_features: list[str]
    optional_features: list[str]
    arm: Union[ArmLevels, None]
    numpy_api: Union[NumpyUse, None]


class WheelAudit(TypedDict):
    """What was read off one wheel, and where its tag says something else."""

    file: str
    size: Amount
    unpacked_size: Amount
    numpy_api: Union[NumpyUse, None]
    libraries: list[Library]
    disagreements: list[str]


class IndexAnswer(TypedDict):
    """The answer of ``pidoctor index``; one of these is there."""

    status: Union[IndexStatus, None]
    update: Union[Updated, None]
    verify: Union[Verification, None]
    audits: Union[list[WheelAudit], None]


Profile = Annotated[Mapping[str, object], TypeOf("pidoctor.profile.profile:Profile")]


class ModelFile(TypedDict):
    """``entry`` is the model's name in a bundle; ``description`` is what its converter wrote."""

    path: str
    entry: Union[str, None]
    sha256: Text
    bytes: Amount
    description: str
    min_runtime_version: str


class TensorQuantisation(TypedDict):
    """``real = scale * (stored - zero_point)``; ``channels`` over 1: one scale each on ``axis``."""

    scale: float
    zero_point: int
    channels: Amount
    axis: int


class ModelTensor(TypedDict):
    """``shape`` is the stored one; ``shape_signature`` has -1 where a size may be set."""

    name: str
    type: Text
    shape: list[int]
    shape_signature: list[int]
    quantisation: Union[TensorQuantisation, None]


class ModelSignature(TypedDict):
    """A named entry of a model."""

    key: str
    inputs: list[ModelTensor]
    outputs: list[ModelTensor]


class ModelOperator(TypedDict):
    """An operator as a model uses it, and how often."""

    name: str
    version: int
    count: Amount
    custom: bool


class ModelRuntime(TypedDict):
    """How a model does on a version of a runtime; ``stage`` is where it fails."""

    name: Text
    version: Text
    verdict: Annotated[str, _one_of("runs", "runs-with", "cannot", "undecided")]
    stage: Annotated[Union[str, None], Rule("enum", ("load", "allocate", "invoke", None))]
    reason: Text
    rests_on: Annotated[str, _one_of("measured", "rule", "proof")]
    settle: Union[str, None]


class ModelChange(TypedDict):
    """What would make a model run: one of a Change's kinds, or a change to the model itself.

    ``result`` is what would run it then; ``code`` a line for one's own program.
    """

    kind: Annotated[
        str,
        _one_of(
            "version",
            "runtime",
            "environment",
            "replace",
            "system-package",
            "python",
            "kernel",
            "container",
            "converter",
            "operators",
            "file",
            "os-bits",
            "os-release",
            "board",
        ),
    ]
    text: Text
    cost: Annotated[int, Rule("minimum", 1)]
    result: str
    code: Union[str, None]


class ModelMemory(TypedDict):
    """Bytes: ``mapped`` is the file, ``arena`` the tensors of one run without a delegate.

    ``private`` and ``peak`` (with the whole file in memory) are the least and the most beyond the
    import of the best runtime, ``parts`` what the middle of ``private`` is made of. Null where only
    a run tells.
    """

    mapped: Amount
    arena: Union[Amount, None]
    private: Union[list[Amount], None]
    peak: Union[list[Amount], None]
    parts: Mapping[str, int]


class ModelAdvice(TypedDict):
    """What could be done better with a model, and what that rests on."""

    id: Id
    text: Text
    source: str


class ModelDifference(TypedDict):
    """What differs between two models."""

    what: Text
    before: str
    after: str


class Model(TypedDict):
    """A model, and which runtimes that can be installed there run it.

    ``weights`` maps a type to bytes; ``macs`` are multiply-accumulates of one run.
    """

    file: ModelFile
    quantisation: str
    weights: Mapping[str, int]
    inputs: list[ModelTensor]
    outputs: list[ModelTensor]
    signatures: list[ModelSignature]
    operators: list[ModelOperator]
    macs: Amount
    dynamic: bool
    state: bool
    compiled_for: Annotated[Union[str, None], Rule("enum", ("edgetpu", "npu", None))]
    verdict: Annotated[str, _one_of("runs", "runs-with", "cannot", "undecided")]
    runtimes: list[ModelRuntime]
    memory: ModelMemory
    advice: list[ModelAdvice]
    changes: list[ModelChange]
    differences: Union[list[ModelDifference], None]


class BenchFigures(TypedDict):
    """Milliseconds of one call; ``variation`` is the standard deviation over the mean."""

    min: Number
    p50: Number
    p90: Number
    p99: Number
    mean: Number
    variation: Number
    calls: Amount


class BenchRun(TypedDict):
    """One configuration, measured in a process of its own.

    ``void`` says why its figures are not to be believed; without figures ``death`` says how the
    process ended. ``private_bytes`` is memory beyond the import of the runtime.
    """

    threads: Amount
    xnnpack: bool
    ms: Union[BenchFigures, None]
    load_ms: Number
    allocate_ms: Number
    first_ms: Number
    warm_up_calls: Amount
    private_bytes: Union[Amount, None]
    delegated_parts: Union[Amount, None]
    output_sha256_16: Union[str, None]
    void: list[Text]
    death: Union[Death, None]


class Prediction(TypedDict):
    """How long the model takes on another board: what it took here times the ``ratio`` (two).

    The least and the most that ``timings`` of ``models`` published in ``sources`` show.
    """

    board: Text
    low_ms: Number
    high_ms: Number
    ratio: list[Number]
    models: Amount
    timings: Amount
    sources: list[Text]


class Bench(TypedDict):
    """How fast a model runs here; ``drift``: one thread at the end over one at the beginning.

    ``celsius`` is the highest that was seen. ``predicted`` is there where it was asked for.
    """

    model: str
    runtime: Text
    version: str
    runs: list[BenchRun]
    drift: Union[Number, None]
    governor: Union[str, None]
    celsius: Union[float, None]
    mhz: Union[Amount, None]
    predicted: Union[Prediction, None]


class Answer(TypedDict):
    """The answer for one of several machines that were asked about together.

    ``place`` is "this machine" or the name of a target.
    """

    place: Text
    here: bool
    exit_code: int
    verdict: Union[Text, None]
    next: Union[Text, None]
    findings: Union[list[Finding], None]
    resolution: Union[Plan, Impossible, None]


class FleetCause(TypedDict):
    """A trouble by its stable id, and how many boards of a group have it."""

    id: Text
    text: str
    boards: Amount


class FleetTelling(TypedDict):
    """The one fact that tells a group from the ``boards`` that work: its value here and there.

    Verified by resolving; ``text`` is what to do, ``result`` what would then be installed.
    """

    fact: Text
    here: str
    there: str
    boards: Amount
    text: str
    result: str


class FleetGroup(TypedDict):
    """Boards with the same fingerprint that do alike. ``names`` are the first of them."""

    fingerprint: Union[Mapping[str, str], None]
    verdict: Annotated[str, TypeOf("pidoctor.fleet.record:BoardStatus")]
    boards: Amount
    names: list[str]
    software: list[str]
    causes: list[FleetCause]
    telling: Union[FleetTelling, None]


class FleetUnread(TypedDict):
    """A file that was not read, and why."""

    source: str
    error: str


class FleetMoved(TypedDict):
    """A board that does otherwise than before; null where it was not in that report."""

    board: str
    before: Union[str, None]
    after: Union[str, None]


class FleetDrift(TypedDict):
    """What differs from the report before; ``boards`` are the first of them."""

    since: str
    new: Amount
    gone: Amount
    changed: Amount
    boards: list[FleetMoved]


class Fleet(TypedDict):
    """Many boards in groups; ``unread`` documents were not read, the first for ``not_read``."""

    boards: Amount
    documents: Amount
    groups: list[FleetGroup]
    unread: Amount
    not_read: list[FleetUnread]
    drift: Union[FleetDrift, None]


class Envelope(TypedDict):
    """One envelope for every command. What a command has nothing for is null.

    ``verdict`` is the answer in one sentence, ``next`` the one command to type now. A reader
    ignores keys that it does not know.
    """

    schema: Literal["pidoctor-result/1"]
    command: Text
    version: Text
    exit_code: int
    error: Union[str, None]
    verdict: Union[Text, None]
    next: Union[Text, None]
    profile: Union[Profile, None]
    findings: Union[list[Finding], None]
    resolution: Union[Plan, Impossible, None]
    explanation: Union[Explanation, None]
    proof: Union[Proof, None]
    diagnoses: Union[list[Diagnosis], None]
    cases: Union[list[Case], None]
    matrix: Union[list[Cell], None]
    model: Union[Model, None]
    bench: Union[Bench, None]
    fleet: Union[Fleet, None]
    timings: Union[Mapping[str, float], None]
    here: Union[bool, None]
    steps: Union[list[Step], None]
    environment: Union[str, None]
    install: Union[Installed, None]
    already_installed: Union[bool, None]
    receipt: Union[Mapping[str, object], None]
    targets: Union[list[str], None]
    index: Union[IndexAnswer, None]
    directory: Union[str, None]
    files: Union[list[str], None]
    document: Union[str, None]
    output: Union[str, None]
    html: Union[str, None]
    answers: Union[list[Answer], None]
