"""``pidoctor completion``: what a shell needs to complete commands and options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pidoctor.envelope import Result

DESCRIPTION = "Print a script that makes your shell complete pidoctor's commands and options."
EXAMPLES = """\
  mkdir -p ~/.local/share/bash-completion/completions    (where it is not there)
  pidoctor completion bash > ~/.local/share/bash-completion/completions/pidoctor
  pidoctor completion zsh > ~/.zfunc/_pidoctor      (a folder that is in $fpath)
  pidoctor completion fish > ~/.config/fish/completions/pidoctor.fish
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "shell", metavar="SHELL", choices=["bash", "zsh", "fish"], help="bash, zsh or fish"
    )


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.shells import SCRIPTS
    from pidoctor.envelope import Result, Written

    return Result("completion", written=Written(SCRIPTS[options.shell]()))
