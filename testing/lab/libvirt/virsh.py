# SPDX-License-Identifier: GPL-2.0-or-later
"""libvirt as this part needs it, through virsh(1): a connection, and what it answers."""

import os
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from urllib.parse import urlsplit

from lab.errors import UnresolvedError, UsageError

SESSION, SYSTEM = "qemu:///session", "qemu:///system"
_LIMIT = 60.0  # seconds for virsh to answer; it starts the session's daemon if need be
_HINT = "'make deps-libvirt' installs what it takes"
_START = "package libvirt-daemon-system has its daemon ('systemctl start libvirtd'); an ordinary user needs none"


@dataclass(frozen=True)
class Connection:
    """A libvirt of this machine's, by its URI."""

    uri: str

    @property
    def is_system(self) -> bool:
        """Whether it is the machine's, with networks, and not a user's own."""
        return urlsplit(self.uri).path == "/system"

    def ask(self, *words: str, stdin: str | None = None) -> str:
        """What virsh prints for a command. UnresolvedError with what it complains of, or if it is not there or late."""
        done = self.attempt(*words, stdin=stdin)
        if done.returncode:
            raise UnresolvedError(f"virsh -c {self.uri} {words[0]}: {complaint(done.stderr)}")
        return done.stdout

    def attempt(self, *words: str, stdin: str | None = None) -> subprocess.CompletedProcess:
        """Run virsh; its status may be anything. UnresolvedError if it is not there or late."""
        try:
            return subprocess.run(self.words(*words), input=stdin or "", capture_output=True, text=True, timeout=_LIMIT,
                                  env=environment(), check=False)
        except FileNotFoundError:
            raise UnresolvedError(f"virsh: no such command; {_HINT}") from None
        except subprocess.TimeoutExpired:
            raise UnresolvedError(f"virsh -c {self.uri} {words[0]}: no answer within {_LIMIT:g} s") from None

    def words(self, *words: str) -> list[str]:
        """The words of a virsh command."""
        return ["virsh", "-q", "-c", self.uri, *words]

    def names(self, kind: str = "domain") -> list[str]:
        """The names of all domains, or of all of kind "network"; those that are up and those that are not."""
        words = ("list", "--all", "--name") if kind == "domain" else ("net-list", "--all", "--name")
        return self.ask(*words).split()

    def running(self) -> list[str]:
        """The names of the domains that are up."""
        return self.ask("list", "--name").split()

    def described(self, names: list[str], kind: str = "domain", live: bool = False) -> dict[str, ET.Element]:
        """Domains or networks by name, as they are defined, or as they are just now. UnresolvedError if one is not there."""
        command = "dumpxml" if kind == "domain" else "net-dumpxml"
        line = "; ".join(f"{command} {quoted(name)}{'' if live else ' --inactive'}" for name in names)
        found = {one.findtext("name"): one for one in ET.fromstring(f"<all>{self.ask(line) if names else ''}</all>")}
        if gone := [name for name in names if name not in found]:
            raise UnresolvedError(f"{self.uri} no longer has {kind} {', '.join(gone)}")
        return found


def connect(uri: str = "") -> Connection:
    """A connection that works, by its URI, or else LIBVIRT_DEFAULT_URI, or the user's session, which for root is the system's.

    UsageError for one that is not QEMU on this machine; UnresolvedError with libvirt's own words if there is none.
    """
    uri = uri or os.environ.get("LIBVIRT_DEFAULT_URI") or (SESSION if os.geteuid() else SYSTEM)
    parts = urlsplit(uri)
    if parts.scheme.partition("+")[0] != "qemu" or parts.netloc or parts.path not in ("/session", "/system"):
        raise UsageError(f"{uri}: the hosts need QEMU on this machine: qemu:///session or qemu:///system")
    connection = Connection(uri)
    if not connection.is_system and not os.geteuid():
        raise UsageError(f"{uri}: libvirt has no session for root; use {SYSTEM}, or be an ordinary user")
    done = connection.attempt("uri")
    if done.returncode:
        raise UnresolvedError(f"{uri}: no connection: {complaint(done.stderr)}; {_START if connection.is_system else _HINT}")
    return connection


def quoted(word: object) -> str:
    """As virsh takes it in a line of several commands."""
    return "'" + str(word).replace("'", "'\\''") + "'"


def environment() -> dict[str, str]:
    """The environment of virsh: libvirt's messages are looked at, so they come in one language."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


def complaint(text: str) -> str:
    """What virsh says on standard error, in one line."""
    lines = [line.removeprefix("error: ").strip() for line in text.splitlines()]
    return "; ".join(line for line in lines if line) or "it does not say why"
