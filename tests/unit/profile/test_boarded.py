"""A card that is asked about for a board: the board says what the files do not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pidoctor.cli.main import main
from pidoctor.errors import UsageError
from pidoctor.profile.boarded import on_board
from pidoctor.profile.fact import Fact
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import Profile
from pidoctor.profile.sections import unsaid


def card(of: str) -> Profile:
    """A mounted card with the system of a target: nothing of a kernel or a board is known."""
    whole = target(of)
    unread: Fact[str] = Fact.unreadable("ELF header of /usr/bin/python3", "32-bit ARM")
    arch = whole.python.architecture if whole.python.bits.value == 64 else unread
    return replace(
        whole,
        board=replace(whole.board, model=unsaid(), id=unsaid(), soc=unsaid()),
        cpu=replace(whole.cpu, machine=unsaid(), part=unsaid(), cores=unsaid(), features=unsaid()),
        system=replace(whole.system, architecture=arch, page_size=unsaid()),
        python=replace(whole.python, architecture=arch),
        memory=replace(whole.memory, total=unsaid()),
    )


@pytest.mark.parametrize(
    "name", ["pi4-4gb/bookworm-32", "pi-zero-w/bookworm-32", "pi5-8gb/bookworm-64"]
)
def test_a_card_for_a_board_is_that_target(name: str) -> None:
    found = on_board(card(name), name.split("/", maxsplit=1)[0])
    whole = target(name)
    assert found.cpu == whole.cpu
    assert found.python.architecture.value == whole.python.architecture.value
    assert found.system.page_size.value == whole.system.page_size.value
    assert (found.board.id, found.board.soc) == (whole.board.id, whole.board.soc)
    assert found.memory.total == whole.memory.total


def test_what_was_read_stays() -> None:
    whole = target("pi4-4gb/bookworm-64")
    assert on_board(whole, "pi5-8gb") == whole


@pytest.mark.parametrize("name", ["nonsense", "pi", "pi4/bookworm-64", ""])
def test_what_is_no_board(name: str) -> None:
    with pytest.raises(UsageError, match="--board"):
        on_board(card("pi4-4gb/bookworm-32"), name)


def test_a_64_bit_card_in_a_32_bit_board() -> None:
    with pytest.raises(UsageError, match="runs no 64-bit system"):
        on_board(card("pi4-4gb/bookworm-64"), "pi-zero-w")


def test_it_goes_with_a_root_or_a_capture(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--board", "pi4"]) == 2
    assert "--target pi4" in capsys.readouterr().err


def test_a_card_of_which_nothing_was_read_is_given_no_kernel() -> None:
    """Without a shell and a Python, nobody knows whether it has 32 bits or 64."""
    bare = card("pi4-4gb/bookworm-64")
    bare = replace(
        bare,
        system=replace(bare.system, architecture=unsaid()),
        python=replace(bare.python, architecture=unsaid(), bits=unsaid()),
    )
    found = on_board(bare, "pi4-4gb")
    assert found.board.id.value == "pi4"
    assert found.memory.total.is_known
    assert not found.cpu.machine.is_known
    assert not found.system.architecture.is_known
