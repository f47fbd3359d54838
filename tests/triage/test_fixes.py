"""The remedy fits the machine the log came from, and "nothing found" is told apart by its facts."""

from __future__ import annotations

import pytest

from pidoctor.profile.named_targets import target
from pidoctor.triage.diagnose import triage
from pidoctor.triage.diagnosis import Diagnosis
from pidoctor.triage.ranking import judge

NOTHING = (
    "ERROR: Could not find a version that satisfies the requirement {} (from versions: none)\n"
)


def first(log: str) -> Diagnosis:
    return triage(iter([log.encode()]), judge=judge)[0]


def test_the_venv_of_the_log_is_in_the_command() -> None:
    log = 'File "/home/ada/demo/.venv/lib/python3.11/site-packages/x.py"\n_ARRAY_API not found'
    assert first(log).fix.commands == ("/home/ada/demo/.venv/bin/python -m pip install 'numpy<2'",)


def test_alpine_gets_apk_and_debian_apt() -> None:
    alpine = first(
        "fetch APKINDEX of alpine\nE: unable to locate package py3-x\npip: command not found"
    )
    debian = first("Debian GNU/Linux 12\nbash: pip: command not found")
    assert alpine.fix.commands[0].startswith("apk ")
    assert debian.fix.commands[0].startswith("sudo apt ")


TLS = "SSLCertVerificationError: certificate verify failed: "
NO_BUNDLE = (
    "OSError: Could not find a suitable TLS CA certificate bundle, invalid path: /opt/ca.pem"
)


@pytest.mark.parametrize(
    ("log", "said", "command"),
    [
        ("server certificate verification failed. CAfile: none", "has no CA", "sudo apt install"),
        ("Alpine Linux v3.20\ncurl: (77) error setting certificate file: /x", "has no CA", "apk"),
        (NO_BUNDLE, "The certificate file /opt/ca.pem is not there", "env | grep -E 'PIP_CERT"),
        (TLS + "certificate has expired", "Compare the date with a watch", "date"),
        (TLS + "self-signed certificate in certificate chain", "PIP_CERT=/path", "sudo apt "),
    ],
)
def test_what_a_certificate_lacks_decides_what_helps(log: str, said: str, command: str) -> None:
    found = first(log)
    assert found.cause == "proxy-or-ssl-ca"
    assert said in found.fix.text
    assert found.fix.commands[0].startswith(command)


@pytest.mark.parametrize(
    ("log", "said", "command"),
    [
        ("npm ERR! code EACCES", "folder of your own", "mkdir -p"),
        ("npm ERR! code EINTEGRITY", "Empty npm's cache", "npm cache clean --force"),
        ("npm ERR! code ERESOLVE", "--legacy-peer-deps", "npm outdated"),
        (
            "npm ERR! notarget No matching version found for x@9.",
            "no such version",
            "npm view x versions",
        ),
        ("npm ERR! code SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS", "date"),
        ("Error: Cannot find module '@x/y'", "package.json", "npm install @x/y"),
        ("Error: /x/tfjs.node: cannot open shared object file: No such", "npm rebuild", "npm rebu"),
        ("fatal: detected dubious ownership in repository at '/x'", "as yourself", "git config"),
        ("fatal: Authentication failed for 'https://x.example/'", "a token", "git remote -v"),
        ("git@github.com: Permission denied (publickey).", "https://", "git remote -v"),
        ("pull access denied for x, may require 'docker login'", "tag", "docker login"),
        ("x509: certificate signed by unknown authority", "Docker", "sudo update-ca-cert"),
        ("configure: error: no acceptable C compiler found", "compiler", "sudo apt install build"),
        ("Alpine Linux v3.20\nlinker 'cc' not found", "compiler", "apk add build-base"),
        ("RuntimeError: CMake must be installed to build dlib", "CMake", "sudo apt install cmake"),
        ("error: can't find Rust compiler", "rustup.rs", "python3 -m pip install --upgrade pip"),
        ("ERROR: Task (x.bb:do_compile) failed with exit code '1'", "log.do_compile", ""),
        (
            "module 'google.protobuf' x\nincompatible Protobuf Gencode/Runtime",
            "newer",
            "python3 -m",
        ),
        (
            "Descriptors cannot be created directly",
            "3.20",
            "python3 -m pip install 'protobuf<3.21'",
        ),
        ("`keras.optimizers.legacy` is not supported in Keras 3", "tf-keras", "python3 -m pip"),
        ("cannot import name 'url_quote' from 'werkzeug.urls'", "together", "python3 -m pip"),
        ("no attribute 'gapi_wip_gst_GStreamerPipeline'", "install one", "python3 -m pip uninst"),
        ("ModuleNotFoundError: No module named 'imp'", "3.12", "uv venv --python 3.11"),
        ("/usr/bin/env: 'python': No such file", "python3", "python3 --version"),
        ("to '/boot/x.dpkg-new': failed (No space left on device)", "kernels", "df -h /boot"),
        ("usb.core.NoBackendError: No backend available", "USB library", "sudo apt install libusb"),
        ("libcamera/_x.so: undefined symbol: y\n/libcamera/_x.so: undefined symbol: y", "pip", "p"),
        (
            "parsing file '/var/lib/dpkg/updates/0014' near line 0",
            "journal",
            "sudo mv /var/lib/dpk",
        ),
    ],
)
def test_other_tools_get_their_own_remedies(log: str, said: str, command: str) -> None:
    fix = first(log).fix
    assert said in fix.text
    assert (*fix.commands, "")[0].startswith(command)


