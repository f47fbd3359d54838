"""The JSON Schema of the envelope, generated from the types that describe it.

``python -m pidoctor.report.schema`` writes ``result.schema.json`` anew; the shipped file is what
``pidoctor schema`` prints, because making it imports most of the program.
"""

from __future__ import annotations

import json
from pathlib import Path

from pidoctor import shapes
from pidoctor.json_schema import DRAFT, Describer, Schema
from pidoctor.profile.codec import SCHEMA as PROFILE_SCHEMA

FILE = Path(__file__).with_name("result.schema.json")


def generate() -> Schema:
    """The schema of :class:`pidoctor.shapes.Envelope`."""
    describer = Describer(written=True, others={**vars(shapes), "shapes": shapes})
    envelope = describer.object_of(shapes.Envelope)
    # The codec says which form of a profile it is.
    profile = describer.definitions["profile"]
    profile["required"].insert(0, "schema")
    profile["properties"] = {"schema": {"const": PROFILE_SCHEMA}, **profile["properties"]}
    return {
        "$schema": DRAFT,
        "title": "What a pidoctor command answers with",
        **envelope,
        "$defs": dict(sorted(describer.definitions.items())),
    }


def text() -> str:
    """The schema as it is written to the file."""
    return json.dumps(generate(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
