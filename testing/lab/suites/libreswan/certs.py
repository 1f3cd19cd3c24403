# SPDX-License-Identifier: GPL-2.0-or-later
"""What the tree's own scripts make for its tests: X.509 certificates (testing/x509) and signed zones.

It is made in a private copy, or on a host where the script wants programs at their places there, as of shortly before the
clock of a guest in virtual time begins: certificates hold for a year and lists of revoked ones for two weeks. It is cached by
the hash of what it is made from.
"""

import hashlib
import io
import re
import shlex
import shutil
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab import debs, once
from lab.errors import LabError, UnresolvedError
from lab.guests import uml
from lab.place import HostSpec
from lab.suites import Suite, alone, layer
from lab.suites.libreswan import programs
from lab.testcase import TestCase

_FORMAT = 1  # of what is kept; another number makes it anew
_KEPT = 3  # folders of each kind
_EARLIER = 3600  # seconds before a guest's clock begins
_WORDS = 4  # lines of a failed script that are shown
_YEAR, _ZONE_TIME, _FAKETIME = 365 * 86400, "%Y%m%d%H%M%S", "@%Y-%m-%d %H:%M:%S"
_MAKER = "maker"  # the host
_BEAT = 20.0  # seconds between words about how it goes on

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Kind:
    """Something that a script of the tree makes.

    source: the folder of testing that is copied, into which the script writes; command: what is run there; proof: a file
    that is there when it went well; needed: tells from a line of a test's files that the test needs it; inside: it is run on
    a host with the layers of the tests' hosts, and this folder is what it makes.
    """

    name: str
    what: str
    source: str
    command: tuple[str, ...]
    proof: str
    packages: tuple[str, ...]
    needed: re.Pattern
    seconds: float
    inside: str = ""


X509 = Kind("x509", "certificates", "x509", ("/usr/bin/python3", "./dist_certs.py"), "selfsigned/road-selfsigned.p12",
            ("faketime", "openssl", "python3-openssl", "python3-pexpect"),
            re.compile(r"x509|\.p12\b|--certchain|\.crl\b|\.crt\b"), 1200)
ZONES = Kind("zones", "signed zones", "baseconfigs/all/etc/bind", ("/bin/bash", "./generate-dnssec.sh"), "dsset/dsset.all",
             ("bind9-dnsutils", "bind9-utils"), re.compile(r"start-dns|--dnssec|--nsd|dnssec-"), 300)
PKI = Kind("pki", "certificates of strongSwan's pki", "x509", ("/bin/sh", "./strongswan-ec-gen.sh"),
           "strongswan/strongWest.p12", (), re.compile(r"x509/strongswan/"), 60, "strongswan")
KINDS = (X509, ZONES, PKI)


def needed(folder: Path) -> list[Kind]:
    """Which of these a test needs, as its scripts and configuration files tell."""
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for pattern in ("*.sh", "*.conf", "*.secrets")
                     for path in sorted(folder.glob(pattern)) if path.is_file())
    return [kind for kind in KINDS if kind.needed.search(text)]


def provide(suite: Suite, cases: list[TestCase], progress: Progress) -> None:
    """Make what these tests need. What cannot be made is said, and the tests that do not need it run."""
    for kind in KINDS:
        if any(kind in needed(case.folder) for case in cases):
            try:
                ensure(suite, kind, progress)
            except (LabError, OSError) as error:
                progress(f"{kind.what} of {suite.tree}: {error}")


def folder(tree: Path, kind: Kind) -> Path:
    """Where they are, or will be, to be laid over the tree's testing folder."""
    state = hashlib.sha256(f"{_FORMAT} {kind.name} {kind.command} {uml.BEGIN}".encode())
    top = tree / "testing" / kind.source
    for path in sorted(path for path in top.rglob("*") if path.is_file()):
        found = path.stat()
        state.update(f"{path.relative_to(top)} {found.st_mode & 0o111} {found.st_size}\n".encode() + path.read_bytes())
    return programs.home() / f"{kind.name}-{state.hexdigest()[:12]}"


def trouble(tree: Path, kind: Kind) -> str:
    """Why they are not there, as far as is known."""
    try:
        return _notes(folder(tree, kind)).read_text(encoding="utf-8")
    except OSError:
        return "they were not asked for before"


def ensure(suite: Suite, kind: Kind, progress: Progress) -> Path:
    """The folder, made if need be. UnresolvedError with the last words of the script if it fails or takes too long."""
    final = folder(suite.tree, kind)
    make = _make_inside if kind.inside else _make
    try:
        made = once.kept(final, _KEPT, lambda draft: make(suite, kind, draft, progress),
                         lambda: progress(f"{kind.what}: another run makes them; waiting"))
    except LabError as error:
        once.replace(_notes(final), str(error))
        raise
    _notes(final).unlink(missing_ok=True)
    return made


def _notes(final: Path) -> Path:
    return final.with_name(f"{final.name}.trouble")


