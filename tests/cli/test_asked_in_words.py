"""Questions in plain words: answered as the command that they come to, or that command named."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pidoctor.cli.arguments import parse
from pidoctor.cli.questions import as_command
from pidoctor.errors import UsageError
from tests.cli.program import pidoctor

ANSWERED = [
    # an installer's own options say nothing here
    ("pip install -U tensorflow", "explain tensorflow"),
    ("python3 -m pip install --user tensorflow==2.3", "explain tensorflow==2.3"),
    ("sudo apt install -y python3-tflite-runtime", "explain tflite-runtime"),
    ("pip install --upgrade tf on pi4", "explain tensorflow --target pi4-4gb/trixie-64"),
    ("pip uninstall -y tensorflow", "help undo"),
    # a board's letter is no model of one's own
    ("tensorflow for Raspberry Pi 4 Model B 8GB", "explain tensorflow --target pi4-8gb/trixie-64"),
    (
        "tflite_runtime supports for arm (pi3 model b+)",
        "explain tflite_runtime --target pi-3b-plus/trixie-64",
    ),
    ("can i install tf-nightly on pi4", "explain tf-nightly --target pi4-4gb/trixie-64"),
    (
        "Cannot install tflite-runtime-nightly on pi 5",
        "explain tflite-runtime-nightly --target pi5-4gb/trixie-64",
    ),
    (
        "can i use gpu of raspberry pi 4 with tensorflow lite",
        "explain auto --with videocore-6 --target pi4-4gb/trixie-64",
    ),
    (
        "tensorflow on the GPU of a jetson orin nano",
        "explain tensorflow --with nvidia-jetson --target jetson-orin-nano-4gb/jetpack-6-64",
    ),
    ("why is tensorflow so slow on pi zero 2", "help bench"),
    ("teachable machine model on raspberry pi 4", "check --target pi4-4gb/trixie-64"),
    ("installer tensorflow lite sur raspberry pi 3", "explain auto --target pi-3b/trixie-64"),
    ("instalar tflite en mi raspberry pi 3b", "explain auto --target pi-3b/trixie-64"),
    ("difference between tflite and tensorflow", "help glossary"),
    # the first word is not taken for a command that is mistyped
    ("sudo pip3 install tflite-runtime", "explain tflite-runtime"),
    (
        "puedo instalar tensorflow lite en la raspberry pi 3b+",
        "explain auto --target pi-3b-plus/trixie-64",
    ),
    ("läuft tensorflow auf dem raspberry pi 4", "explain tensorflow --target pi4-4gb/trixie-64"),
    (
        "est-ce que tensorflow marche sur raspberry pi 4",
        "explain tensorflow --target pi4-4gb/trixie-64",
    ),
    (
        "kann ich tensorflow 2.16 auf einem pi 4 mit bookworm installieren",
        "explain 'tensorflow==2.16.*' --target pi4-4gb/bookworm-64",
    ),
    ("does tf 2.15 work on pi4?", "explain 'tensorflow==2.15.*' --target pi4-4gb/trixie-64"),
    ("python3.11 on pi zero", "check --target pi-zero/trixie-32/py3.11"),
    (
        "can I install tensorflow 2.3 on pi 4",
        "explain 'tensorflow==2.3.*' --target pi4-4gb/trixie-64",
    ),
    (
        "Can I run TensorFlow Lite on a Raspberry Pi Zero 2 W?",
        "explain auto --target pi-zero-2w/trixie-64",
    ),
    ("raspberry pi zero w tensorflow", "explain tensorflow --target pi-zero-w/trixie-32"),
    ("orange pi 5 litert", "explain ai-edge-litert --target orange-pi-5-4gb/debian-bookworm-64"),
    (
        "is tensorflow compatible with python 3.12 on pi 5?",
        "explain tensorflow --target pi5-4gb/trixie-64/py3.12",
    ),
    (
        "raspberry pi 4 8gb tensorflow 2.16 or newer",
        "explain 'tensorflow>=2.16' --target pi4-8gb/trixie-64",
    ),
    (
        "what is the latest tensorflow for raspberry pi 3b+ 32 bit",
        "explain tensorflow --target pi-3b-plus/trixie-32",
    ),
    ("why won't tensorflow install", "explain tensorflow"),
    ("pip install tflite-runtime", "explain tflite-runtime"),
    ("tensorflow", "explain tensorflow"),
    ("pi4", "check --target pi4-4gb/trixie-64"),
    ("will my model run on a pi zero 2w", "check --target pi-zero-2w/trixie-64"),
    ("is 2 GB enough for tensorflow on pi 4", "explain tensorflow --target pi4-2gb/trixie-64"),
    ("explain tensorflow for raspberry pi 4", "explain tensorflow --target pi4-4gb/trixie-64"),
    ("check why can't I use tflite on zero 2 w", "check auto --target pi-zero-2w/trixie-64"),
    # from issues of pycoral, openWakeWord, TensorFlow-bin and tensorflow-on-raspberry-pi
    (
        "tflite with coral usb on raspberry pi 5",
        "explain auto --with coral-usb --target pi5-4gb/trixie-64",
    ),
    ("coral tpu on pi 5", "check --with coral-usb --target pi5-4gb/trixie-64"),
    (
        "raspberry pi 5 hailo tflite",
        "explain auto --with hailo-8 --target pi5-4gb/trixie-64",
    ),
    ("can I use a hailo with litert", "explain ai-edge-litert --with hailo-8"),
    (
        "is there a 64 bit version of tensorflow for RP4 python 3.7",
        "explain tensorflow --target pi4-4gb/trixie-64/py3.7",
    ),
    (
        "Which TF version shall be installed on jetson nano",
        "explain tensorflow --target jetson-nano-4gb/jetpack-4-64",
    ),
    (
        "do those pip wheels work on a Jetson TX2",
        "check --target jetson-tx2-4gb/jetpack-4-64",
    ),
    ("Is there something for raspberry pi 4B?", "check --target pi4-4gb/trixie-64"),
    ("what's the best runtime for pi zero 2 w", "check --target pi-zero-2w/trixie-64"),
    ("help me install tensorflow", "explain tensorflow"),
    (
        "tensorflow for my raspberry pi 4 with camera and lidar",
        "explain tensorflow --target pi4-4gb/trixie-64",
    ),
    (
        "pip install tensorflow fails on raspberry pi 4 bullseye",
        "explain tensorflow --target pi4-4gb/bullseye-64",
    ),
    (
        "tensorflow on raspberry pi 4 in docker python:3.9-slim",
        "explain tensorflow --target pi4/python:3.9-slim",
    ),
    ("tensorflow on ubuntu 22.04 arm64", "explain tensorflow --target aarch64/ubuntu-22.04-64"),
    (
        "how to install tflite runtime on orange pi zero 3 with armbian",
        "explain tflite-runtime --target orange-pi-zero-3-4gb/armbian-trixie-64",
    ),
    (
        "How do I run tflite_runtime with libedgetpu on raspberry pi zero wh",
        "explain tflite_runtime --target pi-zero-w/trixie-32",
    ),
    (
        "can the raspberry pi 3b run tensorflow lite with 1GB of ram",
        "explain auto --target pi-3b/trixie-64",
    ),
    (
        "Tensorflow nor working in rasperrypi 4",
        "explain Tensorflow --target pi4-4gb/trixie-64",
    ),
    (
        "tflite jetson orin nano jetpack 6",
        "explain auto --target jetson-orin-nano-4gb/jetpack-6-64",
    ),
    ("can I run tensorflow on pi 2", "explain tensorflow --target pi-2b/trixie-32"),
    (
        "which numpy version works with tflite-runtime 2.14",
        "explain 'tflite-runtime==2.14.*' numpy",
    ),
    ("run tflite on my board", "explain auto"),
    ("check pi4", "check --target pi4-4gb/trixie-64"),
    ("explain zero2w/bookworm-64", "explain auto --target pi-zero-2w/bookworm-64"),
    ("check --target jetson nano", "check --target 'jetson nano'"),
    ("check --target pi 4 tensorflow", "check --target 'pi 4' tensorflow"),
    ("how do I deploy a tensorflow lite model on a raspberry pi", "help deploy"),
    ("deploy model.tflite on pi4", "help deploy"),
    ("deploy", "help deploy"),
    ("where does (deploying) come in?", "help deploy"),
    ("convert keras to tflite", "help deploy"),
    ("tensorflow on a pi 4 without internet", "help offline"),
    ("how do I uninstall", "help undo"),
]

# What is answered with a command instead, and that command.
POINTED = [
    (
        "why can't I pip install tensorflow on raspberry pi",
        "explain tensorflow --target pi-zero-2w/trixie-64",
    ),
    ("tflite on 32 bit", "explain auto --target pi-zero-2w/trixie-32"),
    (
        "does tensorflow work on python 3.13 raspberry pi",
        "explain tensorflow --target pi-zero-2w/trixie-64/py3.13",
    ),
    (
        "why is tensorflow 2.15 not available for armv7l",
        "explain 'tensorflow==2.15.*' --target armv7l/debian-trixie-32",
    ),
    ("tensorflow on pi 6", "explain tensorflow --target pi5-4gb/trixie-64"),
    (
        "install tensorflow on pi 4",
        "lock tensorflow --target pi4-4gb/trixie-64 -o requirements.txt",
    ),
    ("lock tensorflow on pi 4", "lock tensorflow --target pi4-4gb/trixie-64"),
    (
        "Can I run openwakeword on pi zero 2 w?",
        "check auto openwakeword --target pi-zero-2w/trixie-64",
    ),
    (
        "want tensorflow-io on raspberry pi 4B",
        "check auto tensorflow-io --target pi4-4gb/trixie-64",
    ),
    (
        "does coral usb work on bookworm",
        "check --with coral-usb --target pi-zero-2w/bookworm-64",
    ),
    ("tensorflow lite raspberry pi camera", "explain auto --target pi-zero-2w/trixie-64"),
    ("Is TensorFlow supported on Rasbian?", "explain TensorFlow --target pi-zero-2w/trixie-32"),
    (
        "is ai-edge-litert available for 32 bit arm",
        "explain ai-edge-litert --target armv7l/debian-trixie-32",
    ),
    (
        "does tflite-runtime support python 3.12",
        "explain tflite-runtime --target pi-zero-2w/trixie-64/py3.12",
    ),
    (
        "tensorflow 2.5 for jetpack 4.6",
        "explain 'tensorflow==2.5.*' --target jetson-nano-4gb/jetpack-4-64",
    ),
    # a machine that is not known is never answered for as this one
    ("can I run tensorflow on foobar 3000", "explain tensorflow"),
    ("explain can I run tensorflow on foobar 3000", "explain tensorflow"),
    ("tensorflow Linux raspberrypi 5.10.103-v7l+ armv7l", "explain tensorflow"),
    ("树莓派4 tensorflow", "explain tensorflow"),
    ("will yolov8n.tflite run on a pi zero 2 w", "model yolov8n.tflite"),
    ("what python does bookworm have", "explain tensorflow --target pi4-4gb/bookworm-64"),
]


@pytest.mark.parametrize(("question", "command"), ANSWERED)
def test_a_question_is_the_command_that_is_told(
    question: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = parse(question.split())
    line = f"pidoctor: read as: pidoctor {command}"
    assert capsys.readouterr().err.splitlines()[0].partition(" (")[0].partition(";")[0] == line
    assert asked == parse(shlex.split(command))


@pytest.mark.parametrize(("question", "command"), ANSWERED[::15])
def test_a_question_is_answered(question: str, command: str) -> None:
    assert pidoctor(*question.split()).out == pidoctor(*shlex.split(command)).out != ""


@pytest.mark.parametrize(("question", "command"), POINTED)
def test_a_question_that_leaves_something_open_names_a_command(question: str, command: str) -> None:
    run = pidoctor(*question.split())
    assert (run.code, run.out, run.err.count("\n")) == (2, "", 1)
    assert run.err.endswith(f": pidoctor {command}\n")
    assert parse(shlex.split(command)).name == command.split(maxsplit=1)[0]


@pytest.mark.parametrize(
    "question",
    [
        "will my own model run on pi 4",
        "can my custom trained model run on a raspberry pi 4",
        "can a pi 4 run my own model?",
    ],
)
def test_a_model_of_ones_own_is_not_called_fine_for_its_board(question: str) -> None:
    told = "a model of your own is asked about with pidoctor model FILE.tflite --target pi4-4gb"
    assert told in pidoctor(*question.split()).err


# What a package beside the runtime makes of a question, and what is left out of it.
WITH_PACKAGES = [
    ("numpy 2 with tflite-runtime on pi 4", "tflite-runtime 'numpy==2.*'", ""),
    ("tensorflow numpy<2 on pi4", "tensorflow 'numpy<2'", ""),
    ("can I run tensorflow and opencv-python on a pi 4", "tensorflow opencv-python", ""),
    ("tflite_runtime pandas scikit-learn on rpi4", "tflite_runtime pandas scikit-learn", ""),
    ("tf with opencv 4.12 and a camera on pi 4", "tensorflow 'opencv-python==4.12.*'", "camera"),
    ("tensorflow 2.15 keras 2 pi 4", "'tensorflow==2.15.*' 'keras==2.*'", ""),
    ("will opencv run on my pi 4", "auto opencv-python", ""),
    ("sklearn on pi 4", "auto scikit-learn", ""),
    ("can I run tensorflow and frobnicate on a pi 4", "tensorflow", "frobnicate"),
    ("can I use tensorflow and tflite-runtime on pi 4", "tensorflow", "tflite-runtime"),
]


@pytest.mark.parametrize(("question", "wanted", "left_out"), WITH_PACKAGES)
def test_packages_beside_the_runtime_are_asked_for(
    question: str, wanted: str, left_out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Leaving one out would call fine what it collides with."""
    found = as_command(question.split(), known=False)
    assert found == ["explain", *shlex.split(wanted), "--target", "pi4-4gb/trixie-64"]
    told = capsys.readouterr().err.rstrip().partition("; left out: ")[2]
    assert told == left_out


