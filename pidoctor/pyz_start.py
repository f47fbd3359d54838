"""The start of the single-file build: unpacks it once into the user's cache and runs it there.

This file is the ``__main__.py`` of pidoctor.pyz. It uses nothing but the standard library, and its
syntax is so old that a Python too old for pidoctor can say so, and write down what the machine is.
"""

import os
import signal
import sys


def interrupted(*_):
    # type: (object) -> None
    """Ctrl-C while this imports and unpacks, which takes seconds on a slow board."""
    sys.stderr.write("pidoctor: interrupted\n")
    sys.exit(130)


if __name__ == "__main__" and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, interrupted)

import atexit
import fcntl
import json
import re
import shutil
import tempfile
import zipfile

MYPY = False
if MYPY:  # for the types in comments
    from typing import Any  # noqa: F401

OLDEST = (3, 9)
CAPTURE = "capture.py"  # in the archive: the script of ``pidoctor capture --script``
CAPTURE_OLDEST = (3, 5)
WRITTEN = "pidoctor-capture.json"
COPY = re.compile("pyz-[0-9a-f]{32}(-|$)")


def main():
    # type: () -> int
    if sys.version_info < OLDEST:
        return too_old(os.path.dirname(os.path.abspath(__file__)))
    try:
        library = unpacked(os.path.dirname(os.path.abspath(__file__)))
    except (OSError, zipfile.BadZipFile) as error:
        sys.stderr.write("pidoctor: cannot be unpacked: %s\n" % error)  # noqa: UP031
        return 4
    sys.path.insert(0, library)
    from pidoctor.__main__ import main as run

    if signal.getsignal(signal.SIGINT) is interrupted:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return run()


def too_old(archive):
    # type: (str) -> int
    """Say so and, where this Python can, leave a capture that can be asked about elsewhere."""
    sentence = "pidoctor: needs Python 3.9 or newer, this is {}.{}".format(*sys.version_info[:2])
    if sys.version_info < CAPTURE_OLDEST:
        sys.stderr.write(sentence + "; start it with python3\n")
        return 2
    try:
        with zipfile.ZipFile(archive) as packed:
            source = packed.read(CAPTURE)
        script = {"__name__": "capture"}  # type: dict[str, Any]
        exec(source, script)  # noqa: S102 - a file of this archive
        text = json.dumps(script["capture"](), indent=1, sort_keys=True) + "\n"
        handle, partial = tempfile.mkstemp(dir=".")
        with os.fdopen(handle, "w") as file:
            file.write(text)
        os.chmod(partial, 0o644)
        os.rename(partial, WRITTEN)
    except (OSError, zipfile.BadZipFile) as error:
        sys.stderr.write("%s; its capture cannot be written: %s\n" % (sentence, error))  # noqa: UP031
        return 3
    sys.stderr.write(
        "%s. What this machine is was written to %s; on a computer with Python 3.9 or newer, ask "  # noqa: UP031
        "about it with: pidoctor check --capture %s\n" % (sentence, WRITTEN, WRITTEN)
    )
    return 0 if sys.argv[1:2] == ["capture"] else 3


def unpacked(archive):
    # type: (str) -> str
    """The folder with the content of ``archive``, which the user's cache keeps by its hash."""
    with zipfile.ZipFile(archive) as file:
        name = "pyz-" + file.read("BUILD").decode("ascii").strip()
        cache = cache_folder()
        if cache is None:
            folder = tempfile.mkdtemp(prefix="pidoctor-")
            atexit.register(shutil.rmtree, folder, True)
            file.extractall(folder)
            return folder
        folder = os.path.join(cache, name)
        while not in_use(folder):
            partial = tempfile.mkdtemp(prefix=name + "-", dir=cache)
            in_use(partial)
            try:
                file.extractall(partial)
                os.sync()  # a power cut must not leave an empty file under the final name
                os.rename(partial, folder)
            except OSError:
                shutil.rmtree(partial, True)
                if not os.path.isdir(folder):  # unless another start was faster
                    raise
            else:
                remove_others(cache, name)
        return folder


def in_use(folder):
    # type: (str) -> bool
    """Whether ``folder`` is there; it is then locked against removal until this process ends."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_SH)
    except OSError:  # a file system without locks: nothing is removed from it either
        return True
    try:
        if os.path.samestat(os.fstat(held), os.stat(folder)):
            return True
    except FileNotFoundError:  # removed while this waited for the lock
        pass
    os.close(held)
    return False


def remove_others(cache, name):
    # type: (str, str) -> None
    """Remove the copies of other versions, and what an interrupted start left: 24 MB each.

    What another process runs from, or unpacks into at this moment, is locked and stays.
    """
    for other in os.listdir(cache):
        if other == name or not COPY.match(other):
            continue
        folder = os.path.join(cache, other)
        try:
            held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            gone = tempfile.mkdtemp(prefix=other[:36] + "-", dir=cache)
            os.rename(folder, gone)  # half a copy must not stay under the name of a whole one
            shutil.rmtree(gone, True)
        except OSError:
            pass
        finally:
            os.close(held)


def cache_folder():
    # type: () -> str | None
    """The user's own cache folder for pidoctor, None where there is none to be trusted.

    Under sudo the home may be another user's: root runs no code that others can change.
    """
    root = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = os.path.join(root, "pidoctor")
    try:
        os.makedirs(folder, 0o700, True)
        status = os.stat(folder)
    except OSError:
        return None
    trusted = status.st_uid == os.geteuid() and not status.st_mode & 0o022
    return folder if os.path.isabs(folder) and trusted and os.access(folder, os.W_OK) else None


if __name__ == "__main__":
    sys.exit(main())
