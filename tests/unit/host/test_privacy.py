"""Of a file, what a doctor needs to see is kept."""

from __future__ import annotations

from pidoctor.host.privacy import clean_file
from pidoctor.redact import Identity


def test_a_pip_configuration_keeps_its_indexes_only() -> None:
    text = """\
[global]
index_url = https://me:secret@example.org/simple
proxy = http://me:secret@proxy
extra-index-url =
    https://a.example/simple
    https://u:p@b.example/simple
; note to me: secret
trusted-host: example.org
    secret continued
[install]
no-index = false
"""
    assert (
        clean_file("/etc/pip.conf", text)
        == """\
[global]
index_url = https://example.org/simple
extra-index-url =
    https://a.example/simple
    https://b.example/simple
[install]
no-index = false
"""
    )


def test_of_the_users_only_the_systems_groups_are_kept() -> None:
    text = "plugdev:x:46:anna\nanna:x:1000:\nbroken\n"
    assert clean_file("/etc/group", text) == "plugdev:x:46:\n"


def test_mount_points_without_what_is_mounted() -> None:
    text = "//nas/anna /media/anna/CARD cifs user=anna 0 0\n/dev/sda1 /opt/anna/x ext4 rw 0 0\n"
    assert (
        clean_file("/proc/self/mounts", text, Identity("/opt/anna"))
        == "- /media/***/CARD cifs - 0 0\n- ~/x ext4 - 0 0\n"
    )


def test_the_boards_serial_number_is_not_kept() -> None:
    text = "Revision\t: c03114\nSerial\t\t: 10000000a1b2c3d4\nModel\t\t: Raspberry Pi 4\n"
    assert clean_file("/proc/cpuinfo", text) == text.replace("10000000a1b2c3d4", "***")
