#!/usr/bin/python
# Copyright (c) 2026 the pidoctor project
# MIT License (see https://opensource.org/license/mit)
"""What if, and how do they do."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: tflite_info
short_description: What would be installed on a board, and how many boards do
version_added: "0.1.0"
description:
  - Answers for the board that it runs on, for a named target, for a capture, or reports on the
    receipts and captures of many boards.
  - Changes nothing.
options:
  pidoctor:
    description: The single file pidoctor.pyz, or a pidoctor program.
    type: path
    default: ~/.cache/pidoctor/pidoctor.pyz
  requirement:
    description: What is wanted, with a version perhaps.
    type: str
    default: auto
  target:
    description: A named board and system, as in C(pi4-4gb/bookworm-64).
    type: str
  capture:
    description: The file of a captured board.
    type: path
  python:
    description: The interpreter of this board that is meant.
    type: str
  fleet:
    description: Files and folders of receipts, captures and results to report on instead.
    type: list
    elements: path
author:
  - the pidoctor project (@pidoctor)
"""

EXAMPLES = r"""
- name: Would TensorFlow run on a Raspberry Pi 4 with a 64-bit system?
  pidoctor.tflite.tflite_info:
    requirement: tensorflow
    target: pi4-4gb/bookworm-64
  delegate_to: localhost

- name: How do the boards do?
  pidoctor.tflite.tflite_info:
    fleet: [fleet/receipts]
  delegate_to: localhost
"""

RETURN = r"""
verdict:
  description: The answer in one sentence.
  returned: always
  type: str
next:
  description: The one command that helps.
  returned: always
  type: str
answer:
  description: The whole answer; its schema is what C(pidoctor schema) prints.
  returned: always
  type: dict
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.pidoctor.tflite.plugins.module_utils.board import ARGUMENTS, ask, options


def main() -> None:
    spec = dict(
        ARGUMENTS,
        requirement={"type": "str", "default": "auto"},
        target={"type": "str"},
        capture={"type": "path"},
        python={"type": "str"},
        fleet={"type": "list", "elements": "path"},
    )
    module = AnsibleModule(
        argument_spec=spec,
        mutually_exclusive=[("target", "capture", "fleet"), ("target", "python")],
        supports_check_mode=True,
    )
    wanted = module.params["requirement"]
    if module.params["fleet"]:
        answer = ask(module, "fleet", "report", *module.params["fleet"], "--requirement", wanted)
    else:
        where = options(module, "target", "capture", "python")
        answer = ask(module, "check", wanted, *where)
    module.exit_json(changed=False, verdict=answer["verdict"], next=answer["next"], answer=answer)


if __name__ == "__main__":
    main()
