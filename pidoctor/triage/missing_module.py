"""Why a module is not found: not installed, installed elsewhere, renamed, removed, or confused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pidoctor.catalog.import_names import brought_by
from pidoctor.triage.likely_cause import LIKELY, OPEN, SURE, LikelyCause
from pidoctor.triage.log_facts import Facts, plain_name

RUNTIMES = {
    "tensorflow": ("tflite-runtime", "ai-edge-litert", "tflite-runtime-nightly"),
    "keras": ("tflite-runtime", "ai-edge-litert"),
    "tflite_runtime": ("ai-edge-litert", "tensorflow", "tflite"),
    "ai_edge_litert": ("tflite-runtime", "tensorflow"),
    "tflite": ("tflite-runtime", "ai-edge-litert", "tensorflow"),
}
"""Module of one runtime -> the packages that give the same under another import line."""


def package_of(module: str) -> Mapping[str, str]:
    """What brings a module: `package` of the index, `apt_name` and whose archive; or nothing.

    An import name is no package name: nothing is guessed.
    """
    row = brought_by(module)
    names = {"package": row.package, "apt_name": row.apt, "apt_archive": row.archive}
    return {key: name for key, name in names.items() if name}


def name_of(module: str) -> str:
    """The normalised name under which a module's package would be listed as installed."""
    return plain_name(package_of(module).get("package") or module.split(".", maxsplit=1)[0])


def decide(groups: Mapping[str, str], facts: Facts, text: str) -> list[LikelyCause]:
    """The likely causes of `No module named ...`, which is in ``text``.

    Python 3 puts the name into quotes, and names the first part that it does not find.
    """
    module = groups.get("module", "")
    top, package = module.split(".")[0], name_of(module)
    here = package in facts.installed
    own = next((folder for folder in facts.own.values() if f"/{top}/" in f"{folder}/"), "")
    if "." in module and own:
        text = f"{own} was imported, which is no installed package."
        other = LikelyCause("wrong-interpreter", OPEN, "Or it was built for another Python.")
        return [LikelyCause("shadowed-module", LIKELY, text), other]
    if module.rpartition(".")[2].startswith("_") and "." in module:
        text = f"{top} is there, and its compiled part {module} is not one for this Python."
        if facts.get("kernel") == "aarch64" != facts.get("arch") and facts.get("arch"):
            text = f"{text} The kernel is 64-bit, the system above it is not."
            return [LikelyCause("32bit-userland-on-64bit-kernel", LIKELY, text)]
        absent = LikelyCause("module-not-installed", OPEN, "Or its installation is not complete.")
        return [LikelyCause("wrong-interpreter", LIKELY, text), absent]
    if "." in module and (here or top == "tensorflow") and top != "pycoral":
        if top in ("tflite_runtime", "ai_edge_litert"):
            text = f"{package} is there, but has no {module}."
            return [LikelyCause("api-newer-than-runtime", LIKELY, text)]
        return [LikelyCause("removed-api", LIKELY, f"{top} is there, but has no {module}.")]
    if here:
        text = f"{package} was installed, but not for the Python that runs the program."
        return [LikelyCause("wrong-interpreter", SURE, text)]
    if "." in module and f"'{module}'" in text and package_of(module) == package_of(top):
        text = f"{top} was found, and has no {module}."
        newer = LikelyCause("api-newer-than-runtime", OPEN, f"{text} Or it is too old for it.")
        return [LikelyCause("removed-api", OPEN + 0.05, text), newer]
    others = [name for name in RUNTIMES.get(top, ()) if name in facts.installed]
    if others:
        text = f"{others[0]} is installed; its import line is another one."
        return [LikelyCause("wrong-module-import", SURE, text)]
    known = package_of(module).get("package")
    text = f"Its package is called {known}." if known else ""
    absent = LikelyCause("module-not-installed", SURE, text)
    if any(f"{plain_name(each)}-".startswith(f"{package}-") for each in facts.requirements):
        text = f"{package} was to be installed; if that went well, it was for another Python."
        other = LikelyCause("wrong-interpreter", OPEN + 0.05, text)
        return [other, replace(absent, confidence=OPEN)]
    if facts.get("other_user"):
        text = "With sudo, and as a service, a program runs without the packages of a user."
        other = LikelyCause("wrong-interpreter", OPEN, text)
        return [replace(absent, confidence=LIKELY), other]
    return [absent]