def test_a_missing_module_names_its_package() -> None:
    found = first("ModuleNotFoundError: No module named 'PIL'")
    assert found.fix.commands[0] == "python3 -m pip install pillow"
    assert first("ImportError: No module named 'cv2'").fix.commands == (
        "sudo apt install python3-opencv",
    )


@pytest.mark.parametrize(
    ("facts", "requirement", "cause"),
    [
        ("Python 3.13.5\naarch64\n", "tflite-runtime", "no-wheel-for-python"),
        ("Python 3.11.2\narmhf\n", "ai-edge-litert", "no-wheel-for-32bit-os"),
        ("aarch64\nLONG_BIT\n32\n", "tensorflow", "32bit-userland-on-64bit-kernel"),
        ("FROM python:3.11-alpine\n", "tensorflow", "no-wheel-for-musl"),
        ("", "tensorflow==2.3", "requested-version-unavailable"),
        ("", "tensorfow", "unknown-package-name"),
        ("", "python3-numpy", "unknown-package-name"),
        ("aarch64\n", "tensorflow-addons", "no-wheel-for-arch"),
        ("pip 19.0 from /x/python3.8/y (python 3.8)\n", "tflite-runtime", "pip-too-old"),
    ],
)
def test_nothing_found_is_decided_by_the_facts(facts: str, requirement: str, cause: str) -> None:
    message = NOTHING.format(requirement)
    if "==" in requirement:
        message = message.replace("none", "2.16.1, 2.17.0")
    assert first(facts + message).cause == cause


def test_without_the_deciding_fact_more_than_one_cause_is_named() -> None:
    found = triage(iter([NOTHING.format("tensorflow").encode()]), judge=judge)
    assert {d.cause for d in found} == {"no-wheel-for-python", "no-wheel-for-32bit-os"}
    assert all("no-wheel-for-arch" in d.alternatives for d in found)
    assert all(d.confidence < 0.6 and d.alternatives for d in found)


def test_a_profile_fills_in_what_the_log_does_not_show() -> None:
    log = NOTHING.format("tensorflow").encode()
    found = triage(iter([log]), profile=target("pi4-4gb/bookworm-32"), judge=judge)
    assert [d.cause for d in found] in (
        ["no-wheel-for-32bit-os"],
        ["32bit-userland-on-64bit-kernel"],
    )


def test_several_independent_causes_are_named_in_order() -> None:
    log = """error: externally-managed-environment
ModuleNotFoundError: No module named 'cv2'
$ pip install tflite-runtime
E: Release file for x is not valid yet (invalid for another 3d). Updates will not be applied.
ls: cannot access '/dev/apex_0': No such file or directory
"""
    causes = [d.cause for d in triage(iter([log.encode()]))]
    assert causes == [
        "ssl-clock-skew",
        "externally-managed-environment",
        "edgetpu-not-detected",
        "module-not-installed",
    ]


