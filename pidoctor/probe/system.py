"""The operating system: release, flavour, kernel, page size, userland architecture, libraries."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress

from pidoctor.catalog.systems import load_systems
from pidoctor.host.base import (
    Host,
    HostError,
    MissingError,
    SearchPattern,
    UnreadableError,
    read_text,
)
from pidoctor.probe.elf_header import Elf, read_elf
from pidoctor.probe.reading import clean, entry, first_known, reading
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import System
from pidoctor.records import NamedTuple

OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")
OS_RELEASE_LIMIT = 64 << 10

SHELL = "/bin/sh"  # its header tells the architecture of the userland

APT = "/usr/bin/apt-get"
PACKAGE_MANAGERS = (
    (APT, "apt"),
    ("/sbin/apk", "apk"),
    ("/usr/bin/dnf", "dnf"),
    ("/usr/bin/pacman", "pacman"),
    ("/usr/bin/zypper", "zypper"),
    ("/bin/opkg", "opkg"),
)

# Debian's multiarch folder of a machine; elsewhere libraries lie in /usr/lib64 or /usr/lib.
_TRIPLETS = {
    ("aarch64", ""): "aarch64-linux-gnu",
    ("arm", "hard"): "arm-linux-gnueabihf",
    ("arm", "soft"): "arm-linux-gnueabi",
    ("x86_64", ""): "x86_64-linux-gnu",
    ("i686", ""): "i386-linux-gnu",
    ("riscv64", ""): "riscv64-linux-gnu",
}


GLIBC = SearchPattern("glibc", rb"stable release version (\d{1,3}\.\d{1,3})")
# The word comes first, and what stands before it second: a file has many zeros and few words.
GLIBCXX = SearchPattern("glibcxx", rb"GLIBCXX(?<=\0GLIBCXX)_(3\.4\.\d{1,3})(?=\0)")
LIBSTDCXX = "libstdc++.so.6"
# What wheels need of a system besides the C library's own files: the "needed" of the wheels index.
WANTED = (LIBSTDCXX, "libgcc_s.so.1", "libz.so.1", "libatomic.so.1")
LIBRARY_PATH = "LD_LIBRARY_PATH"
LOADER_CACHE = "/etc/ld.so.cache"
CACHED = SearchPattern("loader-cache", rb"\0(lib(?:stdc\+\+|gcc_s|z|atomic)\.so\.\d)(?=\0)")
CONDA_MARK = "conda-meta/history"
_APK = "/lib/apk/db/installed"
MUSL = SearchPattern("musl", rb"\nP:musl\nV:(\d[\d.]{0,20})")


_PLAIN_FOLDERS = ("/usr/lib64", "/usr/lib", "/lib64", "/lib", "/usr/local/lib")
# Where a shared library may lie, whatever the machine.
LIBRARY_FOLDERS = (*(f"/usr/lib/{triplet}" for triplet in _TRIPLETS.values()), *_PLAIN_FOLDERS)


class Libraries(NamedTuple):
    """The C and C++ libraries that a program of the machine is run with."""

    kind: Fact[str]
    version: Fact[str]
    glibcxx: Fact[str]


def probe_system(
    host: Host, machine: Fact[str], confstr: Fact[str], python: Elf | None = None, prefix: str = ""
) -> System:
    """The system's facts.

    ``machine`` is the kernel's, ``confstr`` what the target interpreter's C library calls itself
    ("glibc 2.36"); ``python`` is its header and ``prefix`` where it is installed.
    """
    release = _os_release(host)
    shell = reading(f"ELF header of {SHELL}", lambda: _elf(host, SHELL))
    os_id = entry(release, "ID")
    folders = _library_folders(host, shell.value or python, prefix)
    libraries = _libraries(host, shell, confstr, folders)
    return System(
        id=os_id,
        flavour=_flavour(host, os_id),
        codename=entry(release, "VERSION_CODENAME"),
        version=entry(release, "VERSION_ID"),
        name=entry(release, "PRETTY_NAME"),
        kernel=reading("uname", lambda: clean(host.uname().release) or None),
        page_size=reading("sysconf SC_PAGE_SIZE", host.page_size),
        architecture=architecture(shell, machine, os_id),
        libc=libraries.kind,
        libc_version=libraries.version,
        glibcxx=libraries.glibcxx,
        package_manager=reading(
            "the package managers' programs",
            lambda: next((name for path, name in PACKAGE_MANAGERS if host.exists(path)), None),
        ),
        lacks=reading("the libraries that wheels need", lambda: _lacks(host, folders)),
        lacks_other=reading(LOADER_CACHE, lambda: _lacks_other(host, folders)),
    )


def architecture(program: Fact[Elf], kernel: Fact[str], os_id: Fact[str]) -> Fact[str]:
    """The architecture that a program's wheels must have.

    A 32-bit ARM header is the same for ARMv6 and ARMv7, so there the kernel decides: pip accepts
    armv7l wheels under every kernel but armv6l. Without a kernel (a mounted card), Debian's and
    Ubuntu's armhf are ARMv7 by definition, and Raspbian runs on both.
    """
    if program.value is None:
        return Fact(None, program.state, program.source, program.detail)
    found = program.value.machine
    if found != "arm":
        return Fact.known(found, program.source)
    if kernel.value is not None:
        return Fact.known(
            "armv6l" if kernel.value == "armv6l" else "armv7l",
            f"{program.source}, kernel machine {kernel.value}",
        )
    if os_id.value in ("debian", "ubuntu"):
        return Fact.known("armv7l", f"{program.source}, {os_id.value} armhf is ARMv7")
    return Fact.unreadable(
        program.source, "32-bit ARM; only the board tells ARMv6 from ARMv7: name it with --board"
    )


def parse_os_release(text: str) -> dict[str, str]:
    """The assignments of an os-release file, unquoted and cleaned (freedesktop os-release(5))."""
    fields = {}
    for line in text.splitlines():
        name, sign, value = line.strip().partition("=")
        if sign and re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
            quoted = re.fullmatch(r"""(["'])(.*)\1""", value.strip())
            if quoted:
                value = re.sub(r"\\(.)", r"\1", quoted.group(2))
            fields[name] = clean(value)
    return fields


def libc_version(host: Host, path: str) -> str | None:
    """The glibc version that the text inside libc.so.6 states."""
    found = host.search(path, GLIBC)
    return found[-1].decode("ascii") if found else None


def glibcxx_level(versions: tuple[bytes, ...]) -> str | None:
    """The newest GLIBCXX version among the symbol versions of a libstdc++."""
    numbered = [tuple(int(part) for part in version.split(b".")) for version in versions]
    return ".".join(str(part) for part in max(numbered)) if numbered else None


def _os_release(host: Host) -> Fact[dict[str, str]]:
    def read(path: str) -> Fact[dict[str, str]]:
        return reading(path, lambda: parse_os_release(read_text(host, path, OS_RELEASE_LIMIT)))

    found = first_known(*(read(path) for path in OS_RELEASE))
    if found.is_known:
        return found
    return first_known(found, reading("distro", lambda: _by_distro(host)))


def _by_distro(host: Host) -> dict[str, str]:
    found = host.distribution()
    fields = {
        "ID": found.id,
        "VERSION_ID": found.version,
        "VERSION_CODENAME": found.codename,
        "PRETTY_NAME": found.name,
    }
    return {name: clean(value) for name, value in fields.items() if value}


def _flavour(host: Host, os_id: Fact[str]) -> Fact[str]:
    """The flavour, by a file that only it has, else by the ID of os-release."""
    systems = load_systems()
    for flavour in systems.flavours:
        for path in flavour.signs:
            if host.exists(path):
                return Fact.known(flavour.id, path)
    return os_id.map(systems.flavour_of_id)


def _elf(host: Host, path: str) -> Elf:
    return read_elf(host, host.real_path(path))


def _libraries(
    host: Host, shell: Fact[Elf], confstr: Fact[str], folders: tuple[str, ...]
) -> Libraries:
    if shell.value is not None and "musl" in shell.value.loader:
        return _musl(host, shell, folders)
    named = confstr.or_else("").split()
    if len(named) == 2 and named[0] == "glibc":
        kind, version = Fact.known("glibc", confstr.source), Fact.known(named[1], confstr.source)
    else:
        libc = _find(host, folders, "libc.so.6")
        version = reading(libc.or_else("libc.so.6"), lambda: libc_version(host, _path(libc)))
        kind = version.map(lambda _: "glibc")
    return Libraries(kind, version, _glibcxx(host, folders))


def _musl(host: Host, shell: Fact[Elf], folders: tuple[str, ...]) -> Libraries:
    return Libraries(
        kind=Fact.known("musl", shell.source),
        version=reading(
            _APK,
            lambda: next((hit.decode("ascii") for hit in host.search(_APK, MUSL)), None),
        ),
        glibcxx=_glibcxx(host, folders),
    )


def _glibcxx(host: Host, folders: tuple[str, ...]) -> Fact[str]:
    library = _find(host, folders, LIBSTDCXX)
    return reading(
        library.or_else(LIBSTDCXX),
        lambda: glibcxx_level(host.search(_path(library), GLIBCXX)),
    )


def searches() -> Iterator[tuple[str, SearchPattern]]:
    """The files that are searched, wherever the machine keeps them."""
    for folder in every_library_folder():
        yield f"{folder}/{LIBSTDCXX}", GLIBCXX
    yield _APK, MUSL
    yield LOADER_CACHE, CACHED
    yield LOADER_CACHE, _other_cached()


def _other_cached() -> SearchPattern:
    """Which of the libraries that packages beside a runtime need the loader knows.

    Verbose, as the script of a capture breaks its lines at spaces.
    """
    names = b" | ".join(re.escape(name.encode("ascii")) for name in load_systems().other_libraries)
    return SearchPattern("loader-cache-other", rb"(?x) (" + names + rb") (?=\0)")


def every_library_folder() -> tuple[str, ...]:
    """Where libraries are looked for, on whatever machine."""
    return (*LIBRARY_FOLDERS, *(f"/lib/{triplet}" for triplet in _TRIPLETS.values()))


def _library_folders(host: Host, program: Elf | None, prefix: str) -> tuple[str, ...]:
    """Where a program's loader looks, as far as that can be told from outside."""
    named = [path for path in (host.environ(LIBRARY_PATH) or "").split(":") if path[:1] == "/"]
    if prefix and host.exists(f"{prefix}/{CONDA_MARK}"):
        named.append(f"{prefix}/lib")
    if program is None:
        return (*named, *every_library_folder())
    triplet = _TRIPLETS.get((program.machine, program.float_abi))
    own = (f"/usr/lib/{triplet}", f"/lib/{triplet}") if triplet else ()
    beside = posixpath.dirname(program.loader)  # elsewhere than the others only on NixOS
    last = (beside,) if beside[:1] == "/" and beside not in _PLAIN_FOLDERS else ()
    return (*named, *own, *_PLAIN_FOLDERS, *last)


def _lacks(host: Host, folders: tuple[str, ...]) -> tuple[str, ...]:
    """The wanted libraries that are neither in the folders nor in the loader's cache.

    Without a cache only the C++ library is missed for certain: what else is not there may have
    been left out of a copy. A host error where that, or an old capture, leaves it open.
    """
    here = any(host.exists(f"{folder}/{LIBSTDCXX}") for folder in folders)
    try:
        left = [name for name in WANTED if name != LIBSTDCXX and not _is_in(host, folders, name)]
        if left or not here:
            cached = {found.decode("ascii") for found in host.search(LOADER_CACHE, CACHED)}
            missed = [*left, *(() if here else (LIBSTDCXX,))]
            left = [name for name in missed if name not in cached]
    except HostError as error:
        if here:
            raise UnreadableError(error.path, error.reason) from error
        left = [LIBSTDCXX]
    return tuple(left)


def _lacks_other(host: Host, folders: tuple[str, ...]) -> tuple[str, ...]:
    """The other libraries that are neither in the loader's cache nor in the folders; a host error
    where there is no cache, as on musl, or an old capture leaves it open."""
    cached = {found.decode("ascii") for found in host.search(LOADER_CACHE, _other_cached())}
    names = (name for name in load_systems().other_libraries if name not in cached)
    return tuple(name for name in names if not _is_in(host, folders, name))


def _is_in(host: Host, folders: tuple[str, ...], name: str) -> bool:
    for folder in folders:
        with suppress(MissingError):
            host.read_bytes(f"{folder}/{name}", 4)
            return True
    return False


def _find(host: Host, folders: tuple[str, ...], name: str) -> Fact[str]:
    def look() -> str:
        for folder in folders:
            if host.exists(f"{folder}/{name}"):
                return host.real_path(f"{folder}/{name}")
        raise MissingError(name, f"not in {', '.join(folders[:3])}")

    return reading(name, look)


def _path(fact: Fact[str]) -> str:
    if fact.value is None:
        raise MissingError(fact.source, fact.detail)
    return fact.value