def test_a_question_with_numpy_is_answered_with_numpy() -> None:
    run = pidoctor(*shlex.split("numpy 2 with tflite-runtime on pi 4 bookworm"), "--json")
    assert run.json["resolution"]["status"] == "impossible"
    assert "do not go together here" in run.json["verdict"]


def test_options_behind_a_question_hold() -> None:
    run = pidoctor(*shlex.split("can I run tensorflow on a pi 4"), "--json", "--quiet")
    assert (run.err, run.json["command"]) == ("", "explain")
    assert run.json["next"].startswith("pidoctor lock tensorflow --target pi4-4gb/trixie-64")
    assert run.json["resolution"]["runtime"] == "tensorflow"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("instal tensorflow on pi4", "did you mean `pidoctor install`?"),
        ("chekc pi4", "did you mean `pidoctor check`?"),
        ("raspbery pi 4 tensorfow lite", "'tensorfow' is no runtime that pidoctor knows; did you"),
        ("why", "did you mean `pidoctor explain`?"),
        ("frobnicate", "'frobnicate' is not a command (see `pidoctor --help`)"),
        ("ERROR: No matching distribution found for tensorflow", "pidoctor triage FILE"),
        ("explain tensorflow on python 3.12", "tensorflow --python 3.12"),
        ("unable to install pycoral on raspberry pi 5", "--with coral-usb"),
        ("why does pip say from versions: none", "pidoctor triage FILE"),
        ("glibc 2.34 not found tensorflow", "pidoctor triage FILE"),
        # an index that would be asked in vain, and wheels that would be missing
        (
            "pip install tflite-runtime --extra-index-url https://index.example/",
            "name that with -r",
        ),
        ("check pycoral --extra-index-url=https://index.example/", "name that with -r"),
    ],
)
def test_what_is_no_question_is_refused_as_before(line: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(line.split())
    assert told in str(error.value)


WORDS = st.sampled_from(shlex.split("can I tensorflow tflite 2.3 '>=2' on pi pi4 zero 32 bit ? ''"))
TEXT = st.text(max_size=6).filter(lambda word: word[:1] != "-")


@given(st.lists(WORDS | TEXT, min_size=1))
def test_anything_is_read_or_refused_in_one_line(words: list[str]) -> None:
    said = io.StringIO()
    with contextlib.redirect_stderr(said):
        try:
            found = as_command(["explain", *words], known=True) or ["explain"]
        except UsageError as error:
            found = ["explain"]
            said.write(f"{error}\n")
    assert found[0] == "explain"
    assert len(said.getvalue().splitlines()) <= 1


def test_requirements_stay_requirements() -> None:
    for line in ("check tensorflow numpy<2", "check tensorflow -- jetson-stats", "lock tflite"):
        assert parse(line.split()).options.target is None


def test_words_of_another_language_are_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "czy mogę zainstalować tensorflow na pi 4"
    plain = as_command(question.split(), known=False)
    assert plain is not None
    words = {"asks": ["czy"], "prepositions": ["na"], "filling": ["mogę", "zainstalować"]}
    (tmp_path / "question_words.json").write_text(json.dumps(words))
    monkeypatch.setenv("PIDOCTOR_DATA", str(tmp_path))
    with contextlib.redirect_stderr(io.StringIO()) as said:
        found = as_command(question.split(), known=False)
    assert found == plain == ["explain", "tensorflow", "--target", "pi4-4gb/trixie-64"]
    assert "left out" not in said.getvalue()
