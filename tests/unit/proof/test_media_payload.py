"""Sounds and images as the inputs of a model, as the target interpreter reads them."""

from __future__ import annotations

import struct
import wave
from pathlib import Path
from typing import Any

import pytest

from pidoctor.proof import inference_payload as shared
from pidoctor.proof import media_payload as media

np = pytest.importorskip("numpy")

SOUND = {"kind": "sound", "rate": 16_000}


def detail(shape: list[int], kind: str = "float32", quantization: Any = (0.0, 0)) -> dict[str, Any]:
    return {"shape": shape, "dtype": np.dtype(kind), "quantization": quantization}


def wav(path: Path, width: int, frames: bytes, channels: int = 1, rate: int = 16_000) -> str:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(frames)
    return str(path)


@pytest.mark.parametrize(
    ("width", "half"),
    [
        (1, bytes([192])),
        (2, struct.pack("<h", 16384)),
        (3, bytes([0, 0, 64])),
        (4, struct.pack("<i", 1 << 30)),
    ],
)
def test_samples_of_every_width(tmp_path: Path, width: int, half: bytes) -> None:
    path = wav(tmp_path / "a.wav", width, half * 3)
    (values,) = media.values_of([path], "", [SOUND], [detail([1, 4])], shared)
    assert values.tolist() == [[0.5, 0.5, 0.5, 0.0]]  # silence behind the sound


def test_channels_and_rate_become_the_models(tmp_path: Path) -> None:
    frames = struct.pack("<hh", 16384, 0) * 8
    path = wav(tmp_path / "a.wav", 2, frames, channels=2, rate=8000)
    (values,) = media.values_of([path], "", [SOUND], [detail([16])], shared)
    assert values.tolist() == [0.25] * 16
    (stored,) = media.values_of([path], "", [SOUND], [detail([1, 2], "int16")], shared)
    assert stored.tolist() == [[8191, 8191]]


def test_real_numbers_are_quantised_and_integers_stay(tmp_path: Path) -> None:
    there = detail([3], "int8", (0.5, 1))
    assert media.stored(np.array([0.0, 1.0, 1e9]), there).tolist() == [1, 3, 127]
    assert media.stored(np.array([5, 6, 7]), there).tolist() == [5, 6, 7]
    np.save(tmp_path / "a.npy", np.ones((1, 3)))
    (values,) = media.values_of([str(tmp_path / "a.npy")], "", [SOUND], [there], shared)
    assert values.tolist() == [3, 3, 3]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "cannot be read as a .wav"), (b"RIFF\0\0\0\0WAVE", "cannot be read as a .wav")],
)
def test_what_is_no_sound(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(shared.BadFile, match=said):
        media.values_of([str(path)], "", [SOUND], [detail([4])], shared)


def test_too_many_files_and_too_few(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", 2, bytes(8))
    with pytest.raises(shared.BadFile, match="takes no more inputs"):
        media.values_of([path, path], "", [SOUND], [detail([4])], shared)
    with pytest.raises(shared.BadFile, match="it gives 1, and the model takes 2 inputs"):
        media.values_of([path], "", [SOUND, SOUND], [detail([4]), detail([4])], shared)


def test_a_sound_without_samples(tmp_path: Path) -> None:
    path = wav(tmp_path / "a.wav", 2, b"")
    with pytest.raises(shared.BadFile, match="it holds no sound"):
        media.values_of([path], "", [SOUND], [detail([4])], shared)
