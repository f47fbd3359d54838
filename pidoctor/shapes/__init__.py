"""The JSON that commands answer with, as types: what ``to_json`` gives, key by key.

``result.schema.json`` is generated from these (``python -m pidoctor.report.schema``), and mypy
holds each ``to_json`` to them, so that code, schema and documentation cannot differ. Bytes,
seconds and milliseconds are in the unit that the key names; a size without one is in bytes.
"""

from __future__ import annotations

from pidoctor.shapes.bench import (
    Bench,
    BenchCompared,
    BenchComparison,
    BenchFigures,
    BenchOperator,
    BenchOperators,
    BenchRun,
    Prediction,
)
from pidoctor.shapes.envelope import Answer, Cell, Envelope, Profile
from pidoctor.shapes.finding import Finding, Remedy
from pidoctor.shapes.fleet import (
    Fleet,
    FleetCause,
    FleetDrift,
    FleetGroup,
    FleetMoved,
    FleetTelling,
    FleetUnread,
)
from pidoctor.shapes.index import (
    ArmLevels,
    IndexAnswer,
    IndexStatus,
    Library,
    Need,
    NumpyUse,
    Updated,
    Verification,
    WheelAudit,
)
from pidoctor.shapes.install import Installed, Step
from pidoctor.shapes.marks import Amount, Id, Number, Rule, Text, TypeOf
from pidoctor.shapes.model import (
    Model,
    ModelAdvice,
    ModelChange,
    ModelDifference,
    ModelFile,
    ModelMemory,
    ModelOperator,
    ModelRuntime,
    ModelSignature,
    ModelTensor,
    TensorQuantisation,
)
from pidoctor.shapes.plan import (
    Candidate,
    Change,
    Explanation,
    History,
    Impossible,
    Newest,
    Package,
    Plan,
    RunnerUp,
)
from pidoctor.shapes.proof import Death, Delegate, ModelResult, Proof, Use
from pidoctor.shapes.triage import Case, Diagnosis, LogLine

__all__ = (
    "Amount",
    "Answer",
    "ArmLevels",
    "Bench",
    "BenchCompared",
    "BenchComparison",
    "BenchFigures",
    "BenchOperator",
    "BenchOperators",
    "BenchRun",
    "Candidate",
    "Case",
    "Cell",
    "Change",
    "Death",
    "Delegate",
    "Diagnosis",
    "Envelope",
    "Explanation",
    "Finding",
    "Fleet",
    "FleetCause",
    "FleetDrift",
    "FleetGroup",
    "FleetMoved",
    "FleetTelling",
    "FleetUnread",
    "History",
    "Id",
    "Impossible",
    "IndexAnswer",
    "IndexStatus",
    "Installed",
    "Library",
    "LogLine",
    "Model",
    "ModelAdvice",
    "ModelChange",
    "ModelDifference",
    "ModelFile",
    "ModelMemory",
    "ModelOperator",
    "ModelResult",
    "ModelRuntime",
    "ModelSignature",
    "ModelTensor",
    "Need",
    "Newest",
    "Number",
    "NumpyUse",
    "Package",
    "Plan",
    "Prediction",
    "Profile",
    "Proof",
    "Remedy",
    "Rule",
    "RunnerUp",
    "Step",
    "TensorQuantisation",
    "Text",
    "TypeOf",
    "Updated",
    "Use",
    "Verification",
    "WheelAudit",
)
