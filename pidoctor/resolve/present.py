"""What is installed in the environment already, and what it needs to go on working."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from packaging.specifiers import SpecifierSet
from packaging.tags import parse_tag
from packaging.version import Version

from pidoctor.catalog.runtimes import load_runtimes
from pidoctor.catalog.wheels import NumpyApi, Wheel, WheelsIndex
from pidoctor.platforms.pep440 import version_of
from pidoctor.profile.environment import InstalledPackage
from pidoctor.profile.profile import Profile
from pidoctor.records import NamedTuple, dataclass
from pidoctor.resolve.compatibility import tag_of


def keyed(name: str, extra: str) -> str:
    """The key of a package, or of one of its extras: "NAME[EXTRA]"."""
    return f"{name}[{extra}]" if extra else name


class Need(NamedTuple):
    """A requirement on a package, and where it comes from: metadata, or a wheel's ELF files."""

    name: str
    specifier: SpecifierSet
    origin: str
    extra: str = ""  # with what this extra of the package asks for

    def __str__(self) -> str:
        return f"{self.key}{self.specifier} ({self.origin})"

    @property
    def plain(self) -> Need:
        """The same without the extra."""
        return self._replace(extra="")

    @property
    def key(self) -> str:
        """What the resolver calls it: an extra is decided apart from its package."""
        return keyed(self.name, self.extra)

    @property
    def from_evidence(self) -> bool:
        return self.origin.startswith("compiled into")


@dataclass(frozen=True, eq=False)
class Present:
    """One installed package, and the wheel it came from where the index holds that."""

    item: InstalledPackage
    version: Version
    index: WheelsIndex

    @cached_property
    def wheel(self) -> Wheel | None:
        return _wheel(self.item, self.index)

    @property
    def name(self) -> str:
        return self.item.name

    @property
    def numpy_api(self) -> NumpyApi | None:
        """The NumPy C API it was compiled for; None where it uses none, or nobody has looked."""
        if self.wheel is not None and self.wheel.evidence is not None:
            return self.wheel.evidence.numpy_api
        read = next((found for found in self.item.compiled if found.numpy_abi), None)
        return None if read is None else NumpyApi(read.numpy_abi, 0)


def present_in(profile: Profile, index: WheelsIndex) -> Mapping[str, Present]:
    """The packages of the environment that an install would change, by name.

    Empty where there is none yet: a new environment does not see what is installed elsewhere.
    """
    return present_packages(profile, index) if profile.environment.folder.is_known else {}


def present_packages(profile: Profile, index: WheelsIndex) -> Mapping[str, Present]:
    """The packages that the interpreter imports, in an environment or without one."""
    return {
        name: Present(item, version, index)
        for name, item in profile.environment.by_name().items()
        for version in [version_of(item.version)]
        if version is not None
    }


def uses_numpy(item: InstalledPackage) -> bool:
    """Whether it may use NumPy's C API: it requires numpy, or it is a runtime."""
    runtimes = {name for row in load_runtimes() for name in row.distributions}
    needs = any(re.match(r"numpy\b", text, re.IGNORECASE) for text in item.requires)
    return needs or item.name in runtimes or bool(item.compiled)


def _wheel(item: InstalledPackage, index: WheelsIndex) -> Wheel | None:
    """The wheel of the index that was installed, told by its version and tags."""
    project = index.known(item.name) if item.tags else None
    own = {str(tag) for text in item.tags if text.count("-") == 2 for tag in parse_tag(text)}
    for wheel in () if project is None else project.by_version.get(item.version, ()):
        if not wheel.is_source and own & {str(tag) for tag in parse_tag(tag_of(wheel.filename))}:
            return wheel
    return None
