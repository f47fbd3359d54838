"""What one ELF file of a wheel needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pidoctor.evidence.elf import ElfFacts, VersionNeed
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
            "glibc": _need_json(facts.glibc),
            "glibcxx": _need_json(facts.glibcxx),
            "cxxabi": _need_json(facts.cxxabi),
            "needed": list(facts.needed),
            "bundled": list(self.bundled),
            "align": facts.align,
            "pages": [size for size in (4096, 16384, 65536) if size <= facts.align],
            "exec_stack": facts.exec_stack,
            "cpu_features": list(self.features.always),
            "optional_features": list(self.features.optional),
            "arm": None
            if facts.arm is None
            else {
                "cpu_arch": facts.arm.cpu_arch,
                "fp_arch": facts.arm.fp_arch,
                "simd_arch": facts.arm.simd_arch,
            },
            "numpy_api": None
            if self.numpy is None
            else {"abi": self.numpy.abi, "feature": self.numpy.feature},
        }


def _need_json(need: VersionNeed) -> shapes.Need:
    return {"strong": need.strong, "weak": need.weak}
