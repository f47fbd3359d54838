"""Requirements as people write them: understood, or answered with what to write instead.

The spellings are those of questions that people ask in public: pip's, conda's, Docker's, the file
names of wheels, and plain speech. The last of each table are from issues of tensorflow/tensorflow,
google-ai-edge/LiteRT, google-coral/pycoral and rhasspy/wyoming-openwakeword.
"""

from __future__ import annotations

import contextlib
import io
import shlex

import pytest

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.location import open_index
from pidoctor.cli.arguments import parse
from pidoctor.errors import UsageError
from pidoctor.resolve.request import Project, parse_request

UNDERSTOOD = [
    ("'apt install python3-tflite-runtime'", "tflite-runtime"),
    ("'python3-tflite-runtime 2.5.0.post1'", "tflite-runtime==2.5.0.post1"),
    ("cv2", "opencv-python"),
    ("sklearn", "scikit-learn"),
    ("'tensorflow and cv2'", "tensorflow opencv-python"),
    # TensorFlow Lite with a version, as in issues of PINTO0309/Tensorflow-bin
    ("'tensor flow lite 2.14'", "tflite-runtime==2.14.*"),
    ("tflite==2.14", "tflite-runtime==2.14"),
    ("tflite 2.14", "tflite-runtime==2.14.*"),
    ("tensorflow lite 2.14", "tflite-runtime==2.14.*"),
    ("'TF-Lite>=2.5'", "tflite-runtime>=2.5"),
    ("tflite_runtime-2.12.0-cp39-cp39-manylinux2014_armv7l.whl", "tflite-runtime==2.12.0"),
    ("tensorflow-2.0.0-cp37-cp37m-linux_aarch64.whl", "tensorflow==2.0.0"),
    ("", "auto"),
    ("auto", "auto"),
    ("latest", "auto"),
    ("tensorflow", "tensorflow"),
    ("TensorFlow", "tensorflow"),
    ("Tensorflow", "tensorflow"),
    ("TENSORFLOW", "tensorflow"),
    ("tensorflow==2.3", "tensorflow==2.3"),
    ("tensorflow==2.3.0", "tensorflow==2.3.0"),
    ("tensorflow==v2.3.0", "tensorflow==v2.3.0"),
    ("tensorflow===2.16.1", "tensorflow===2.16.1"),
    ("'tensorflow == 2.3'", "tensorflow==2.3"),
    ("tensorflow 2.3", "tensorflow==2.3.*"),
    ("TensorFlow 2.3", "tensorflow==2.3.*"),
    ("'TensorFlow 2.3'", "tensorflow==2.3.*"),
    ("'TensorFlow v2.3.0'", "tensorflow==2.3.0"),
    ("tensorflow v2.16.1", "tensorflow==2.16.1"),
    ("tensorflow 2", "tensorflow==2.*"),
    ("tensorflow 2.x", "tensorflow==2.*"),
    ("tensorflow==2.x", "tensorflow==2.*"),
    ("tensorflow==2.*", "tensorflow==2.*"),
    ("'tensorflow (2.3)'", "tensorflow==2.3.*"),
    ("tensorflow=2.3", "tensorflow==2.3.*"),
    ("tensorflow=2.3.0", "tensorflow==2.3.0"),
    ("tensorflow=2.3.0=mkl_py38", "tensorflow==2.3.0"),
    ("tensorflow@2.3", "tensorflow==2.3.*"),
    ("tensorflow:2.3.0", "tensorflow==2.3.0"),
    ("tensorflow-2.3.0", "tensorflow==2.3.0"),
    ("tensorflow-2.3", "tensorflow==2.3.*"),
    ("tensorflow_2.3", "tensorflow==2.3.*"),
    ("tensorflow2.3", "tensorflow==2.3.*"),
    ("tensorflow latest", "tensorflow"),
    ("tensorflow --pre", "tensorflow>=0.dev0"),
    ("--pre 'tensorflow>2.20'", "tensorflow>2.20,>=0.dev0"),
    ("litert numpy --pre", "ai-edge-litert>=0.dev0 numpy>=0.dev0"),
    ("tensorflow==latest", "tensorflow"),
    ("tensorflow@latest", "tensorflow"),
    ("tensorflow:latest", "tensorflow"),
    ("'tensorflow>=2.16'", "tensorflow>=2.16"),
    ("'tensorflow >= 2.16'", "tensorflow>=2.16"),
    ("tensorflow '>=2.16'", "tensorflow>=2.16"),
    ("tensorflow '>=2.16' '<2.18'", "tensorflow<2.18,>=2.16"),
    ("'tensorflow=>2.16'", "tensorflow>=2.16"),
    ("'tensorflow=<2.16'", "tensorflow<=2.16"),
    ("'tensorflow>2,<2.18'", "tensorflow<2.18,>2"),
    ("'tensorflow~=2.16.0'", "tensorflow~=2.16.0"),
    ("'tensorflow!=2.17'", "tensorflow!=2.17"),
    ("tensorflow 2.21.0rc1", "tensorflow==2.21.0rc1"),
    ("tflite-runtime", "tflite-runtime"),
    ("tflite_runtime", "tflite-runtime"),
    ("tflite.runtime", "tflite-runtime"),
    ("TFLite-Runtime", "tflite-runtime"),
    ("'tflite runtime'", "tflite-runtime"),
    ("'tflite runtime 2.14'", "tflite-runtime==2.14.*"),
    ("tflite_runtime==2.5.0", "tflite-runtime==2.5.0"),
    ("tflite-runtime 2.5.0", "tflite-runtime==2.5.0"),
    ("'tflite-runtime>=2.5,<2.15'", "tflite-runtime<2.15,>=2.5"),
    (
        "tflite_runtime-2.14.0-cp311-cp311-manylinux_2_34_aarch64.whl",
        "tflite-runtime==2.14.0",
    ),
    (
        "dist/tensorflow-2.16.1-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl",
        "tensorflow==2.16.1",
    ),
    ("ai-edge-litert", "ai-edge-litert"),
    ("ai_edge_litert", "ai-edge-litert"),
    ("'ai edge litert'", "ai-edge-litert"),
    ("ai-edge-litert 2", "ai-edge-litert==2.*"),
    ("ai_edge_litert==2.1.0", "ai-edge-litert==2.1.0"),
    ("tf", "tensorflow"),
    ("'TensorFlow Lite'", "auto"),
    ("tflite", "auto"),
    ("litert", "ai-edge-litert"),
    ("'tensor flow'", "tensorflow"),
    ("tensorflow-v2", "tensorflow==2.*"),
    ("tensorflow==2.16.X", "tensorflow==2.16.*"),
    ("'tensorflow==2.16.1;'", "tensorflow==2.16.1"),
    ("tensorflow==2.16.1,", "tensorflow==2.16.1"),
    ("'tensorflow >2.16 <2.18'", "tensorflow<2.18,>2.16"),
    ("'tensorflow version 2.16'", "tensorflow==2.16.*"),
    ("tensorflow version 2.16", "tensorflow==2.16.*"),
    ("'tensorflow ver 2.3'", "tensorflow==2.3.*"),
    ("'tensorflow stable'", "tensorflow"),
    ("tensorflow==stable", "tensorflow"),
    ("'latest tensorflow'", "tensorflow"),
    ("pip install tensorflow", "tensorflow"),
    ("'pip install tensorflow'", "tensorflow"),
    ("'pip3 install tflite-runtime'", "tflite-runtime"),
    ("'sudo pip install tensorflow==2.3'", "tensorflow==2.3"),
    ("'python3 -m pip install tflite-runtime'", "tflite-runtime"),
    ("uv pip install ai-edge-litert", "ai-edge-litert"),
    ("'uv add tensorflow>=2.16'", "tensorflow>=2.16"),
    ("'conda install tensorflow=2.3'", "tensorflow==2.3.*"),
    ("tensorflow^2.16", "tensorflow<3,>=2.16"),
    ("'tensorflow ^2.16'", "tensorflow<3,>=2.16"),
    ("tensorflow~2.16", "tensorflow<2.17,>=2.16"),
    ("poetry add tensorflow", "tensorflow"),
    ("import tensorflow", "tensorflow"),
    ("'import tflite_runtime.interpreter as tflite'", "tflite-runtime"),
    ("'from ai_edge_litert.interpreter import Interpreter'", "ai-edge-litert"),
    ("tflite_runtime.interpreter", "tflite-runtime"),
    ("https://x.example/tflite_runtime-2.5.0-cp37-cp37m-linux_armv7l.whl", "tflite-runtime==2.5.0"),
    ("tf2", "tensorflow==2.*"),
    ("'tf 2'", "tensorflow==2.*"),
    ("tf2.15", "tensorflow==2.15.*"),
    ("tensor flow lite", "auto"),
    ("'Tensor Flow Lite'", "auto"),
    ("'TF Lite'", "auto"),
    ("tensorflowlite", "auto"),
    ("tfliteruntime", "tflite-runtime"),
    ("tf.lite.Interpreter", "auto"),
    ("tensorflow.keras", "tensorflow"),
    ("tensorflow and numpy", "tensorflow numpy"),
    ("'tensorflow, numpy'", "tensorflow numpy"),
    ("tensorflow + numpy", "tensorflow numpy"),
    ("'tensorflow & keras'", "tensorflow keras"),
    ("tensorflow with opencv-python", "tensorflow opencv-python"),
    ("tensorflow[and-cuda]", "tensorflow"),
    ("'tensorflow[and_cuda]==2.16.1'", "tensorflow==2.16.1"),
    ("tensorflow-gpu", "tensorflow"),
    ("tensorflow-gpu==2.4", "tensorflow==2.4"),
    ("tensorflow arm64", "tensorflow"),
    ("tensorflow/tensorflow:2.15.0", "tensorflow==2.15.0"),
    ("tensorflow/tensorflow:latest-gpu-jupyter", "tensorflow"),
    ("tensorflow:2.15.0-gpu", "tensorflow==2.15.0"),
    ("tensorflow2.x", "tensorflow==2.*"),
    ("'tensorflow 2.16 or newer'", "tensorflow>=2.16"),
    ("tensorflow 2.16+", "tensorflow>=2.16"),
    ("'tensorflow>=2.16 or later'", "tensorflow>=2.16"),
    ("'tensorflow older than 2.16'", "tensorflow<2.16"),
    ("tensorflow below 2.16", "tensorflow<2.16"),
    ("'tensorflow at least 2.16'", "tensorflow>=2.16"),
    ("'pip install -U tensorflow'", "tensorflow"),
    ("'pip install tensorflow --upgrade'", "tensorflow"),
    ("'pip3 install --user tflite-runtime'", "tflite-runtime"),
    ("'pip install --break-system-packages tflite-runtime'", "tflite-runtime"),
    ("'python3 -m pip install --no-cache-dir tensorflow==2.4.1'", "tensorflow==2.4.1"),
    ("'conda install -c conda-forge tensorflow'", "tensorflow"),
    ("'pipenv install tensorflow'", "tensorflow"),
    ("'poetry add tensorflow@^2.16'", "tensorflow<3,>=2.16"),
    ("'$ pip install tensorflow'", "tensorflow"),
    ("'import tensorflow.lite as tflite'", "tensorflow"),
    ("""'tensorflow; python_version<"3.12"'""", 'tensorflow; python_version < "3.12"'),
    ("google-ai-edge-litert", "ai-edge-litert"),
    ("tf-nightly", "tf-nightly"),
    ("ai_edge_litert_nightly", "ai-edge-litert-nightly"),
    ("'tensorflow lite runtime 2.5'", "tflite-runtime==2.5.*"),
    ("tflite_runtime==2.5.0.post1", "tflite-runtime==2.5.0.post1"),
    (
        "https://x.example/v2.0.0/tflite_runtime-2.5.0.post1-cp39-cp39-linux_armv7l.whl",
        "tflite-runtime==2.5.0.post1",
    ),
    (
        "'pip3 install https://x.example/tflite_runtime-2.1.0.post1-cp37-cp37m-linux_armv7l.whl'",
        "tflite-runtime==2.1.0.post1",
    ),
    (
        "'sudo pip3 install --upgrade tflite_runtime-2.8.0-cp37-none-linux_armv7l.whl'",
        "tflite-runtime==2.8.0",
    ),
    (
        "'~/Downloads/tflite_runtime-2.5.0.post1-cp39-cp39-linux_armv7l.whl'",
        "tflite-runtime==2.5.0.post1",
    ),
    ("tflite_runtime-2.14.0.tar.gz", "tflite-runtime==2.14.0"),
    ("https://pypi.org/project/tensorflow/2.3.0/", "tensorflow==2.3.0"),
    ("https://www.piwheels.org/project/tensorflow/", "tensorflow"),
    ("'tensorflow between 2.10 and 2.15'", "tensorflow<2.16,>=2.10"),
    ("'tensorflow 2.10-2.15'", "tensorflow<2.16,>=2.10"),
    ("'tensorflow 2.10 to 2.15.1'", "tensorflow<=2.15.1,>=2.10"),
    ("'tensorflow up to 2.10'", "tensorflow<2.11"),
    ("'tensorflow not newer than 2.10'", "tensorflow<2.11"),
    ("'tensorflow not older than 2.10'", "tensorflow>=2.10"),
    ("'tensorflow version 2.4 or higher'", "tensorflow>=2.4"),
    ("'tensorflow (latest)'", "tensorflow"),
    ("'any version of tensorflow'", "tensorflow"),
    ("'full tensorflow'", "tensorflow"),
    ("'the latest tflite-runtime'", "tflite-runtime"),
    ("'google litert'", "ai-edge-litert"),
    ("tflite2", "auto"),
    ("tensorflow.contrib.lite", "auto"),
    ("'tensorflow light'", "auto"),
    ("tf.keras", "tensorflow"),
    ("'RUN pip install --no-cache-dir tensorflow==2.8'", "tensorflow==2.8"),
    ("'RUN pip3 install tflite-runtime numpy'", "tflite-runtime numpy"),
    ("'pip install tensorflow # latest'", "tensorflow"),
    ("'- tensorflow==2.8'", "tensorflow==2.8"),
    ("""'tensorflow = "^2.8"'""", "tensorflow<3,>=2.8"),
    ("""'tensorflow = "2.8.0"'""", "tensorflow==2.8.0"),
    ("""'"tensorflow>=2.8",'""", "tensorflow>=2.8"),
    ("'docker pull tensorflow/tensorflow'", "tensorflow"),
    ("'docker run tensorflow/tensorflow:2.4.1'", "tensorflow==2.4.1"),
    ("'conda create -n tf tensorflow'", "tensorflow"),
    ("'uv tool install tensorflow'", "tensorflow"),
    ("'pip wheel tensorflow'", "tensorflow"),
    ("'snap install tensorflow'", "tensorflow"),
    ("tensorflow==nightly", "tf-nightly"),
    ("'tensorflow nightly'", "tf-nightly"),
    ("tflite-runtime==nightly", "tflite-runtime-nightly"),
    ("'litert nightly'", "ai-edge-litert-nightly"),
    ("'tflite_runtime v2.14.0'", "tflite-runtime==2.14.0"),
    ("'TF v2.3.0'", "tensorflow==2.3.0"),
    ("tensorflow==2.7.0+nv22.1", "tensorflow==2.7.0+nv22.1"),
    (
        "tensorflow-1.15.4+nv20.12-cp36-cp36m-linux_aarch64.whl",
        "tensorflow==1.15.4+nv20.12",
    ),
    ("'tensorflow 1.x'", "tensorflow==1.*"),
    ("'tflite-runtime above 2.10'", "tflite-runtime>2.10"),
    (
        """'tflite-runtime<3,>=2.8.0; platform_system == "Linux"'""",
        'tflite-runtime<3,>=2.8.0; platform_system == "Linux"',
    ),
    ("'LiteRT (ai-edge-litert)'", "ai-edge-litert"),
    ("'TensorFlow Lite (tflite-runtime)'", "tflite-runtime"),
    ("'TF-Lite interpreter'", "auto"),
    ("'tflite_runtime.interpreter as tflite'", "tflite-runtime"),
    ("'from tensorflow.lite.python.interpreter import Interpreter'", "tensorflow"),
    ("'from tensorflow.keras.models import load_model'", "tensorflow"),
    ("tensorflow.lite.Interpreter", "auto"),
    ("'sudo -H pip3 install tensorflow-1.14.0-cp37-cp37m-linux_armv7l.whl'", "tensorflow==1.14.0"),
    ("'pip install tflite-runtime==2.14.0 numpy==1.26.4'", "tflite-runtime==2.14.0 numpy==1.26.4"),
    (
        "'tflite-runtime==2.14.0 wyoming==1.5.3 numpy==1.23.5'",
        "tflite-runtime==2.14.0 wyoming==1.5.3 numpy==1.23.5",
    ),
    ("'numpy<2 tflite-runtime'", "numpy<2 tflite-runtime"),
    (
        "'tensorflow @ https://x.example/tensorflow-2.8.0-cp39-none-linux_aarch64.whl'",
        "tensorflow==2.8.0",
    ),
    ("'tensorflow>=2.5.*'", "tensorflow>=2.5"),
    ("tensorflow-2.4.0-cp37-none-linux_armv7l_numpy1195.whl", "tensorflow==2.4.0"),
    ("'Tensorflow version: 2.4.0'", "tensorflow==2.4.0"),
    ("'TensorFlow version (commit SHA if source): 2.1.0'", "tensorflow==2.1.0"),
    ("'tensorflow: 2.4.0'", "tensorflow==2.4.0"),
    ("'tflite_runtime (2.5.0.post1)'", "tflite-runtime==2.5.0.post1"),
    ("'Requires-Dist: tflite-runtime'", "tflite-runtime"),
    ("'tensorflow lite for python'", "auto"),
    ("'keras 3'", "tensorflow keras==3.*"),
    ("mediapipe", "mediapipe"),
    ("'mediapipe 0.10'", "mediapipe==0.10.*"),
    ("openwakeword==0.6", "openwakeword==0.6"),
    ("'tflite-support above 0.4.2'", "tflite-support>0.4.2"),
    ("litert-lm", "litert-lm"),
    ("opencv-python", "opencv-python"),
    ("tensorflow-text", "tensorflow tensorflow-text"),
    ("keras-cv", "tensorflow keras-cv"),
    ("tensorflow-io", "tensorflow tensorflow-io"),
    ("tflite\u2011runtime", "tflite-runtime"),  # as web pages and word processors write them
    ("'tensorflow \u2265 2.15'", "tensorflow>=2.15"),
    ("'tensorflow==\u201c2.15.0\u201d'", "tensorflow==2.15.0"),
]
SUGGESTED = [
    ("--pre", "pidoctor check tensorflow --pre"),
    ("tflite --pre", "pidoctor check tensorflow --pre"),
    ("tensorflw", "did you mean tensorflow?"),
    ("tensoflow", "did you mean tensorflow?"),
    ("tflite-runtme", "did you mean tflite-runtime?"),
    ("ai-edge-lite", "did you mean ai-edge-litert?"),
    ("'TF Lite Micro'", "a C++ library for chips without Linux"),
    ("2.3", "name the package too, as in tensorflow==2.3"),
    ("'>=2.3'", "name the package too"),
    ("detect.tflite", "is a model: pidoctor model detect.tflite"),
    ("requirements.txt", "name it with -r"),
    ("pyproject.toml", "name it with -r"),
    ("install.log", "pidoctor triage install.log"),
    ("tflite-micro", "for chips without Linux"),
    ("pycoral", "--with coral-usb"),
    ("edgetpu", "--with coral-usb"),
    ("python3-tensorflow", "did you mean tensorflow?"),
    ("'pip install -r requirements.txt'", "name it with -r"),
    ("git+https://x.example/tensorflow", "such as tensorflow==2.16.1"),
    ("'tensorflow on python 3.12'", "tensorflow --python 3.12"),
    ("broken.whl", "is not the name of a wheel"),
    ("'tensorflow or tflite-runtime'", "one of them at a time"),
    ("\"No module named 'tflite_runtime'\"", "pidoctor triage FILE"),
    ("'ERROR: No matching distribution found for tflite-runtime'", "pidoctor triage FILE"),
    ("model.keras", "pidoctor help deploy"),
    ("saved_model.pb", "pidoctor help deploy"),
    ("yolov8n.onnx", "export it as a .tflite file"),
    ("requirements.in", "name it with -r"),
    ("environment.yml", "name it with -r"),
    ("setup.py", "name it with -r"),
    ("detect.py", "name the packages that it imports"),
    ("python3-pycoral", "--with coral-usb"),
    ("libedgetpu1-std", "--with coral-usb"),
    ("tfjs", "is for JavaScript"),
    ("yolov8", "pidoctor model FILE"),
    ("'pip install --extra-index-url https://x.example/simple tensorflow'", "name that with -r"),
    ("tf-nightly-cpu", "did you mean tf-nightly?"),
    ("v1.15.3", "name the package too"),
    ("'tflite runtime / ai-edge-litert'", "one of them at a time"),
    ("'tensorflow 2.3 or 2.4'", "one of them at a time"),
    ("'tflite for microcontrollers'", "for chips without Linux"),
    ("tensorflow.js", "is for JavaScript"),
    ("error: externally-managed-environment", "pidoctor triage FILE"),
    ("bookworm", "did you mean pi-zero-2w/bookworm-64"),
    ("jetson", "did you mean jetson-nano-4gb/jetpack-4-64"),
    ("git+https://x.example/tensorflow.git@v2.3.0", "such as tensorflow==2.3.0"),
]


