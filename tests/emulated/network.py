"""What programs in a root need of this machine to reach the network as this machine does."""

from __future__ import annotations

import ast
import functools
import os
import re
import subprocess
import sys
from pathlib import Path

from . import cache

CA_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"  # Debian's, in the root and, mostly, here
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")
_INDEX = re.compile(r"^(?:global|install|:env:)\.index-url=(.*)$", re.MULTILINE)


def certificates() -> tuple[Path, str]:
    """The certificates, as `files` has files: a board has some without a network too, and pip of
    trixie does not start without.
    """
    return Path(os.environ.get("SSL_CERT_FILE", CA_BUNDLE)), CA_BUNDLE


def files() -> list[tuple[Path, str]]:
    """Files and folders of this machine, each with the path of the root to put it over.

    The roots share one pip cache, so that each wheel is downloaded once.
    """
    pip_cache = cache.folder() / "pip"
    pip_cache.mkdir(parents=True, exist_ok=True)
    return [
        (Path("/etc/resolv.conf").resolve(), "/etc/resolv.conf"),
        (pip_cache, "/root/.cache/pip"),
    ]


def environment() -> dict[str, str]:
    """Variables for programs in the root."""
    passed_on = (*_PROXIES, "PIP_DEFAULT_TIMEOUT")
    return {
        "PIP_CERT": CA_BUNDLE,
        "SSL_CERT_FILE": CA_BUNDLE,
        "REQUESTS_CA_BUNDLE": CA_BUNDLE,
        **{name: os.environ[name] for name in passed_on if name in os.environ},
        **package_index(),
    }


@functools.cache
def package_index() -> dict[str, str]:
    """The package index this machine's pip is told to use instead of its default, if any.

    Extra indexes and local folders of wheels stay out: what is on them is not what a board finds.
    """
    pip = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(pip, capture_output=True, text=True, check=True).stdout
    addresses = [str(ast.literal_eval(value)) for value in _INDEX.findall(listed)]
    return {"PIP_INDEX_URL": addresses[-1]} if addresses else {}
