"""What one ELF file of a wheel needs."""

from __future__ import annotations

from dataclasses import dataclass

from pidoctor.evidence.elf import ElfFacts
from pidoctor.evidence.features import UsedFeatures
from pidoctor.evidence.numpy_api import NumpyUse
from pidoctor.record_fields import json_form

_PAGES = (4096, 16384, 65536)  # page sizes of ARM's Linux kernels
_OF_FACTS = (
    *("machine", "bits", "float_abi", "glibc", "glibcxx", "cxxabi", "needed", "align"),
    *("exec_stack", "arm"),
)


@json_form(
    names={"facts": "", "features": "", "numpy": "numpy_api"},
    more={
        **{name: f"facts.{name}" for name in _OF_FACTS},
        "pages": "pages",
        "cpu_features": "features.always",
        "optional_features": "features.optional",
    },
)
@dataclass(frozen=True)
class LibraryAudit:
    """One ELF file of a wheel. ``bundled`` are the NEEDED libraries that the wheel brings itself;
    ``features`` those of the processor that it uses, as /proc/cpuinfo spells them."""

    path: str
    required: bool
    facts: ElfFacts
    bundled: tuple[str, ...]
    features: UsedFeatures
    numpy: NumpyUse | None

    @property
    def external(self) -> tuple[str, ...]:
        """The NEEDED libraries that must come from the system."""
        return tuple(name for name in self.facts.needed if name not in self.bundled)

    @property
    def pages(self) -> tuple[int, ...]:
        """The page sizes under which it loads."""
        return tuple(size for size in _PAGES if size <= self.facts.align)
