"""Prints a capture of a machine whose Python is too old for pidoctor.

``pidoctor capture --script`` prints this file, whole as it is: it runs on Python 3.5 and later with
nothing but the standard library. :mod:`pidoctor.host.capture_format` describes its output. What it
looks at is a table, :data:`QUESTIONS`, that pidoctor writes into it. Passwords in addresses, the
user's name and home, and serial numbers are left out.
"""

import base64
import contextlib
import json
import os
import re
import stat
import sys
import time

MYPY = False
if MYPY:  # for the types in comments: Python 3.5 has no others for variables
    from typing import Any, Callable  # noqa: F401

SCHEMA = "pidoctor-capture/1"
QUESTIONS = {}  # type: dict[str, Any] # written by pidoctor.probe.capture_questions
OLDEST = (3, 5)
FIRST_USER_ID = 1000  # smaller numbers are the system's users and groups
READ_LIMIT = 1 << 20
SEARCH_LIMIT = 64 << 20
HEAD = 1024  # bytes of a program: its header, and nearly always the path of its loader
MOST_NAMES = 20000
MOST_DISTRIBUTIONS = 2000
_NAMED = re.compile(r"[^-]+-[^-]+(?:-py\d[^-]*)?\.(?:dist|egg)-info")


# --- what is kept of a file ----------------------------------------------------------------------


def system_groups(groups):
    # type: (str) -> str
    """/etc/group without members and without the users' own groups."""
    kept = []
    for line in groups.splitlines():
        fields = line.split(":")
        if len(fields) == 4 and fields[2].isdigit() and int(fields[2]) < FIRST_USER_ID:
            kept.append(":".join(fields[:3]) + ":")
    return "\n".join(kept) + "\n"


def mount_points(mounts):
    # type: (str) -> str
    """/proc/self/mounts without devices and options: network mounts name servers and users."""
    lines = (line.split() for line in mounts.splitlines())
    return "".join("- %s %s - 0 0\n" % (f[1], f[2]) for f in lines if len(f) > 2)  # noqa: UP031


def index_settings(configuration):
    # type: (str) -> str
    """A pip configuration with nothing but sections and the settings that name sources."""
    kept, keeping = [], False
    for line in configuration.splitlines():
        if line[:1].isspace():
            if keeping:
                kept.append(line)
            continue
        name = re.split(r"[=:]", line, maxsplit=1)[0].strip().lower().replace("_", "-")
        keeping = name in ("index-url", "extra-index-url", "find-links", "no-index")
        if keeping or line.startswith("["):
            kept.append(line)
    return "\n".join(kept) + "\n"


def the_user(status):
    # type: (str) -> str
    """Of /proc/self/status who runs it, as root or not."""
    return "".join(line + "\n" for line in status.splitlines() if line.startswith("Uid:"))


def without_serial(cpuinfo):
    # type: (str) -> str
    return re.sub(r"(?m)^(Serial[ \t]*:[ \t]*).*$", r"\1***", cpuinfo)


def headers(metadata):
    # type: (str) -> str
    """The fields of a distribution's metadata that say what it is and what it needs."""
    fields = metadata.split("\n\n", 1)[0].splitlines()
    wanted = ("name:", "version:", "requires-dist:", "requires-python:")
    return "".join(line + "\n" for line in fields if line.lower().startswith(wanted))


FILTERS = {
    "/proc/self/mounts": mount_points,
    "/proc/self/status": the_user,
    "/proc/cpuinfo": without_serial,
    "/etc/group": system_groups,
    "/pip.conf": index_settings,
    "/METADATA": headers,
    "/PKG-INFO": headers,
}


