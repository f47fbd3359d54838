"""The JSON of commands where it is not what the fields of a value say: what ``to_json`` gives.

``result.schema.json`` is generated from the values and from these (``python -m
pidoctor.report.schema``), and mypy holds each ``to_json`` to them. Bytes, seconds and milliseconds
are in the unit that the key names; a size without one is in bytes.
"""

from __future__ import annotations

from pidoctor.shapes.bench import Bench, BenchCompared, BenchOperators, BenchRun, Prediction
from pidoctor.shapes.envelope import Answer, Envelope
from pidoctor.shapes.index import IndexAnswer, Library
from pidoctor.shapes.model import Model, ModelChange, ModelMemory, ModelRuntime, ModelTensor
from pidoctor.shapes.plan import Candidate, Change, History, Impossible, Package, Plan
from pidoctor.shapes.triage import Diagnosis

__all__ = (
    "Answer",
    "Bench",
    "BenchCompared",
    "BenchOperators",
    "BenchRun",
    "Candidate",
    "Change",
    "Diagnosis",
    "Envelope",
    "History",
    "Impossible",
    "IndexAnswer",
    "Library",
    "Model",
    "ModelChange",
    "ModelMemory",
    "ModelRuntime",
    "ModelTensor",
    "Package",
    "Plan",
    "Prediction",
)
