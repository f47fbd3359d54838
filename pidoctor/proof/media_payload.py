"""Runs inside the target interpreter: the user's files as the inputs of a model.

Arrays (.npy, or .json as `smoke --save` writes it), sounds (.wav, read by the standard library),
and images, for which Pillow or OpenCV has to be there. What cannot be read is a ``BadFile`` of the
proof's payload, which is given as ``shared``.
"""

from __future__ import annotations

import sys
from typing import Any

_ARRAYS = (".npy", ".json")
_ARRAY = "; give it an array: numpy.save('input.npy', values)"
_MOST_SECONDS = 60  # of a sound that are read
_LOUDEST = {1: 128.0, 2: 32768.0, 3: 8388608.0, 4: 2147483648.0}  # by bytes a sample


def values_of(paths: Any, model: str, needs: Any, details: Any, shared: Any) -> Any:
    """An array for each input. ``needs`` say of each how an image or a sound becomes one."""
    values: Any = []
    for path in paths:
        try:
            for array in arrays_of(
                path, model, needs[len(values) :], details[len(values) :], shared
            ):
                values.append(fitted(array, details, len(values), shared))
        except shared.BadFile as error:
            raise shared.BadFile(f" {path}: {error}") from None
    if len(values) != len(details):
        raise shared.BadFile(f": it gives {len(values)}, and the model takes {len(details)} inputs")
    return values


def arrays_of(path: str, model: str, needs: Any, details: Any, shared: Any) -> Any:
    """What a file holds for the inputs that are still to be filled."""
    if path.lower().endswith(_ARRAYS):
        return shared.tensors_in(path, "inputs", model)["inputs"]
    if not details:
        raise shared.BadFile("the model takes no more inputs")
    read = sound if path.lower().endswith(".wav") else image
    return [read(path, needs[0], details[0], shared)]


def fitted(array: Any, details: Any, number: int, shared: Any) -> Any:
    """The array as the input of that number takes it."""
    import numpy as np

    if number >= len(details):
        raise shared.BadFile("the model takes no more inputs")
    shape = [int(size) for size in details[number]["shape"]]
    if array.size != int(np.prod(shape)):
        takes = f"and the model takes {shared.told(shape)}"
        raise shared.BadFile(f"it is of {shared.told(array.shape)}, {takes}")
    return stored(array, details[number]).reshape(shape)


def stored(array: Any, detail: Any) -> Any:
    """Real numbers as the input holds them: quantised where it is. Integers stay as they are."""
    import numpy as np

    kind, (scale, zero_point) = np.dtype(detail["dtype"]), detail["quantization"]
    if array.dtype.kind == "f" and kind.kind in "iu":
        if scale:
            array = array / scale + zero_point
        limits = np.iinfo(kind)
        array = np.clip(np.round(array), limits.min, limits.max)
    return array.astype(kind)


def sound(path: str, need: Any, detail: Any, shared: Any) -> Any:
    """The beginning of a sound at the model's rate, -1 to 1, with silence behind it."""
    import wave

    import numpy as np

    if sum(int(size) > 1 for size in detail["shape"]) != 1:
        takes = f"the model takes {shared.told(detail['shape'])}, which is no sound"
        raise shared.BadFile(f"{takes}{_ARRAY}")
    try:
        with wave.open(path) as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            data = file.readframes(min(file.getnframes(), _MOST_SECONDS * rate))
    except (OSError, EOFError, wave.Error) as error:
        raise shared.BadFile(f"it cannot be read as a .wav file ({error})") from None
    if width not in _LOUDEST:
        raise shared.BadFile(f"its samples have {8 * width} bits; 8, 16, 24 or 32 can be read")
    data = data[: len(data) // (width * channels) * width * channels]
    if not data:
        raise shared.BadFile("it holds no sound")
    raw = np.frombuffer(data, dtype=np.uint8).reshape(-1, width)
    if width == 1:  # the only one without a sign
        numbers = raw[:, 0].astype(np.float32) - 128.0
    else:  # the bytes as the upper ones of 32 bits
        wide = np.zeros((len(raw), 4), dtype=np.uint8)
        wide[:, 4 - width :] = raw
        numbers = wide.view("<i4")[:, 0] / 2.0 ** (32 - 8 * width)
    samples = (numbers / _LOUDEST[width]).reshape(-1, channels).mean(axis=1)
    at = np.arange(int(len(samples) * need["rate"] / rate)) * rate / need["rate"]
    samples = np.interp(at, np.arange(len(samples)), samples)
    size = int(np.prod([int(size) for size in detail["shape"]]))
    taken = np.zeros(size, dtype=np.float32)
    taken[: len(samples)] = samples[:size]
    if np.dtype(detail["dtype"]) == np.int16 and not detail["quantization"][0]:
        return (taken * 32767).astype(np.int16)
    return taken


def image(path: str, need: Any, detail: Any, shared: Any) -> Any:
    """An image at the model's size, its values as the model was made for."""
    import numpy as np

    shape = [int(size) for size in detail["shape"]]
    if need["kind"] != "image":
        takes = f"the model takes {shared.told(shape)}, which is no image"
        raise shared.BadFile(f"{takes}{_ARRAY}")
    colours, height, width = shape[1:] if need["first"] else [shape[3], *shape[1:3]]
    pixels = opened(path, colours, height, width, shared).reshape(height, width, colours)
    pixels = (pixels.astype(np.float32) - np.float32(need["offset"])) / np.float32(need["factor"])
    return pixels.transpose(2, 0, 1) if need["first"] else pixels


def opened(path: str, colours: int, height: int, width: int, shared: Any) -> Any:
    """The pixels, 0 to 255, by Pillow or else by OpenCV."""
    import numpy as np

    try:
        from PIL import Image
    except ImportError:
        return by_opencv(path, colours, height, width, shared)
    try:
        with Image.open(path) as file:
            mode = {1: "L", 3: "RGB", 4: "RGBA"}[colours]
            return np.asarray(file.convert(mode).resize((width, height)))
    except Exception as error:
        raise shared.BadFile(f"it cannot be read as an image ({error})") from None


def by_opencv(path: str, colours: int, height: int, width: int, shared: Any) -> Any:
    try:
        import cv2
    except ImportError:
        install = f"{sys.executable} -m pip install pillow"
        raise shared.BadFile(f"reading an image needs Pillow there: {install}") from None
    found = cv2.imread(path, cv2.IMREAD_COLOR)
    if found is None:
        raise shared.BadFile("it cannot be read as an image")
    code = {1: cv2.COLOR_BGR2GRAY, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGR2RGBA}[colours]
    return cv2.resize(cv2.cvtColor(found, code), (width, height))