class Mask(object):  # noqa: UP004 - Python 2 gets far enough to say that it is too old
    """Cuts out of a text what names its user or opens a door."""

    def __init__(self, home):
        # type: (str) -> None
        self._home = home.rstrip("/")
        name = self._home.rsplit("/", 1)[-1]
        self._name = None  # type: re.Pattern[str] | None
        if len(name) > 2 and name not in ("root", "home"):
            self._name = re.compile(r"(?<![\w.-])" + re.escape(name) + r"(?![\w-])")

    def __call__(self, text):
        # type: (str) -> str
        text = text.encode("utf-8", "replace").decode("utf-8")
        if self._home:
            text = re.sub(re.escape(self._home) + r"(?=[/\s\"':]|$)", "~", text)
        text = re.sub(r"(\w://)[^/@\s\"']*@", r"\1", text)
        text = re.sub(r"(?i)\b(token|password|passwd|secret|key)=[^&\s\"']+", r"\1=[removed]", text)
        return self._name.sub("[user]", text) if self._name else text


# --- looking -------------------------------------------------------------------------------------


class Looker(object):  # noqa: UP004
    """Looks at the machine and keeps what it saw; ``data`` is the capture."""

    def __init__(self, home):
        # type: (str) -> None
        self.clean = Mask(home)
        self._home = home
        lists = ("present", "missing", "mine", "searches", "commands")
        tables = ("files", "folders", "real_paths", "unreadable", "environment", "disks")
        self._lists = {name: [] for name in lists}  # type: dict[str, list[Any]]
        self._tables = {name: {} for name in tables}  # type: dict[str, dict[str, Any]]

    @property
    def data(self):
        # type: () -> dict[str, Any]
        found = dict(self._tables)  # type: dict[str, Any]
        for name, items in self._lists.items():
            plain = name in ("present", "missing", "mine")
            found[name] = sorted(set(items)) if plain else items
        return found

    def path(self, path):
        # type: (str) -> str
        return self._home + path[1:] if path.startswith("~") else path

    def exists(self, path):
        # type: (str) -> bool
        there = os.path.exists(self.path(path))
        self._lists["present" if there else "missing"].append(self.clean(path))
        return there

    def real_path(self, path):
        # type: (str) -> str
        real = os.path.realpath(self.path(path))
        if real != path:
            self._tables["real_paths"][self.clean(path)] = self.clean(real)
        return real

    def file(self, path):
        # type: (str) -> str | None
        """Keep a text file, or what its filter leaves of it."""
        content = self._asked(path, lambda: _read(self.path(path), READ_LIMIT))
        if content is None:
            return None
        text = content.decode("utf-8", "replace")
        keep = FILTERS.get(path) or FILTERS.get(path[path.rfind("/") :])
        text = self.clean(keep(text) if keep else text)
        self._tables["files"].setdefault(self.clean(path), {})["text"] = text
        return text

    def program(self, path):
        # type: (str) -> None
        """Keep the header of a program, and when it was last changed."""
        real = self.real_path(path)
        head = self._asked(real, lambda: _read(real, HEAD))
        if head is None:
            return
        if b"/ld-" not in head:  # patchelf moves the loader's path to the end
            head = _read(real, READ_LIMIT)
        entry = self._tables["files"].setdefault(self.clean(real), {})
        entry["base64"] = base64.b64encode(head).decode("ascii")
        entry["modified"] = os.stat(real).st_mtime

    def sign(self, path):
        # type: (str) -> None
        """Keep the first bytes of a file: that it is there."""
        head = self._asked(path, lambda: _read(path, 4))
        if head is not None:
            entry = self._tables["files"].setdefault(self.clean(path), {})
            entry.setdefault("base64", base64.b64encode(head).decode("ascii"))

    def folder(self, path):
        # type: (str) -> list[str]
        listed = self._asked(path, lambda: sorted(os.listdir(self.path(path)))[:MOST_NAMES])
        names = listed or []  # type: list[str]
        if listed is None:
            return names
        self._tables["folders"][self.clean(path)] = [self.clean(name) for name in names]
        return names

    def search(self, path, name, expression):
        # type: (str, str, str) -> None
        real = self.real_path(path)
        content = self._asked(real, lambda: _read(real, SEARCH_LIMIT))
        if content is not None:
            hits = set(re.findall(expression.encode("latin-1"), content))
            found = sorted(hit.decode("utf-8", "replace") for hit in hits)
            for place in sorted({path, real}):
                entry = {"path": self.clean(place), "pattern": name, "found": found}
                if entry not in self._lists["searches"]:
                    self._lists["searches"].append(entry)

    def disk(self, path):
        # type: (str) -> None
        use = self._asked(path, lambda: os.statvfs(path))
        if use is not None:
            self._tables["disks"][self.clean(path)] = {
                "total": use.f_blocks * use.f_frsize,
                "free": use.f_bavail * use.f_frsize,
                "read_only": bool(use.f_flag & os.ST_RDONLY),
            }

    def variable(self, name):
        # type: (str) -> str | None
        value = os.environ.get(name)
        self._tables["environment"][name] = None if value is None else self.clean(value)
        return value

    def answered(self, python, tag, text):
        # type: (str, str, str) -> None
        """What ``python`` says when pidoctor's questions are sent to it."""
        argv = [self.clean(python), "-I", "-", tag]
        entry = {"argv": argv, "returncode": 0}  # type: dict[str, Any]
        entry.update(stdout=self.clean(text), stderr="", timed_out=False)
        self._lists["commands"].append(entry)

    def mine(self, path):
        # type: (str) -> None
        if os.stat(path).st_uid == os.geteuid():
            self._lists["mine"].append(self.clean(path))

    def _asked(self, path, question):
        # type: (str, Callable[[], Any]) -> Any
        try:
            return question()
        except (OSError, IOError) as error:  # noqa: UP024
            if isinstance(error, (FileNotFoundError, NotADirectoryError)):
                self._lists["missing"].append(self.clean(path))
            else:
                self._tables["unreadable"][self.clean(path)] = error.strerror or "cannot be read"
            return None


