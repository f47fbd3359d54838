"""Debian's kernels for 64-bit ARM, ready to boot a test board."""

from __future__ import annotations

import hashlib
import inspect
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import cache, initramfs, recipes

_SUITE = "trixie"  # the first with a kernel of 16 KiB pages
_PACKAGES = {4: "linux-image-arm64", 16: "linux-image-arm64-16k"}  # by page size in KiB
#: What a board's disk hangs on: the virtual machine's, and the two card readers of a Raspberry Pi.
#: The last switches a Raspberry Pi off.
_MODULES = ("virtio_blk", "ext4", "crc32c_generic", "bcm2835", "sdhci_iproc", "bcm2835_wdt")


@dataclass(frozen=True)
class Kernel:
    """A kernel: its image, the initramfs of the tests, and the device trees that come with it."""

    folder: Path

    @property
    def image(self) -> Path:
        return self.folder / "image"

    @property
    def initramfs(self) -> Path:
        return self.folder / "initramfs"

    def device_tree(self, name: str) -> Path:
        """A board's device tree, such as "broadcom/bcm2837-rpi-3-b.dtb"."""
        return self.folder / "device-trees" / name


def kernel(page_kib: int) -> Kernel:
    """The kernel with pages of that many KiB (4 or 16), from the cache, or made now."""
    made_by = inspect.getsource(initramfs) + initramfs.INIT.read_text("utf-8") + repr(_MODULES)
    digest = hashlib.sha256(made_by.encode()).hexdigest()[:8]
    target = cache.folder() / f"kernel-{_SUITE}-{page_kib}k-{digest}"
    return Kernel(cache.made_once(target, lambda folder: _make(page_kib, folder)))


def _make(page_kib: int, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        tree = Path(scratch, "tree")
        recipes.unpack(_SUITE, "arm64", ("busybox-static", _PACKAGES[page_kib]), tree)
        (image,) = tree.glob("boot/vmlinuz-*")
        version = image.name.split("-", 1)[1]
        folder.mkdir()
        shutil.copyfile(image, folder / "image")
        shutil.copytree(tree / f"usr/lib/linux-image-{version}", folder / "device-trees")
        modules = tree / "usr/lib/modules" / version
        archive = initramfs.build(modules, _MODULES, tree / "usr/bin/busybox")
        (folder / "initramfs").write_bytes(archive)
