"""The start of the single-file build: unpacks it once into the user's cache and runs it there.

This file is the ``__main__.py`` of pidoctor.pyz. It uses nothing but the standard library, and its
syntax is so old that a Python too old for pidoctor can say so.
"""

import atexit
import os
import shutil
import sys
import tempfile
import zipfile

OLDEST = (3, 9)


def main():
    # type: () -> int
    if sys.version_info < OLDEST:
        sys.stderr.write(
            "pidoctor: needs Python 3.9 or newer, this is {}.{}\n".format(*sys.version_info[:2])
        )
        return 2
    try:
        library = unpacked(os.path.dirname(os.path.abspath(__file__)))
    except (OSError, zipfile.BadZipFile) as error:
        sys.stderr.write("pidoctor: cannot be unpacked: %s\n" % error)  # noqa: UP031
        return 4
    sys.path.insert(0, library)
    from pidoctor.__main__ import main as run

    return run()


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
        if not os.path.isdir(folder):
            partial = tempfile.mkdtemp(prefix=name + "-", dir=cache)
            try:
                file.extractall(partial)
                os.sync()  # a power cut must not leave an empty file under the final name
                os.rename(partial, folder)
            except OSError:
                shutil.rmtree(partial, True)
                if not os.path.isdir(folder):  # unless another start was faster
                    raise
        return folder


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
