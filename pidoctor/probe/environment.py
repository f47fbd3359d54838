"""The environment that was chosen: what made it, what it holds, and when it was last proven."""

from __future__ import annotations

from collections.abc import Mapping

from pidoctor.host.base import Host
from pidoctor.probe.distributions import installed_in
from pidoctor.probe.environment_choice import EnvironmentChoice
from pidoctor.probe.environment_faults import gone, moved, shadowed
from pidoctor.probe.reading import reading
from pidoctor.probe.start import at_start
from pidoctor.probe.virtual_environment import folder_of, kind_of, made_for, sees_system, settings
from pidoctor.profile.environment import Environment
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Profile

RECEIPT, PROOF = "pidoctor-receipt.json", "pidoctor-proof.json"


def probe_environment(  # noqa: PLR0913, PLR0917 - what was read of the machine before
    host: Host,
    choice: EnvironmentChoice,
    python: Fact[str],
    folders: Fact[list[str]],
    system_packages: Fact[Mapping[str, str]],
    machine: Profile,
) -> Environment:
    """The environment of the interpreter ``python``; ``folders`` are its site-packages, ``machine``
    is what was read already of where it is."""
    folder = choice.folder or folder_of(host, python.or_else(""))
    source = f"{folder}/pyvenv.cfg" if folder else "the environment's choice"
    outside: Fact[str] = Fact.absent(source, "no environment")
    found = settings(host, folder) if folder else {}
    read = folders.then(lambda them: reading("site-packages", lambda: installed_in(host, them)))
    yet = None
    if choice.folder and not choice.exists:
        yet = Fact.known("yet to be made", source)
        read = Fact.absent(source, "nothing is installed yet")
    runs = folder and choice.may_run and host.can_run
    installed = {item.name: item.version for item in reversed((read.value or ((), ()))[0])}
    versions = {**(system_packages.value or {}), **installed}
    return Environment(
        folder=Fact.known(folder, source) if folder else outside,
        kind=yet or reading(source, lambda: kind_of(host, folder) if folder else "system"),
        reason=Fact.known(choice.reason, "the options and the environment variables"),
        made_for=reading(source, lambda: made_for(found) or None),
        sees_system=reading(source, lambda: sees_system(found) if folder else True),
        installed=read.map(lambda both: both[0]),
        system_packages=system_packages,
        damages=read.map(
            lambda both: (
                *both[1],
                *shadowed(host, both[0]),
                *(moved(host, folder) if folder else ()),
                *(at_start(host, python.or_else(""), folders.or_else([])) if runs else ()),
                *(() if choice.named else gone(host)),
            )
        ),
        proven=reading(f"{folder}/{RECEIPT}", lambda: _proven(host, folder, versions, machine))
        if folder
        else outside,
    )


def _proven(host: Host, folder: str, versions: Mapping[str, str], machine: Profile) -> str | None:
    paths = [path for path in (f"{folder}/{RECEIPT}", f"{folder}/{PROOF}") if host.exists(path)]
    if not paths:
        return None
    from pidoctor.probe.proven import last_proof

    return last_proof(host, folder, paths, versions, machine)
