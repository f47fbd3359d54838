"""Runs inside an environment with a runtime: which models does it load, which does it prepare?

``python measuring_payload.py IMPORT_LINE < questions.json``; a question is [name, model as base64,
whether to prepare it]. Prints a line per question, "pidoctor-measured " and a JSON list of its name
and what the runtime said ("" where all went well), at once, so that a death says which question it
was. Imports nothing of pidoctor.
"""

import base64
import json
import sys


def main():
    # type: () -> None
    scope = {}  # type: dict[str, object]
    exec(sys.argv[1], scope)  # noqa: S102 - the import line of the catalogue
    interpreter = scope["Interpreter"]
    for name, encoded, prepare in json.load(sys.stdin):
        print("pidoctor-asked " + json.dumps(name), flush=True)
        said = ""
        try:
            made = interpreter(model_content=base64.b64decode(encoded))  # type: ignore[operator]
            if prepare:
                made.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            said = str(error)[:300] or "failed"
        print("pidoctor-measured " + json.dumps([name, said]), flush=True)


if __name__ == "__main__":
    main()
