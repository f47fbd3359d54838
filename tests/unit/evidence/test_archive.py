"""Random access into members of a zip file."""

from __future__ import annotations

import io
import random
import zipfile

import pytest

from pidoctor.evidence.archive import Archive


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_reads_anywhere_as_the_whole_member_reads(method: int) -> None:
    chance = random.Random(3)  # noqa: S311
    content = b"".join(
        chance.randbytes(4096) if chance.random() < 0.3 else bytes([chance.randrange(256)]) * 4096
        for _ in range(6000)  # 24 MB: three checkpoints
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        file.writestr("a", content)
    archive = Archive(buffer, "a.whl")
    with archive.open(archive.members[0]) as stream:
        for _ in range(60):
            start = chance.randrange(len(content))
            size = chance.choice([1, 100, 70_000, 3_000_000])
            stream.seek(start)
            assert stream.read(size) == content[start : start + size]
        stream.seek(-10, io.SEEK_END)
        assert stream.read() == content[-10:]
