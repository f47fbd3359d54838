"""The JSON Schema of the envelope, generated from the types that describe it.

``python -m pidoctor.report.schema`` writes ``result.schema.json`` anew; the shipped file is what
``pidoctor schema`` prints, because making it imports most of the program.
"""

from __future__ import annotations

import json
from pathlib import Path

from pidoctor import json_shapes
from pidoctor.envelope import Result
from pidoctor.json_schema import DRAFT, Describer, Schema
from pidoctor.report.conclusion import Conclusion

FILE = Path(__file__).with_name("result.schema.json")


def generate() -> Schema:
    """The schema of :class:`pidoctor.envelope.Result`."""
    others = {**vars(json_shapes), "json_shapes": json_shapes, "Conclusion": Conclusion}
    describer = Describer(written=True, others=others)
    envelope = describer.object_of(Result)
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
