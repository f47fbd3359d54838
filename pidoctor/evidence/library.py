"""What one ELF file of a wheel needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pidoctor.decoding import encode
from pidoctor.evidence.elf import ElfFacts
from pidoctor.evidence.features import UsedFeatures
from pidoctor.evidence.numpy_api import NumpyUse

if TYPE_CHECKING:
    from pidoctor import shapes


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

    def to_json(self) -> shapes.Library:
        facts = self.facts
        return {
            "path": self.path,
            "required": self.required,
            "machine": facts.machine,
            "bits": facts.bits,
            "float_abi": facts.float_abi,
            "glibc": encode(facts.glibc),
            "glibcxx": encode(facts.glibcxx),
            "cxxabi": encode(facts.cxxabi),
            "needed": list(facts.needed),
            "bundled": list(self.bundled),
            "align": facts.align,
            "pages": [size for size in (4096, 16384, 65536) if size <= facts.align],
            "exec_stack": facts.exec_stack,
            "cpu_features": list(self.features.always),
            "optional_features": list(self.features.optional),
            "arm": encode(facts.arm),
            "numpy_api": encode(self.numpy),
        }
