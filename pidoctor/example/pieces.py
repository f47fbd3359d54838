"""The parts that example programs are put together from, as text.

Nothing out of a model's file is in them: names and numbers come in as Python literals.
"""

from __future__ import annotations

HEAD = '''\
#!/usr/bin/env python3
"""Runs a TensorFlow Lite model, on whichever runtime is installed.

${usage}
"""

import argparse
import json
import sys
import time
${imports}from pathlib import Path

try:
    import numpy as np

    try:
        from ai_edge_litert import interpreter as tflite
    except ModuleNotFoundError:
        try:
            from tflite_runtime import interpreter as tflite
        except ModuleNotFoundError:
            from tensorflow import lite as tflite

            tflite.load_delegate = tflite.experimental.load_delegate
            tflite.OpResolverType = tflite.experimental.OpResolverType
except ModuleNotFoundError as error:
    sys.exit(
        f"{sys.executable} has no TensorFlow Lite ({error}). Run this with the Python that has it, "
        "most often .venv/bin/python, or install it there: pidoctor install"
    )

MODEL = Path(__file__).resolve().parent / ${model}
'''

OPEN = '''

def open_model(threads, delegate):
    """The model, ready to run; without the delegate where that one cannot be loaded."""
    options = {${source}, "num_threads": threads}
    if delegate:
        try:
            options["experimental_delegates"] = [tflite.load_delegate(delegate)]
        except (OSError, ValueError) as error:
            ${refused}
    try:
        return prepared(tflite.Interpreter(**options))
    except RuntimeError:  # XNNPACK takes no shapes that are only known when the model runs
        plain = tflite.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
        return prepared(tflite.Interpreter(experimental_op_resolver_type=plain, **options))


def prepared(model):
${resize}    model.allocate_tensors()
    return model
'''
RESIZE = """\
    for detail, shape in zip(model.get_input_details(), SHAPES):
        model.resize_tensor_input(detail["index"], shape)
"""
FALL_BACK = 'print(f"{delegate} is not used: {error}", file=sys.stderr)'
NO_FALL_BACK = 'sys.exit(f"the model needs an Edge TPU, and {delegate} cannot be loaded: {error}")'

VALUES = '''

def stored(values, detail):
    """Real numbers as the input holds them: quantised where it is."""
    kind, (scale, zero_point) = np.dtype(detail["dtype"]), detail["quantization"]
    if scale:
        values = np.round(np.asarray(values) / scale + zero_point)
    if kind.kind in "iu":
        limits = np.iinfo(kind)
        values = np.clip(np.round(values), limits.min, limits.max)
    return np.asarray(values).astype(kind)


def real(values, detail):
    """What an output holds, as real numbers."""
    scale, zero_point = detail["quantization"]
    return (values.astype(np.float32) - zero_point) * scale if scale else values


def test_value(detail):
    """A fixed input, the one of `pidoctor smoke --model`."""
    shape, kind = [int(size) for size in detail["shape"]], np.dtype(detail["dtype"])
    if kind.kind in "SUO":
        return np.full(shape, b"a", dtype=object)
    if kind.kind in "iu" and kind.itemsize > 1:
        return np.zeros(shape, dtype=kind)
    steps = np.arange(int(np.prod(shape))) % 100
    values = steps % 2 == 1 if kind.kind == "b" else steps / 100.0 if kind.kind in "fc" else steps
    return values.astype(kind).reshape(shape)
'''

IMAGE = '''

def value_of(image, detail):
    """An image (of PIL) as the input takes it."""
    _, ${sides} = (int(size) for size in detail["shape"])
    image = image.convert({1: "L", 3: "RGB", 4: "RGBA"}[colours]).resize((width, height))
    pixels = np.asarray(image, dtype=np.float32).reshape(height, width, colours)
    pixels = (pixels - np.float32(OFFSET)) / np.float32(FACTOR)
${turn}    return stored(pixels[None], detail)


def read(path):
    from PIL import Image  # pip install pillow

    return Image.open(path)


def camera_images():
    """Images of a camera, one after the other: Raspberry Pi's by picamera2, others by OpenCV."""
    from PIL import Image

    try:
        from picamera2 import Picamera2  # sudo apt install python3-picamera2
    except ImportError:
        import cv2  # pip install opencv-python-headless

        camera = cv2.VideoCapture(0)
        while True:
            works, image = camera.read()
            if not works:
                sys.exit("no image from the camera")
            yield Image.fromarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
    camera = Picamera2()
    size = {"size": (640, 480), "format": "BGR888"}  # red comes first in the array
    camera.configure(camera.create_preview_configuration(main=size))
    camera.start()
    while True:
        yield Image.fromarray(camera.capture_array())
'''

SOUND = '''

def value_of(samples, detail):
    """The beginning of a sound of -1 to 1 as the input takes it, with silence behind it."""
    size = int(np.prod(detail["shape"]))
    taken = np.zeros(size, dtype=np.float32)
    taken[: len(samples)] = samples[:size]
    if np.dtype(detail["dtype"]) == np.int16 and not detail["quantization"][0]:
        taken *= 32767
    return stored(taken.reshape(detail["shape"]), detail)


def read(path):
    """A .wav file of 16 bits as one channel at the model's rate."""
    with wave.open(str(path)) as file:
        if file.getsampwidth() != 2:
            sys.exit(f"{path}: not 16 bits a sample (ffmpeg -i FILE -sample_fmt s16 OUT.wav)")
        data = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2") / 32768
        samples, rate = data.reshape(-1, file.getnchannels()).mean(axis=1), file.getframerate()
    at = np.arange(int(len(samples) * RATE / rate)) * rate / RATE
    return np.interp(at, np.arange(len(samples)), samples) if len(samples) else samples
'''

