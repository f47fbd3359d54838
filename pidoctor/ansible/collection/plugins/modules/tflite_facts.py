#!/usr/bin/python
# Copyright (c) 2026 the pidoctor project
# MIT License (see https://opensource.org/license/mit)
"""What a board is, for pidoctor."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: tflite_facts
short_description: What decides whether TensorFlow Lite runs on a board
version_added: "0.1.0"
description:
  - Reads processor, system, C library, Python, memory, storage and accelerators of a board.
  - Changes nothing. Secrets, names and serial numbers are looked for and masked.
options:
  pidoctor:
    description: The single file pidoctor.pyz on the board, or a pidoctor program.
    type: path
    default: ~/.cache/pidoctor/pidoctor.pyz
  python:
    description: The interpreter that TensorFlow Lite is wanted for; without it the usual one.
    type: str
author:
  - the pidoctor project (@pidoctor)
"""

EXAMPLES = r"""
- name: What is this board?
  pidoctor.tflite.tflite_facts:
  register: board

- name: Its Python
  ansible.builtin.debug:
    msg: "{{ tflite.python }} on {{ tflite.board }}"
"""

RETURN = r"""
ansible_facts:
  description: A few facts of the board, under the name tflite.
  returned: always
  type: dict
  sample:
    tflite:
      board: Raspberry Pi 4 Model B Rev 1.4
      python: "3.11.2"
      architecture: aarch64
capture:
  description: Everything that was read; pidoctor answers about it on any computer.
  returned: always
  type: dict
"""

import json

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.pidoctor.tflite.plugins.module_utils.board import ARGUMENTS, ask, options


def main() -> None:
    module = AnsibleModule(
        argument_spec=dict(ARGUMENTS, python={"type": "str"}), supports_check_mode=True
    )
    answer = ask(module, "capture", "-o", "-", *options(module, "python"))
    profile = answer["profile"]
    facts = {
        "board": profile["board"]["model"]["value"],
        "architecture": profile["python"]["architecture"]["value"],
        "python": profile["python"]["version"]["value"],
        "system": profile["system"]["name"]["value"],
    }
    capture = json.loads(answer["document"])
    module.exit_json(changed=False, capture=capture, ansible_facts={"tflite": facts})


if __name__ == "__main__":
    main()
