"""Whole boards: a Debian kernel booted in QEMU on the tree of a root, for one shell script.

Such a board has no network, and the Raspberry Pi 3 no clock: it boots in 1970, as the real one
does before it has reached a time server.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from . import cache, kernels
from .roots import Root

_OUTPUT = re.compile(r"^pidoctor-test begins\r?\n(.*)^pidoctor-test ends (\d+)\r?$", re.M | re.S)
_ENDED = re.compile(r"^pidoctor-test ends |Kernel panic", re.M)


@dataclass(frozen=True)
class Identity:
    """What the firmware of a board writes into the device tree.

    The names and codes are Raspberry Pi's: documentation/asciidoc/computers of
    https://github.com/raspberrypi/documentation.
    """

    model: str
    compatible: tuple[str, ...]
    revision: int


@dataclass(frozen=True)
class Board:
    """A board for QEMU: its machine, core and page size, and what it takes itself for.

    `options` are QEMU's for this machine; in them {image} is the disk's image. Without an identity
    the device tree is the machine's own, or the kernel's of that name.
    """

    machine: str
    options: tuple[str, ...]
    consoles: tuple[str, ...]
    page_kib: int = 4
    device_tree: str = ""
    identity: Identity | None = None


def _virtual(core: str, page_kib: int, identity: Identity | None = None) -> Board:
    return Board(
        machine="virt",
        options=(
            "-cpu", core, "-smp", "2", "-m", "2048", "-accel", "tcg,thread=multi", "-nic", "none",
            "-drive", "file={image},if=none,id=disk,format=raw",
            "-device", "virtio-blk-pci,drive=disk",
        ),
        consoles=("ttyAMA0",),
        page_kib=page_kib,
        identity=identity,
    )  # fmt: skip


#: QEMU's own machine, with the core of a Raspberry Pi 4.
CORTEX_A72 = _virtual("cortex-a72", 4)
#: The same machine taking itself for a board, with that board's core and pages.
PI_4 = _virtual(
    "cortex-a72",
    4,
    Identity("Raspberry Pi 4 Model B Rev 1.4", ("raspberrypi,4-model-b", "brcm,bcm2711"), 0xC03114),
)
PI_5 = _virtual(
    "cortex-a76",
    16,
    Identity("Raspberry Pi 5 Model B Rev 1.0", ("raspberrypi,5-model-b", "brcm,bcm2712"), 0xD04170),
)
#: QEMU's model of the board itself, with the device tree of Debian's kernel.
PI_3 = Board(
    machine="raspi3b",
    options=("-drive", "file={image},if=sd,format=raw"),
    consoles=("ttyAMA0,115200", "ttyS1,115200"),
    device_tree="broadcom/bcm2837-rpi-3-b.dtb",
)


@dataclass(frozen=True)
class Booted:
    """How a script ended on a board: its exit status, all it printed, and the whole console."""

    status: int
    output: str
    console: str


def boot(root: Root, script: str, board: Board, *, timeout: float = 300) -> Booted:
    """Run a shell script as root on a board whose disk is a copy of the root's tree.

    What the script changes is lost. A board that dies, or has not ended the script after `timeout`
    seconds, is an AssertionError with the end of its console.
    """
    root.write("/test.sh", script)
    with tempfile.TemporaryDirectory(dir=cache.folder()) as scratch:
        folder = Path(scratch)
        image = folder / "disk.img"
        _make_image(root, image)
        kernel = kernels.kernel(board.page_kib)
        consoles = [folder / name.split(",")[0] for name in board.consoles]
        return _watch(
            [
                "qemu-system-aarch64", "-machine", board.machine, "-display", "none",
                "-monitor", "none", "-no-reboot",
                *_with_image(board, image),
                "-kernel", str(kernel.image), "-initrd", str(kernel.initramfs),
                "-append", " ".join(f"console={name}" for name in board.consoles) + " panic=-1",
                *_device_tree(board, kernel, image, folder / "board.dtb"),
                *(part for file in consoles for part in ("-serial", f"file:{file}")),
            ],
            consoles[-1],
            timeout,
        )  # fmt: skip


def _make_image(root: Root, image: Path) -> None:
    """An ext4 file system with the root's tree; 2 GiB because a card's size is a power of two."""
    make = ["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", str(root.path), str(image)]
    made = root.on_host([*make, "2G"])
    assert made.returncode == 0, made.stderr


def _with_image(board: Board, image: Path) -> list[str]:
    return [option.format(image=image) for option in board.options]


def _device_tree(board: Board, kernel: kernels.Kernel, image: Path, written: Path) -> list[str]:
    """QEMU's option for the board's device tree; an identity is written into the machine's own."""
    if board.device_tree:
        return ["-dtb", str(kernel.device_tree(board.device_tree))]
    if board.identity is None:
        return []
    machine = f"{board.machine},dumpdtb={written}"
    dump = ["qemu-system-aarch64", "-machine", machine, *_with_image(board, image)]
    tree, identity = str(written), board.identity
    for command in (
        dump,
        ["fdtput", "-t", "s", tree, "/", "model", identity.model],
        ["fdtput", "-t", "s", tree, "/", "compatible", *identity.compatible],
        ["fdtput", "-p", "-t", "x", tree, "/system", "linux,revision", f"{identity.revision:x}"],
    ):
        subprocess.run(command, check=True, capture_output=True)
    return ["-dtb", tree]


def _watch(command: Sequence[str], console: Path, timeout: float) -> Booted:
    """Run QEMU until the board has ended the script or died."""
    until = time.monotonic() + timeout
    qemu = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        while qemu.poll() is None and time.monotonic() < until:
            if _ENDED.search(_text(console)):
                break
            time.sleep(0.5)
    finally:
        qemu.kill()
        _, complaint = qemu.communicate()
    said = _text(console)
    ended = _OUTPUT.search(said)
    if ended is None:
        raise AssertionError(f"the board did not end the script: {complaint}\n{said[-4000:]}")
    return Booted(int(ended[2]), ended[1].replace("\r\n", "\n"), said)


def _text(file: Path) -> str:
    return file.read_text("utf-8", errors="replace") if file.exists() else ""