NUMBERS = '''

def value_of(values, detail):
    """An array of real numbers as the input takes it."""
    return stored(values, detail).reshape(detail["shape"])


def read(path):
    return np.load(path)  # made with numpy.save("input.npy", array)
'''

TEXT = """

def value_of(text, detail):
    return np.full(detail["shape"], text.encode(), dtype=object)


def read(path):
    return Path(path).read_text(encoding="utf-8")
"""

RUN = '''

def run(model, values):
    """The outputs, by name, for the values of the inputs, in their order."""
${state}    for detail, value in zip(model.get_input_details(), values):
        model.set_tensor(detail["index"], value)
    model.invoke()
    details = model.get_output_details()
    return [(detail, model.get_tensor(detail["index"])) for detail in details]
'''
STATE = """\
    model.reset_all_variables()  # each run starts anew; leave this out for parts of one stream
"""

LABELS = '''

def labels():
    """The names of the classes, kept in the model's file."""
    with zipfile.ZipFile(MODEL) as archive:
        return archive.read(LABELS).decode("utf-8", "replace").splitlines()
'''
NO_LABELS = '''

def labels():
    """The names of the classes: the file has none; give them here, in the model's order."""
    return []
'''

SHOW = '''

def show(source, outputs, names):
    """One line of JSON for a result."""
    answer = {"source": str(source)}
    for detail, array in outputs:
        values = real(np.asarray(array), detail).ravel()
        if values.dtype.kind in "SUO":
            answer[detail["name"]] = [bytes(value).decode("utf-8", "replace") for value in values]
        elif 1 < len(names) == len(values):
            best = np.argsort(values)[::-1][:5]
            answer[detail["name"]] = {names[n]: round(float(values[n]), 4) for n in best}
        else:
            answer[detail["name"]] = [round(float(value), 6) for value in values[:10]]
    print(json.dumps(answer), flush=True)
'''
DETECTION = '''

def show(source, outputs, names):
    """One line of JSON: what was detected, how surely, and where (top, left, bottom, right)."""
    boxes, classes, scores = (real(np.asarray(array), detail)[0] for detail, array in outputs[:3])
    found = []
    for box, number, score in zip(boxes, classes, scores):
        if score >= 0.5:
            name = names[int(number)] if int(number) < len(names) else int(number)
            found.append({"what": name, "score": round(float(score), 3), "box": box.tolist()})
    print(json.dumps({"source": str(source), "found": found}), flush=True)
'''

MAIN = '''

def given(paths):
    """The files, those of folders in their order; with several inputs a group of files a run."""
    files = []
    for path in map(Path, paths):
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        files += [entry for entry in inside if not entry.is_dir()]
    if len(files) % INPUTS:
        sys.exit(f"the model has {INPUTS} inputs: give a file for each, in their order")
    return [files[start : start + INPUTS] for start in range(0, len(files), INPUTS)]


def arriving(folder):
    """The files of a folder as they come, each when it is no longer written to."""
    sizes, done = {}, set()
    while True:
        for path in sorted(entry for entry in Path(folder).iterdir() if entry.is_file()):
            size = path.stat().st_size
            if path not in done and size and sizes.get(path) == size:
                done.add(path)
                yield [path]
            sizes[path] = size
        time.sleep(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", help="files or folders; none: a fixed test input")
    parser.add_argument("--threads", type=int, default=4, help="default: 4")
    parser.add_argument("--delegate", default=DELEGATE, help="a library: libedgetpu.so.1")
    parser.add_argument("--raw", action="store_true", help="the first 64 numbers as they are")
${options}    options = parser.parse_args()
    model, names = open_model(options.threads, options.delegate), labels()
    details = model.get_input_details()
    if not options.files and not ${elsewhere}:
        started = time.perf_counter()
        outputs = run(model, [test_value(detail) for detail in details])
        print(f"{(time.perf_counter() - started) * 1000:.1f} ms", file=sys.stderr)
        if options.raw:
            flat = [value for _, array in outputs for value in np.ravel(array).tolist()]
            print(json.dumps([str(v) if isinstance(v, bytes) else v for v in flat[:64]]))
        else:
            show("test input", outputs, names)
        return
${loops}    for group in given(options.files):
        values = [value_of(read(path), detail) for path, detail in zip(group, details)]
        show(group[0], run(model, values), names)


if __name__ == "__main__":
    main()
'''
CAMERA_OPTION = """\
    parser.add_argument("--camera", action="store_true", help="images of the camera, on and on")
"""
WATCH_OPTION = """\
    parser.add_argument("--watch", metavar="FOLDER", help="files that come into a folder")
"""
CAMERA_LOOP = """\
    for image in camera_images() if options.camera else ():
        show("camera", run(model, [value_of(image, details[0])]), names)
"""
WATCH_LOOP = """\
    for group in arriving(options.watch) if options.watch else ():
        try:
            show(group[0], run(model, [value_of(read(group[0]), details[0])]), names)
        except (OSError, ValueError, EOFError) as error:  # one bad file stops no service
            print(f"{group[0]}: {error}", file=sys.stderr)
"""

SERVICE = """\
# Starts the program with the board, and again when it fails. To install it:
#   sudo cp ${unit} /etc/systemd/system/
#   sudo systemctl daemon-reload
#   sudo systemctl enable --now ${unit}
# What it prints: journalctl -u ${unit} -f
[Unit]
Description=TensorFlow Lite model ${name}
After=local-fs.target

[Service]
User=${user}
WorkingDirectory=${folder}
ExecStart=${command}
Restart=on-failure
RestartSec=5

[Install]
WantedBy=multi-user.target
"""
