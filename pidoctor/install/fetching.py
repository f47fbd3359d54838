"""Wheels fetched in this process, several side by side, from where the user's pip looks for them.

What is not got here, for whatever reason, is pip's to fetch and to explain: see
:mod:`pidoctor.install.fetch`. So nothing that fails here is told.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from pidoctor.catalog.wheels import Wheel
from pidoctor.install.process import Arrival, Progress
from pidoctor.profile.wheel_sources import WheelSources
from pidoctor.urls import path_of

if TYPE_CHECKING:
    from pidoctor.indexing.patient_session import PatientSession
    from pidoctor.probe.pip_settings import Source

_SHARE = 3  # of the time without news: pip has its own after it
_TOLD_EVERY = 3.0  # seconds
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class Fetching:
    """The wheels on their way into ``folder``, from the moment on that this is made.

    ``sources`` are those of the plan; ``prefix`` is that of the Python whose pip is configured.
    A context manager: after its end nothing is written any more.
    """

    def __init__(
        self, wheels: Iterable[Wheel], sources: WheelSources, prefix: str, folder: Path
    ) -> None:
        self._sources, self._prefix, self._folder = sources, prefix, folder
        self._wheels = sorted(wheels, key=lambda wheel: wheel.size, reverse=True)
        self._whole: set[str] = set()
        self.arrival = Arrival(folder, tuple(wheel.size for wheel in self._wheels))
        self.parts = {wheel.name: _Part(self._part(wheel), wheel.size) for wheel in self._wheels}
        # Made here: after Ctrl-C the folder is removed, and no thread may make a file in it.
        self._files = {wheel.filename: _new(self._part(wheel)) for wheel in self._wheels}
        self._thread = threading.Thread(target=self._fetch, daemon=True)
        with suppress(RuntimeError):  # no thread to be had
            self._thread.start()

    def __enter__(self) -> Fetching:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            with suppress(OSError):  # a full disk, which pip will tell
                file.close()

    def wait(self, progress: Progress) -> tuple[Wheel, ...]:
        """Those that are there in the end, whole, each with its hash."""
        while self._thread.is_alive():
            self._thread.join(_TOLD_EVERY)
            if self._thread.is_alive():
                progress(f"  {self.arrival.told()}")
        self.__exit__()
        for wheel in self._wheels:
            if wheel.sha256 in self._whole:
                os.replace(self._part(wheel), self._folder / wheel.filename)
            else:
                self._part(wheel).unlink()
        return tuple(wheel for wheel in self._wheels if wheel.sha256 in self._whole)

    def _part(self, wheel: Wheel) -> Path:
        return self._folder / f"{wheel.filename}.part"

    def _fetch(self) -> None:
        with suppress(Exception):  # pip comes next, and tells what is wrong
            # In the thread: what brings in the network takes a slow board a second.
            from pidoctor.indexing.pages import side_by_side
            from pidoctor.indexing.sources import all_sources, open_users_session, pip_settings

            settings = pip_settings(self._sources, self._prefix)
            if settings.uploaded_prior_to:
                return  # only pip looks at the dates
            sources = sorted(all_sources(settings), key=_is_elsewhere)
            with open_users_session(settings) as session:
                session.patience.limit /= _SHARE
                one = partial(self._fetch_one, session, sources)
                for _ in side_by_side(one, self._wheels):
                    pass

    def _fetch_one(self, session: PatientSession, sources: Sequence[Source], wheel: Wheel) -> None:
        """Write the file of the wheel, and note that it is whole when its hash is the right one."""
        from pidoctor.indexing.remote import download

        file = self._files[wheel.filename]
        for url in self._addresses(session, sources, wheel):
            with suppress(Exception):
                found = download(session, url, wheel.filename, file, wheel.size)
                file.flush()
                if found == wheel.sha256:
                    self._whole.add(wheel.sha256)
                    return

    def _addresses(
        self, session: PatientSession, sources: Sequence[Source], wheel: Wheel
    ) -> Iterator[str]:
        """Where the wheel may be had; a page without hashes counts, for what comes is compared."""
        from pidoctor.indexing.pages import offered

        named = self._sources.address_of(wheel.filename)
        if named:
            yield named
        for source in sources:
            with suppress(Exception):
                for item in offered(session, source, wheel.name):
                    hashed = item.digests.get("sha256", wheel.sha256)
                    if item.filename == wheel.filename and hashed == wheel.sha256:
                        yield item.url


class _Part(NamedTuple):
    """One file that arrives; ``expected`` bytes, 0 where its size is not known."""

    path: Path
    expected: int

    def arrived(self) -> int:
        with suppress(OSError):  # it got its name, or was given up
            return min(self.path.stat().st_size, self.expected)
        return self.expected


def _new(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, _NEW, 0o644), "wb")


def _is_elsewhere(source: Source) -> bool:
    """Whether it is not on this machine: what is comes first."""
    return source.url is None or path_of(source.url) is None
