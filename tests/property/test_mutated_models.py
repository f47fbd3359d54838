"""A damaged model is one error of its own, soon: whatever a bit flip or a cut makes of it."""

from __future__ import annotations

import random
import time
from importlib import resources

import pytest

from pidoctor.model.advice import AdviceTarget, advise
from pidoctor.model.arena import arena_bytes
from pidoctor.model.content import read_content
from pidoctor.model.flatbuffer import ModelError
from pidoctor.model.memory import model_memory
from pidoctor.model.summary import summarise
from pidoctor.model.verdict import Target, judge_model

FILES = 20_000
MOST_S = 0.1  # of the processor, for one file
TARGET = Target("ai-edge-litert", "2.3.0", "x86_64")
BOARD = AdviceTarget("BCM2711", 64, 4, 1 << 30)


def mutated(data: bytes, chance: random.Random) -> bytes:
    """The file with a few bytes changed, and sometimes cut short."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 64))):
        value = chance.choice((0, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        changed[chance.randrange(len(changed))] = value
    cut = chance.randrange(len(changed)) if chance.random() < 0.2 else len(changed)
    return bytes(changed[:cut])


def answer(data: bytes) -> bool:
    """Whether everything that ``pidoctor model`` asks of a file has an answer."""
    try:
        content = read_content(memoryview(data))
        arena_bytes(content)
        memory = model_memory(content, TARGET)
        advise(content, summarise(content), memory, BOARD)
        judge_model(content, TARGET)
    except ModelError:
        return False
    return True


@pytest.mark.slow
def test_mutated_files() -> None:
    chance = random.Random(5)  # noqa: S311 (the same files each time)
    folder = resources.files("pidoctor.proof") / "models"
    originals = [(folder / name).read_bytes() for name in ("float32.tflite", "int8.tflite")]
    answered, worst = 0, 0.0
    for _ in range(FILES):
        data = mutated(chance.choice(originals), chance)
        started = time.process_time()
        answered += answer(data)
        worst = max(worst, time.process_time() - started)
    assert FILES * 0.2 < answered < FILES * 0.8  # both ways were taken
    assert worst < MOST_S