def _read(path, limit):
    # type: (str, int) -> bytes
    with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(0, "is not a file")
        return file.read(limit)


# --- the questions -------------------------------------------------------------------------------


def capture():
    # type: () -> dict[str, Any]
    """The capture of this machine."""
    look = Looker(os.path.expanduser("~"))
    for path in QUESTIONS["files"]:
        look.file(path)
    for path in QUESTIONS["present"]:
        look.exists(path)
    for path in QUESTIONS["folders"]:
        look.folder(path)
    for folder, parts in QUESTIONS["devices"].items():
        for name in look.folder(folder):
            for part in parts:
                look.file("%s/%s/%s" % (folder, name, part))  # noqa: UP031
    for name in QUESTIONS["environment"]:
        look.variable(name)
    for path, name, expression in QUESTIONS["searches"]:
        if look.exists(path):
            look.search(path, name, expression)
    _look_at_libraries(look)
    for path in QUESTIONS["programs"]:
        if look.exists(path):
            look.program(path)
    python = _interpreter()
    _look_at_python(look, python)
    _look_at_places(look, python)
    system = os.uname()
    found = look.data
    found.update(
        schema=SCHEMA,
        made_by=QUESTIONS["made_by"],
        origin="this machine",
        complete=False,
        can_run=True,
        home="~",
        uname={"system": system.sysname, "release": system.release, "machine": system.machine},
        page_size=os.sysconf("SC_PAGE_SIZE"),
        now=time.time(),
        group_ids=sorted({os.getgid()}.union(os.getgroups())),
        interpreter=look.clean(python),
    )
    with contextlib.suppress(OSError):  # it may no longer exist
        found["working_folder"] = look.clean(os.getcwd())
    return found


def _look_at_libraries(look):
    # type: (Looker) -> None
    """Which of the shared libraries that wheels need are where a loader looks."""
    named = (os.environ.get("LD_LIBRARY_PATH") or "").split(":")
    folders = [path for path in named if path[:1] == "/"] + QUESTIONS["libraries"]["folders"]
    for folder in folders:
        for name in QUESTIONS["libraries"]["names"]:
            look.sign(folder + "/" + name)


