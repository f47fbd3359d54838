"""A board that is reached by SSH: a root in a network namespace of its own, with sshd in it."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from .roots import Root

# sshd gives a session none of its own environment: the core is named in its settings.
_SETTINGS = """
HostKey /etc/ssh/test_host_key
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
Subsystem sftp internal-sftp
SetEnv QEMU_CPU={cpu}
"""
_START_S = 60


@dataclass
class Board:
    """One board: sshd in its root, a cable to this machine, and no way to any other network."""

    name: str  # at most 11 characters, the kernel's names of interfaces are short
    root: Root
    number: int  # chooses its network, 198.18.NUMBER.0/30, of the block for tests (RFC 2544)
    folder: Path  # of this machine, for keys and the log
    cpu: str = "cortex-a72"
    _sshd: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def address(self) -> str:
        return f"198.18.{self.number}.2"

    def start(self) -> None:
        """Plug it in and wait until sshd answers."""
        self.stop()  # what a run that was killed left
        self._plug()
        self._settle()
        log = self.folder / f"{self.name}.log"
        self._sshd = self.root.start(["/usr/sbin/sshd", "-D", "-e"], self.name, log)
        for _ in range(_START_S):
            if self.asked("true").returncode:
                assert self._sshd.poll() is None, log.read_text()
                time.sleep(1)
            else:
                return
        raise AssertionError(f"{self.name}: sshd does not answer\n{log.read_text()}")

    def variables(self) -> dict[str, str]:
        """Those of Ansible's inventory."""
        return {
            "ansible_host": self.address,
            "ansible_user": "root",
            "ansible_python_interpreter": "/usr/bin/python3",
            "ansible_ssh_common_args": f"'{' '.join(self._options())}'",
        }

    def asked(self, command: str) -> subprocess.CompletedProcess[str]:
        """What a command on it prints, by SSH."""
        return subprocess.run(
            [*self._ssh(), command], capture_output=True, text=True, check=False, timeout=120
        )

    def stop(self) -> None:
        """End sshd and all its children, and remove the network."""
        if self._sshd is not None:
            self._sshd.kill()
            self._sshd.wait()
        for words in (("link", "del", f"{self.name}-h"), ("netns", "del", self.name)):
            subprocess.run(["ip", *words], capture_output=True, check=False)

    def _plug(self) -> None:
        here, there = f"{self.name}-h", f"{self.name}-b"
        for words in (
            f"netns add {self.name}",
            f"link add {here} type veth peer name {there} netns {self.name}",
            f"addr add 198.18.{self.number}.1/30 dev {here}",
            f"link set {here} up",
            f"-n {self.name} link set lo up",
            f"-n {self.name} addr add {self.address}/30 dev {there}",
            f"-n {self.name} link set {there} up",
        ):
            subprocess.run(["ip", *words.split()], check=True)

    def _settle(self) -> None:
        """Keys, the user and the folders that Debian's maintainer script would have made."""
        for name in ("host", "user"):
            path = self.folder / f"{self.name}-{name}"
            keygen = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
            subprocess.run(keygen, check=True)
        public = (self.folder / f"{self.name}-host.pub").read_text()
        (self.folder / f"{self.name}-known").write_text(f"{self.address} {public}")
        user = "sshd:x:112:65534::/run/sshd:/usr/sbin/nologin"
        script = (
            'cd "$1"; mkdir -p run/sshd root/.ssh; chmod 755 run/sshd\n'
            f"grep -q ^sshd: etc/passwd || echo {user} >>etc/passwd\n"
            'cp "$2-host" etc/ssh/test_host_key; chmod 600 etc/ssh/test_host_key\n'
            'cp "$2-user.pub" root/.ssh/authorized_keys'
        )
        words = [str(self.root.path), str(self.folder / self.name)]
        done = self.root.on_host(["sh", "-euc", script, "sh", *words])
        assert done.returncode == 0, done.stderr
        self.root.write("/etc/ssh/sshd_config", _SETTINGS.format(cpu=self.cpu))

    def _options(self) -> list[str]:
        known = self.folder / f"{self.name}-known"
        return [
            *("-F", "/dev/null", "-i", str(self.folder / f"{self.name}-user")),
            *("-o", f"UserKnownHostsFile={known}", "-o", "BatchMode=yes"),
            # A board whose emulator hangs is let go of after two minutes.
            *("-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=8"),
        ]

    def _ssh(self) -> list[str]:
        return ["ssh", *self._options(), "-o", "ConnectTimeout=10", f"root@{self.address}"]
