# SPDX-License-Identifier: GPL-2.0-or-later
"""What is laid over each host for a test: the base configuration, the peer, certificates and the test's own files."""

from collections.abc import Callable, Iterable
from pathlib import Path

from lab import paths, peers, stack, wireshark, x509
from lab.attempt import SANITIZER_LOGS
from lab.errors import UsageError
from lab.place import HostSpec
from lab.place.frames import pack
from lab.testcase import TestCase

_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root", "USER": "root", "LOGNAME": "root", "SHELL": "/bin/bash", "TERM": "dumb", "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PLUTO_KEYLOG": wireshark.KEYLOG,
}
OWN_COMMAND = "usr/sbin/ipsec"  # a peer that has one needs it: Cygnet's would be in its place
_SECRET = ("etc/ipsec.secrets", "etc/ipsec.d/private/*")
_SANITIZERS = {  # a report is found in a file of its own, also when it is written as the process ends
    name: f"log_path={SANITIZER_LOGS}/report" for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")
}


def build(case: TestCase, progress: Callable[[str], None]) -> list[HostSpec]:
    """The hosts of a test. Fetches peers and makes certificates where they are not cached yet."""
    certificates = x509.ensure(case.x509) if case.x509 else None
    return [_host(case, name, certificates, progress) for name in case.hosts]


def _host(case: TestCase, name: str, certificates: Path | None, progress: Callable[[str], None]) -> HostSpec:
    inside = f"/testing/{case.name}"
    spec = HostSpec(name, inside, {**_ENVIRONMENT, **_SANITIZERS})
    spec.binds["/testing"] = str(paths.TESTING)
    spec.files += [_file("/etc/hostname", f"{name}\n"), _file("/etc/hosts", _hosts_file(case)),
                   _file(f"{SANITIZER_LOGS}/.keep", "")]
    peer = peers.load(case.peers[name]) if name in case.peers else None
    layers = [peer.tree(progress)] if peer else []
    if stack.is_own(case.stacks) and not any((layer / OWN_COMMAND).exists() for layer in layers):
        layers.append(stack.tree())
    spec.lowers += map(str, layers)
    roots = [paths.TESTING / "baseconfigs" / "all", paths.TESTING / "baseconfigs" / name,
             *(peer.roots if peer else []), case.folder / name]
    spec.trees += [str(root) for root in roots if root.is_dir()]
    spec.files += _secrets(map(Path, spec.trees))
    if certificates:
        spec.files += _certificates(case, name, peer, certificates)
    spec.files += _configuration(case, name, peer)
    return spec


def _file(path: str, data: str | bytes, mode: int = 0o644) -> dict:
    return {"path": path, "data": pack(data.encode() if isinstance(data, str) else data), "mode": mode}


def _hosts_file(case: TestCase) -> str:
    lines = ["127.0.0.1 localhost", "::1 localhost"]
    for host in case.network.hosts.values():
        lines += [f"{address.ip} {host.name}" for interface in host.interfaces.values() for address in interface.addresses]
    return "\n".join(lines) + "\n"


def _configuration(case: TestCase, name: str, peer: peers.Peer | None) -> list[dict]:
    """The test's files HOST.SUFFIX, where the host's peer wants them."""
    files = []
    for suffix, path in case.host_files(name).items():
        target = peer.file_for(path.name, name) if peer else None
        if not target:
            runs = f"peer {peer.name} has no use for" if peer else "no peer runs on this host to use"
            raise UsageError(f"{path}: {runs} a file with the suffix '{suffix}'")
        files.append(_file(target, path.read_bytes(), 0o600 if suffix == "secrets" else 0o644))
    return files


def _secrets(trees: Iterable[Path]) -> list[dict]:
    """What in those trees is root's alone: a checkout keeps no modes, and daemons refuse or warn of what others can read."""
    return [_file(f"/{path.relative_to(tree)}", path.read_bytes(), 0o600)
            for tree in trees for pattern in _SECRET for path in sorted(tree.glob(pattern)) if path.is_file()]


def _certificates(case: TestCase, name: str, peer: peers.Peer | None, folder: Path) -> list[dict]:
    """What x509.ensure() made, where the host's peer or Cygnet finds it; the first kind, if that is one place."""
    if name not in x509.HOSTS or not peer and not stack.is_own(case.stacks):
        return []
    places = peer.certificates_for if peer else stack.certificates_for
    if not places(name):
        raise UsageError(f"{case.folder / 'test.toml'}: x509: peer {peer.name} does not say where its certificates go")
    files: dict[str, dict] = {}
    for whose in x509.names(case.x509, name):
        made = {"ca": "ca.crt", "cert": f"{whose}.crt", "key": f"{whose}.key"}
        for what, place in places(whose).items():
            files.setdefault(place, _file(place, (folder / made[what]).read_bytes(), 0o600 if what == "key" else 0o644))
    return list(files.values())