def _make_inside(suite: Suite, kind: Kind, draft: Path, progress: Progress) -> None:
    """Run the script on a host without a network."""
    spec = HostSpec(_MAKER, f"/testing/{kind.source}", {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", "TZ": "UTC",
        "LD_PRELOAD": f"/{programs.FAKETIME}/libfaketime.so.1", "FAKETIME": _said(_FAKETIME, 0)})
    spec.lowers = [str(path) for path in programs.layers(suite, progress)]
    spec.trees = [str(path) for path in layer.load(suite.kind).trees(_MAKER)]
    spec.binds = {"/testing": str(suite.tree / "testing")}
    with alone.host(spec) as place:
        status, said, errors = place.run(_MAKER, list(kind.command), limit=kind.seconds)
        packed = place.run(_MAKER, ["tar", "--create", "--ignore-failed-read", kind.inside])[1]
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(draft / kind.source)
    _check(suite.tree, kind, draft, status, (said + errors).decode(errors="replace"))


def _make(suite: Suite, kind: Kind, draft: Path, progress: Progress) -> None:
    tree = suite.tree
    tools = debs.fetch(kind.packages, programs.home() / f"{kind.name}-tools", progress)
    target = draft / kind.source
    shutil.copytree(tree / "testing" / kind.source, target, symlinks=True)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | 0o200)  # the tree may be read only
    progress(f"{kind.what}: {Path(kind.command[1]).name} of the tree makes them, which takes minutes, once")
    with tempfile.TemporaryDirectory() as home:
        _signer(tools, Path(home))
        status, said = _run(kind, target, _environment(kind, tools, home), Path(home) / "log", progress)
    _check(tree, kind, draft, status, said)


def _check(tree: Path, kind: Kind, draft: Path, status: int, said: str) -> None:
    """UnresolvedError with the script's last words if it has not made what it should."""
    if status or not (draft / kind.source / kind.proof).exists():
        last = " / ".join(said.strip().splitlines()[-_WORDS:]) or "no word"
        raise UnresolvedError(f"{tree / 'testing' / kind.source}: {' '.join(kind.command)}: exit status {status}: {last}")


def _run(kind: Kind, folder: Path, environment: dict[str, str], log: Path, progress: Progress) -> tuple[int, str]:
    """Run the script in a folder; its exit status, and what it said."""
    with open(log, "wb") as output:
        process = subprocess.Popen(kind.command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=output)
        try:
            _wait(process, kind, progress)
        finally:
            process.kill()
            process.wait()
    return process.returncode, log.read_text(encoding="utf-8", errors="replace")


def _wait(process: subprocess.Popen, kind: Kind, progress: Progress) -> None:
    began = time.monotonic()
    while (spent := time.monotonic() - began) < kind.seconds:
        try:
            process.wait(min(_BEAT, kind.seconds - spent))
            return
        except subprocess.TimeoutExpired:
            progress(f"{kind.what}: {time.monotonic() - began:.0f} s")
    raise UnresolvedError(f"{' '.join(kind.command)}: not done after {kind.seconds:g} s")


def _environment(kind: Kind, tools: Path, home: str) -> dict[str, str]:
    """Programs and modules of a tree of packages before the machine's."""
    library = programs.library(tools)
    folders = ("/usr/sbin", "/usr/bin", "/sbin", "/bin")
    found = {"PATH": ":".join([home, *(f"{top}{folder}" for top in (tools, "") for folder in folders)]),
             "HOME": home, "LC_ALL": "C.UTF-8", "TZ": "UTC", "LD_LIBRARY_PATH": str(library), "PYTHONDONTWRITEBYTECODE": "1",
             "PYTHONPATH": str(tools / "usr/lib/python3/dist-packages"), "OPENSSL_CONF": str(_openssl_conf(tools))}
    return {**found, **_clock(library)} if "faketime" in kind.packages else found


def _openssl_conf(tools: Path) -> Path:
    own = tools / "etc/ssl/openssl.cnf"
    return own if own.exists() else Path("/etc/ssl/openssl.cnf")


def _clock(library: Path) -> dict[str, str]:
    """A clock that is to be a guest's soon."""
    name = "faketime/libfaketime.so.1"
    found = sorted(library.glob(name)) or sorted(Path("/usr/lib").glob(f"*-linux-gnu/{name}"))
    if not found:
        raise UnresolvedError(f"package faketime holds no {name}")
    return {"LD_PRELOAD": str(found[0]), "FAKETIME": _said(_FAKETIME, 0)}


def _signer(tools: Path, home: Path) -> None:
    """The program that signs zones, told from when on they hold: BIND's programs do not run with another clock."""
    own = tools / "usr/bin/dnssec-signzone"
    if own.exists():
        shim = home / own.name
        words = ["exec", str(own), "-s", _said(_ZONE_TIME, 0), "-e", _said(_ZONE_TIME, _YEAR)]
        shim.write_text(f'#!/bin/sh\n{shlex.join(words)} "$@"\n', encoding="utf-8")
        shim.chmod(0o755)


def _said(form: str, later: int) -> str:
    return time.strftime(form, time.gmtime(uml.BEGIN / 1e9 - _EARLIER + later))
