"""Completion scripts for bash, zsh and fish: written out in full, so that nothing is slow."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator

from pidoctor.cli.definitions import Definition, Option, definitions
from pidoctor.help import TOPICS

_TARGETS = "pidoctor targets --quiet 2>/dev/null"


def bash() -> str:
    """A script for bash; bash-completion is not needed."""
    cases = "".join(_bash_case(each) for each in definitions())
    names = " ".join(each.name for each in definitions())
    return f"""\
# bash completion of pidoctor, made by `pidoctor completion bash`
_pidoctor() {{
    local word="${{COMP_WORDS[COMP_CWORD]}}" before="${{COMP_WORDS[COMP_CWORD-1]}}"
    local offered="" files=""
    if [ "$COMP_CWORD" -eq 1 ]; then
        offered="{names} --help --version"
    else
        case "${{COMP_WORDS[1]}}" in
{cases}        esac
    fi
    COMPREPLY=($(compgen -W "$offered" -- "$word"))
    if [ -n "$files" ] && [ -z "$offered" -o "${{word#-}}" = "$word" ]; then
        COMPREPLY+=($(compgen -f -- "$word"))
    fi
}}
complete -o filenames -F _pidoctor pidoctor
"""


def _bash_case(definition: Definition) -> str:
    options = [*definition.options, *(o for inner in definition.actions for o in inner.options)]
    values = "".join(_bash_value(option) for option in options if option.value)
    flags = dict.fromkeys(flag for option in options for flag in option.flags)
    words = [*flags, *_own_words(definition)]
    files = "files=1" if any(argument.of_file for argument in definition.arguments) else ":"
    return f"""\
            {definition.name})
                case "$before" in
{values}                    *) offered={shlex.quote(" ".join(words))}; {files} ;;
                esac ;;
"""


def _bash_value(option: Option) -> str:
    if option.choices:
        offer = f"offered={shlex.quote(' '.join(option.choices))}"
    elif "--target" in option.flags:
        offer = f'offered="$({_TARGETS})"'
    else:
        offer = "files=1" if option.of_file else ":"
    return f"                    {'|'.join(option.flags)}) {offer} ;;\n"


def _own_words(definition: Definition) -> Iterator[str]:
    """What can stand as an argument of the command itself."""
    yield from (inner.name for inner in definition.actions)
    for argument in definition.arguments:
        yield from argument.choices
    if definition.name == "help":
        yield from (each.name for each in definitions())
        yield from TOPICS


def fish() -> str:
    """A script for fish."""
    lines = ["# fish completion of pidoctor, made by `pidoctor completion fish`"]
    lines.append("complete -c pidoctor -f")
    for each in definitions():
        summary = shlex.quote(each.summary)
        lines.append(f"complete -c pidoctor -n __fish_use_subcommand -a {each.name} -d {summary}")
        inside = f"-n '__fish_seen_subcommand_from {each.name}'"
        words = " ".join(_own_words(each))
        if words:
            lines.append(f"complete -c pidoctor {inside} -a {shlex.quote(words)}")
        if any(argument.of_file for argument in each.arguments):
            lines.append(f"complete -c pidoctor {inside} -F")
        for option in (*each.options, *(o for inner in each.actions for o in inner.options)):
            lines.append(f"complete -c pidoctor {inside} {_fish_option(option)}")
    return "\n".join(dict.fromkeys(lines)) + "\n"


def _fish_option(option: Option) -> str:
    names = [f"-s {flag[1:]}" for flag in option.flags if not flag.startswith("--")]
    names += [f"-l {flag[2:]}" for flag in option.flags if flag.startswith("--")]
    takes = ""
    if option.choices:
        takes = f"-x -a {shlex.quote(' '.join(option.choices))}"
    elif "--target" in option.flags:
        takes = f"-x -a '({_TARGETS})'"
    elif option.value:
        takes = "-r -F" if option.of_file else "-x"
    return " ".join(filter(None, (*names, takes, f"-d {shlex.quote(option.text)}")))


def zsh() -> str:
    """A script for zsh."""
    described = "\n".join(
        f"        {shlex.quote(_zsh(each.name) + ':' + _zsh(each.summary))}"
        for each in definitions()
    )
    cases = "".join(_zsh_case(each) for each in definitions())
    return f"""\
#compdef pidoctor
# zsh completion of pidoctor, made by `pidoctor completion zsh`
_pidoctor() {{
    local -a commands=(
{described}
    )
    if (( CURRENT == 2 )); then
        _describe command commands
        return
    fi
    local command="${{words[2]}}"
    shift words
    (( CURRENT-- ))
    case "$command" in
{cases}    esac
}}
_pidoctor_targets() {{
    compadd -- ${{(f)"$({_TARGETS})"}}
}}
if [ "$funcstack[1]" = "_pidoctor" ]; then _pidoctor "$@"; else compdef _pidoctor pidoctor; fi
"""


def _zsh(text: str) -> str:
    return text.replace("\\", "").replace(":", "\\:")


def _zsh_case(definition: Definition) -> str:
    options = [*definition.options, *(o for inner in definition.actions for o in inner.options)]
    parts = [spec for option in options for spec in _zsh_option(option)]
    words = list(_own_words(definition))
    if words:
        parts.append(f"*:word:({' '.join(words)})")
    elif definition.arguments:
        files = any(argument.of_file for argument in definition.arguments)
        parts.append(f"*:argument:{'_files' if files else ' '}")
    listed = " \\\n            ".join(shlex.quote(part) for part in dict.fromkeys(parts))
    return f"        {definition.name})\n            _arguments \\\n            {listed} ;;\n"


def _zsh_option(option: Option) -> Iterator[str]:
    text = _zsh(option.text).replace("[", "(").replace("]", ")")
    value = ""
    if option.choices:
        value = f":value:({' '.join(option.choices)})"
    elif "--target" in option.flags:
        value = ":target:_pidoctor_targets"
    elif option.value:
        value = f":{_zsh(option.value)}:{'_files' if option.of_file else ' '}"
    yield from (f"{flag}[{text}]{value}" for flag in option.flags)


SCRIPTS: dict[str, Callable[[], str]] = {"bash": bash, "zsh": zsh, "fish": fish}
