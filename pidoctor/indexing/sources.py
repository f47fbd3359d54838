"""Sessions with the indexes of the user's own pip configuration, or pip's default."""

from __future__ import annotations

import sys

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from pidoctor import __version__
from pidoctor.errors import UsageError
from pidoctor.host.live import LiveHost
from pidoctor.probe.pip_settings import PipSettings, PipSettingsError, read_pip_settings

BACKOFF = 0.5  # seconds before the second try; doubles with each further one


def pip_settings() -> PipSettings:
    """The settings of the pip beside pidoctor; UsageError where pip refuses them."""
    try:
        return read_pip_settings(LiveHost(), sys.prefix)
    except PipSettingsError as error:
        raise UsageError(f"pip cannot read its configuration, {error.path}: {error}") from None


def open_session(settings: PipSettings) -> requests.Session:
    """A session that tries again on a stall, a reset, 429 and 5xx, and names this program."""
    session = requests.Session()
    retry = Retry(
        total=5,
        backoff_factor=BACKOFF,
        status_forcelist=(429, 500, 502, 503, 504),
        respect_retry_after_header=True,
    )
    adapter = HTTPAdapter(max_retries=retry, pool_maxsize=16)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["User-Agent"] = f"pidoctor/{__version__} {requests.utils.default_user_agent()}"
    if settings.cert:
        session.verify = settings.cert
    return session
