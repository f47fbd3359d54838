#!/usr/bin/python
# Copyright (c) 2026 the pidoctor project
# MIT License (see https://opensource.org/license/mit)
"""Installs TensorFlow Lite on a board, and proves it."""

from __future__ import annotations

DOCUMENTATION = r"""
---
module: tflite_install
short_description: TensorFlow Lite in a virtual environment, proven by an inference
version_added: "0.1.0"
description:
  - Resolves, installs and runs two models with known answers.
  - What fails, the proof included, leaves the environment as it was.
  - Where everything is installed already it is proven again, and nothing changes.
options:
  pidoctor:
    description: The single file pidoctor.pyz on the board, or a pidoctor program.
    type: path
    default: ~/.cache/pidoctor/pidoctor.pyz
  requirement:
    description: What is wanted, with a version perhaps.
    type: str
    default: auto
  venv:
    description: The virtual environment; made where there is none.
    type: path
    required: true
  python:
    description: The interpreter to make the environment with.
    type: str
  wheels:
    description: A folder of wheels on the board that are used before anything is fetched.
    type: path
  offline:
    description: Whether the network must not be used.
    type: bool
    default: false
  replace:
    description: Whether to go on even if something installed stops working.
    type: bool
    default: false
author:
  - the pidoctor project (@pidoctor)
"""

EXAMPLES = r"""
- name: Whatever runs TensorFlow Lite here
  pidoctor.tflite.tflite_install:
    venv: ~/tflite

- name: A certain version, from wheels that were copied to the board
  pidoctor.tflite.tflite_install:
    requirement: tflite-runtime==2.14.0
    venv: ~/tflite
    wheels: /tmp/wheels
    offline: true
"""

RETURN = r"""
status:
  description: How it ended, one of planned, installed, already.
  returned: success
  type: str
verdict:
  description: The answer in one sentence.
  returned: always
  type: str
receipt:
  description: What is kept in the environment about its install, plan, hashes and proof.
  returned: when installed
  type: dict
answer:
  description: The whole answer; its schema is what C(pidoctor schema) prints.
  returned: always
  type: dict
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.pidoctor.tflite.plugins.module_utils.board import (
    ARGUMENTS,
    ask,
    changes,
    options,
    packages,
    reason,
)


def main() -> None:
    spec = dict(
        ARGUMENTS,
        requirement={"type": "str", "default": "auto"},
        venv={"type": "path", "required": True},
        python={"type": "str"},
        wheels={"type": "path"},
        offline={"type": "bool", "default": False},
        replace={"type": "bool", "default": False},
    )
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    venv = module.params["venv"]
    # An environment that is there keeps its Python.
    python = () if module.params["python"] is None else options(module, "python")
    words = ["install", module.params["requirement"]]
    words += options(module, "venv", "wheels", "offline", "replace")
    words += ["--dry-run"] if module.check_mode else ["--yes"]
    there = os.path.exists(os.path.join(venv, "pyvenv.cfg"))
    answer = ask(module, *words, *(() if there else python))
    before, after = packages(answer)
    said = {"verdict": answer["verdict"], "answer": answer}
    if answer["exit_code"]:
        module.fail_json(msg=reason(answer), **said)
    if module.check_mode:
        changed, status = changes(answer), "planned"
    else:
        status = answer["install"]["status"]
        changed = status == "installed"
    module.exit_json(
        changed=changed,
        status=status,
        receipt=answer["receipt"],
        diff={"before": before, "after": after} if changed else {},
        **said,
    )


if __name__ == "__main__":
    main()