def _interpreter():
    # type: () -> str
    """The interpreter that runs this or, in a virtual environment, the one behind it."""
    if sys.prefix == sys.base_prefix:
        return sys.executable
    version = "python%d.%d" % sys.version_info[:2]  # noqa: UP031
    base = getattr(sys, "_base_executable", "")
    if base and base != sys.executable and os.path.exists(base):
        return base
    return os.path.join(sys.base_prefix, "bin", version)


def _look_at_python(look, python):
    # type: (Looker, str) -> None
    """The interpreter, what it says of itself, and what is installed for it."""
    payload = {"__name__": "payload"}  # type: dict[str, Any]
    exec(QUESTIONS["payload"], payload)  # noqa: S102 - pidoctor's own file, written in above
    facts = payload["facts"](sys.base_prefix)
    for path in sorted({python, os.path.realpath(python)}):
        look.exists(path)
        look.program(path)
        answer = payload["TAG"] + " " + json.dumps(facts) + "\n"
        look.answered(path, payload["TAG"], answer)
    library = facts["stdlib"]
    for part in ("venv/__init__.py", "ensurepip/__init__.py", "EXTERNALLY-MANAGED"):
        look.exists(library + "/" + part)
    look.folder(library + "/ensurepip/_bundled")
    look.file(sys.base_prefix + "/pip.conf")
    _look_at_packages(look, sys.base_prefix)
    _look_at_packages(look, "~/.local")


def _look_at_packages(look, prefix):
    # type: (Looker, str) -> None
    version = "python%d.%d" % sys.version_info[:2]  # noqa: UP031
    for pattern in QUESTIONS["site_folders"]:
        folder = pattern.format(prefix=prefix, python=version)
        if not look.exists(folder):
            continue
        names = [name for name in look.folder(folder) if _NAMED.match(name)]
        for name in names[:MOST_DISTRIBUTIONS]:
            entry = folder + "/" + name
            if not os.path.isdir(look.path(entry)):
                look.file(entry)
                continue
            inside = look.folder(entry)
            for part in ("METADATA", "PKG-INFO", "INSTALLER", "WHEEL", "direct_url.json"):
                if part in inside:
                    look.file(entry + "/" + part)
        look.file(folder + "/pip/__init__.py")


def _look_at_places(look, python):
    # type: (Looker, str) -> None
    """Where an installation would go and unpack; and the environment that is used here."""
    active = look.variable("VIRTUAL_ENV")
    candidates = [active] if active else []
    try:
        here = os.getcwd()
    except OSError:
        here = "/"
    look.disk(here)
    while here != "/":
        candidates.append(here + "/.venv")
        look.exists(here)
        here = os.path.dirname(here)
    for temp in [os.environ.get("TMPDIR"), "/tmp", "/var/tmp", "/usr/tmp"]:  # noqa: S108
        if temp and look.exists(temp):
            look.real_path(temp)
            look.disk(temp)
    for folder in candidates:
        if os.path.realpath(folder + "/bin/python") == os.path.realpath(python):
            _look_at_environment(look, folder)


def _look_at_environment(look, folder):
    # type: (Looker, str) -> None
    look.exists(folder)
    look.disk(folder)
    look.mine(folder)
    look.exists(folder + "/pyvenv.cfg")
    look.file(folder + "/pyvenv.cfg")
    look.file(folder + "/pip.conf")
    look.exists(folder + "/bin/python")
    look.program(folder + "/bin/python")
    _look_at_packages(look, folder)


def main():
    # type: () -> int
    if sys.version_info < OLDEST:
        version = "{}.{}".format(*sys.version_info[:2])
        sys.stderr.write("this needs Python 3.5 or newer, and this is Python %s: " % version)  # noqa: UP031
        sys.stderr.write("start it with python3\n")
        return 2
    sys.stdout.write(json.dumps(capture(), indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
