"""What is said of a wheel whose tag does not fit, and of the nearest of several."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pidoctor.resolve.compatibility import judge_tag
from pidoctor.resolve.machine import machine_of
from pidoctor.resolve.verdict import Reason, Rejected, nearest
from tests.profiles import pi4

PYPY = replace(machine_of(pi4()), implementation="pypy", abi="pypy311_pp73").interpreter


def test_pypy_does_not_take_a_wheel_of_cpython_of_its_version() -> None:
    found = judge_tag("cp311-cp311-manylinux_2_17_aarch64", PYPY)
    assert isinstance(found, Rejected)
    assert found.reason is Reason.PYTHON


@pytest.mark.parametrize(
    ("offers", "told"),
    [
        (("Python 3.9",), "built for Python 3.9; here"),
        (("Python 3.11", "Python 3.9"), "built for Python 3.9, 3.11; here"),
        (("Python 3.11", "Python 3.9", "Python 3.10"), "built for Python 3.9, 3.10, 3.11; here"),
    ],
)
def test_what_the_offers_share_is_said_once(offers: tuple[str, ...], told: str) -> None:
    misses = [Rejected.built_for(Reason.PYTHON, offer, "here") for offer in offers]
    assert nearest(misses).detail == told


def test_a_wheel_of_the_free_threaded_python_is_refused_for_its_abi() -> None:
    """And not for its glibc, which the machine has, and a newer one."""
    found = judge_tag("cp311-cp311t-manylinux_2_17_aarch64", machine_of(pi4()).interpreter)
    assert isinstance(found, Rejected)
    assert found.reason is Reason.ABI
    assert "cp311t" in found.detail