def test_what_was_settled_later_is_no_news() -> None:
    log = """$ pip install six
error: externally-managed-environment
$ .venv/bin/pip install six
Successfully installed six-1.17.0
"""
    assert first(log).cause == "no-problem"


def test_unknown_says_the_one_command_that_helps() -> None:
    found = first("$ pip install x\nERROR: something nobody has ever seen\n")
    assert found.cause == "unknown"
    assert len(found.fix.commands) == 1
    assert "pip install -v x" in found.fix.commands[0]


@pytest.mark.parametrize(
    ("log", "commands"),
    [
        (
            "ERROR: Model provided has model identifier 'ion ', should be 'TFL3'",
            ("sudo apt install git-lfs", "git lfs install", "git lfs pull"),
        ),
        (
            "AttributeError: module 'numpy' has no attribute 'object'.",
            ("python3 -m pip install 'numpy<1.24'",),
        ),
        (
            "AttributeError: `np.float_` was removed in the NumPy 2.0 release.",
            ("python3 -m pip install 'numpy<2'",),
        ),
        (
            "$ pip install requests==2.31.0 urllib3==1.20\nERROR: Cannot install requests==2.31.0 "
            "and urllib3==1.20 because these package versions have conflicting dependencies.",
            (
                "python3 -m venv .venv-new",
                ".venv-new/bin/python -m pip install requests urllib3",
            ),
        ),
        (
            "  src/x.c:31:10: fatal error: portaudio.h: No such file or directory\n"
            "error: command 'gcc' failed with exit code 1\nFailed building wheel for pyaudio",
            ("sudo apt install portaudio19-dev",),
        ),
        (
            'File "/tmp/pip-build-env-x1/overlay/lib/python3.12/site-packages/setuptools/a.py"\n'
            "ERROR: Failed building wheel for psutil",
            ("python3 -m pip install --only-binary :all: psutil",),
        ),
        (
            "ImportError: /home/pi/.local/lib/python3.7/site-packages/tensorflow/lite/python/x.so: "
            "undefined symbol: _ZN6tflite12tensor_utils",
            ("pidoctor install --venv .venv-new",),
        ),
        ("ImportError: /usr/lib/libfoo.so: undefined symbol: bar", ("python3 -m pip list",)),
        (
            "ImportError: /lib/libc.so.6: version `GLIBC_2.34' not found (required by "
            "/home/pi/.local/lib/python3.9/site-packages/ai_edge_litert/_pywrap.so)",
            ("pidoctor explain ai-edge-litert", "pidoctor install"),
        ),
        (
            "ModuleNotFoundError: No module named 'tflite_runtime'",
            ("pidoctor install tflite-runtime",),
        ),
    ],
)
def test_the_remedy_does_what_mends_it(log: str, commands: tuple[str, ...]) -> None:
    assert first(log).fix.commands == commands


def test_what_conda_did_not_find_is_not_asked_of_pip() -> None:
    log = (
        "Collecting package metadata (repodata.json): done\nSolving environment: failed\n"
        "ResolvePackageNotFound:\n  - pytorch=1.11.0\n  - cudatoolkit=11.3\n"
    )
    found = first(log)
    assert found.cause == "requested-version-unavailable"
    assert "conda" in found.fix.text
    assert found.fix.commands == ()


@pytest.mark.parametrize(
    ("log", "cause"),
    [
        (
            "ImportError: Error importing numpy: you should not try to import numpy from\n"
            "        its source directory; please exit the numpy source tree",
            "interrupted-install",
        ),
        (
            "ModuleNotFoundError: No module named 'numpy._core._multiarray_umath'",
            "wrong-interpreter",
        ),
    ],
)
def test_a_numpy_without_its_compiled_files_is_installed_again(log: str, cause: str) -> None:
    """Its own words speak of a source directory, and pip says that it is there already."""
    found = first(f"/home/ada/.venv/lib/python3.11/site-packages/numpy/__init__.py\n{log}")
    assert found.cause == cause
    [command] = found.fix.commands
    python = "/home/ada/.venv/bin/python"
    assert command.startswith(f"{python} -m pip install --force-reinstall --no-deps numpy==$(")
    assert "without compiled files for this Python" in found.fix.text
