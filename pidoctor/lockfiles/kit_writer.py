"""What is put beside the wheels of an offline kit: the lock, the manifest, hashes, a how-to."""

from __future__ import annotations

import shutil
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pidoctor.errors import PidoctorError
from pidoctor.install.kit import MANIFEST, SCHEMA, Kit, KitFile, machine_in_words
from pidoctor.lockfiles.requirements import requirements_text
from pidoctor.profile.profile import Profile
from pidoctor.resolve.machine import machine_of
from pidoctor.resolve.plan import Plan
from pidoctor.safe_files import sha256_of, write_output

LOCK, SUMS, HOW_TO, PROGRAM = "requirements.txt", "SHA256SUMS", "HOWTO.txt", "pidoctor.pyz"


def write_kit(  # noqa: PLR0913, PLR0917 - each is one thing that goes into the folder
    plan: Plan,
    profile: Profile,
    made_for: str,
    folder: Path,
    program: str,
    make: Callable[[Path], object],
) -> tuple[str, ...]:
    """Write the files beside the wheels in ``folder``; their names.

    ``made_for`` names the machine. ``program`` is the file that pidoctor was started from: where
    that is the single file (pidoctor.pyz) it goes along, else ``make`` writes one. Where that
    cannot be made (PidoctorError), the how-to says why, and goes on without it.
    """
    machine = machine_of(profile)
    system = profile.system.name.or_else("")
    words = machine_in_words(machine.architecture, machine.python_short, system)
    write_output(str(folder / LOCK), requirements_text(plan))
    why_not = "" if _copy_program(program, folder) else _made(make, folder / PROGRAM)
    has_program = not why_not
    names = [wheel.filename for wheel in plan.wheels] + [LOCK]
    names += [PROGRAM] if has_program else []
    files = tuple(_file(folder / name) for name in names)
    kit = Kit(
        schema=SCHEMA,
        made=time.strftime("%Y-%m-%d"),
        made_for=made_for,
        machine=words,
        request=plan.request,
        runtime=plan.runtime,
        version=plan.version,
        system_packages=plan.system_packages,
        files=files,
    )
    write_output(str(folder / MANIFEST), kit.to_text())
    write_output(str(folder / SUMS), "".join(f"{file.sha256}  {file.name}\n" for file in files))
    write_output(str(folder / HOW_TO), "\n".join(_how_to(kit, plan, why_not)) + "\n")
    return (*names[len(plan.wheels) :], MANIFEST, SUMS, HOW_TO)


def _file(path: Path) -> KitFile:
    return KitFile(path.name, sha256_of(path), path.stat().st_size)


def _made(make: Callable[[Path], object], target: Path) -> str:
    """Why the single file was not made; empty where it was."""
    try:
        make(target)
    except PidoctorError as error:
        return str(error)
    target.chmod(0o755)
    return ""


def _copy_program(program: str, folder: Path) -> bool:
    """The single file, where that is what runs."""
    try:
        with zipfile.ZipFile(program) as archive:
            archive.getinfo("BUILD")
        target = folder / PROGRAM
        if not (target.exists() and target.samefile(program)):
            target.unlink(missing_ok=True)
            shutil.copyfile(program, target)
            target.chmod(0o755)
    except (OSError, KeyError, zipfile.BadZipFile):
        return False
    return True


def _how_to(kit: Kit, plan: Plan, why_not: str) -> Iterator[str]:
    yield f"{kit.runtime} {kit.version} for {kit.made_for}"
    yield f"({kit.machine}), made on {kit.made}."
    yield ""
    yield "Copy this whole folder to the board and open a terminal in it. To see that nothing was"
    yield "damaged on the way:"
    yield ""
    yield f"    sha256sum --check {SUMS}"
    if kit.system_packages:
        yield from _packages(kit.system_packages)
    yield ""
    if not why_not:
        yield "Install, with a proof at the end:"
        yield ""
        yield f"    python3 {PROGRAM} install --offline --wheels . --venv ~/tflite"
        yield ""
        yield "Or without pidoctor, by pip alone:"
    else:
        yield "Install with pidoctor, with a proof at the end:"
        yield ""
        yield "    pidoctor install --offline --wheels . --venv ~/tflite"
        yield ""
        yield f"pidoctor is not in this folder ({why_not})."
        yield "Without it, pip alone does:"
    site = " --system-site-packages" if kit.system_packages else ""
    yield ""
    yield f"    python3 -m venv{site} ~/tflite"
    yield (
        "    ~/tflite/bin/pip install --no-index --find-links . --require-hashes --no-deps "
        f"-r {LOCK}"
    )
    yield ""
    yield "Try it; it prints where the runtime is:"
    yield ""
    yield f'    ~/tflite/bin/python -c "import {plan.import_line.split()[1]} as it; print(it)"'


def _packages(packages: Sequence[str]) -> Iterator[str]:
    named = " ".join(packages)
    yield ""
    yield f"These packages of the Linux distribution are needed as well: {named}"
    yield "Most images with a desktop have them. To see whether they are there:"
    yield ""
    yield f"    dpkg --status {named} | grep --line-regexp 'Status: install ok installed'"
    yield ""
    yield "If not, fetch them on a board with network and the same system, on which they are not"
    yield "installed either, and copy the .deb files of /var/cache/apt/archives into this folder:"
    yield ""
    yield f"    sudo apt-get clean && sudo apt-get install --yes --download-only {named}"
    yield ""
    yield "Then, on the board without network:"
    yield ""
    yield "    sudo dpkg --install ./*.deb"