def read(line: str) -> str:
    """The request that a command line comes to, in pip's writing."""
    with contextlib.redirect_stderr(io.StringIO()):
        wanted = parse(["explain", *shlex.split(line)]).options.requirement
    if isinstance(wanted, Project):
        return " ".join(map(str, wanted.asked))
    return str(parse_request(wanted, open_catalog(open_index())))


@pytest.mark.parametrize(("typed", "meant"), UNDERSTOOD, ids=[typed for typed, _ in UNDERSTOOD])
def test_understood(typed: str, meant: str) -> None:
    assert read(typed) == meant


@pytest.mark.parametrize(("typed", "told"), SUGGESTED, ids=[typed for typed, _ in SUGGESTED])
def test_suggested(typed: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        read(typed)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_what_was_read_into_it_is_said_in_one_line() -> None:
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        parse(["explain", "TensorFlow", "2.16"])
    assert said.getvalue() == "pidoctor: read as TensorFlow==2.16.*\n"
    with contextlib.redirect_stderr(silent := io.StringIO()):
        parse(["explain", "tensorflow >= 2.16"])
        parse(["explain", "TensorFlow", "2.16", "--quiet"])
    assert silent.getvalue() == ""


@pytest.mark.parametrize("command", ["lock", "install"])
def test_a_package_alone_is_not_taken_beside_a_runtime_where_something_is_written(
    command: str,
) -> None:
    assert parse([command, "mediapipe"]).options.requirement == "mediapipe"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("lock pi4", "has an option of its own: pidoctor lock --target pi4-4gb/trixie-64"),
        ("lock -o x pi4", "has an option of its own: pidoctor lock --target pi4-4gb/trixie-64"),
        ("install pi4", "for another one: pidoctor lock --target pi4-4gb/trixie-64 -o"),
        ("install --yes pi4", "for another one: pidoctor lock --target pi4-4gb/trixie-64 -o"),
        ("install bookworm", "for another: pidoctor lock --target pi-zero-2w/bookworm-64 -o"),
        ("check -- tensorflow bookworm", "write --target pi-zero-2w/bookworm-64"),
    ],
)
def test_a_machine_is_told_its_option_where_something_is_written(line: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        parse(line.split())


def test_options_before_a_question_hold() -> None:
    options = parse(["check", "-q", "--venv", "pi4", "tensorflow", "pi4"]).options
    assert (options.requirement, options.targets) == ("tensorflow", ["pi4-4gb/trixie-64"])
    assert (options.quiet, options.venv) == (True, "pi4")


@pytest.mark.parametrize(
    ("word", "board"),
    [("pi4", "pi4"), ("zero2w/bookworm-64", "zero2w"), ("jetson", "jetson-nano-4gb")],
)
def test_the_option_that_is_named_is_one_of_the_command(word: str, board: str) -> None:
    with pytest.raises(UsageError, match=f"names a machine: write --boards {board}$"):
        parse(["matrix", word])
    assert parse(["matrix", "--boards", board]).options.boards == board


def test_several_packages_stay_several() -> None:
    project = parse(["check", "tensorflow==2.16.1", "numpy<2"]).options.requirement
    assert [str(item) for item in project.asked] == ["tensorflow==2.16.1", "numpy<2"]
    project = parse(["check", "-q", "pip", "install", "tensorflow", "numpy<2"]).options.requirement
    assert [str(item) for item in project.asked] == ["tensorflow", "numpy<2"]
