"""Sessions with the indexes of the user's own pip configuration, or pip's default."""

from __future__ import annotations

import sys

import requests

from pidoctor import __version__
from pidoctor.errors import UsageError
from pidoctor.host.live import LiveHost
from pidoctor.indexing.patient_session import PatientSession, open_patient_session
from pidoctor.probe.pip_settings import PipSettings, PipSettingsError, read_pip_settings

BACKOFF = 0.5  # seconds before the second try; doubles with each further one


def pip_settings() -> PipSettings:
    """The settings of the pip beside pidoctor; UsageError where pip refuses them."""
    try:
        return read_pip_settings(LiveHost(), sys.prefix)
    except PipSettingsError as error:
        raise UsageError(f"pip cannot read its configuration, {error.path}: {error}") from None


def open_session(settings: PipSettings, backoff: float | None = None) -> PatientSession:
    """A session for the configured sources, which names this program."""
    agent = f"pidoctor/{__version__} {requests.utils.default_user_agent()}"
    session = open_patient_session(BACKOFF if backoff is None else backoff, agent)
    if settings.cert:
        session.verify = settings.cert
    return session
