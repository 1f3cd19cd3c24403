# SPDX-License-Identifier: GPL-2.0-or-later
"""What the hosts of libreswan's tests are made of: the layer testing/suites/libreswan, packages, the tree and its certificates.

The facts are from the tree's own testing/libvirt (bash_profile, fedora/transmogrify.sh) and testing/guestbin/swan-prep.
"""

from collections.abc import Callable
from pathlib import Path

from lab.errors import UnresolvedError
from lab.place import HostSpec, Place
from lab.place.frames import pack
from lab.suites import Suite, layer
from lab.suites.libreswan import certs, programs
from lab.testcase import TestCase
from lab.topology import Host

_BASE = "testing/baseconfigs"
_ENVIRONMENT = {
    "PATH": "/bin:/sbin:/usr/bin:/usr/sbin:/usr/pkg/bin:/usr/pkg/sbin:/usr/local/bin:/usr/local/sbin:/testing/guestbin",
    "HOME": "/root", "USER": "root", "LOGNAME": "root", "SHELL": "/bin/bash", "TERM": "dumb",
    "LANG": "en_US.UTF-8", "LC_CTYPE": "C", "EDITOR": "vim", "SYSTEMD_COLOURS": "false", "OBJDIR": "OBJ.kvm.fedora",
    # where swanctl looks on Fedora
    "SWANCTL_DIR": "/etc/strongswan/swanctl",
}
# The devices that the kernel makes when it loads a module for tunnels, by the words in a test that have it do so.
_TUNNELS = {"vti-interface": "link add ip_vti0 type vti", "mode gre": "link add gre0 type gre"}
_SYSTEMD = "/etc/sysctl.d/50-default.conf"
_USERS = ("nsd", "sshd", "unbound")  # what the packages' scripts would have added
_FIRST_USER = 900


def provide(suite: Suite, cases: list[TestCase], progress: Callable[[str], None]) -> None:
    """Fetch the packages."""
    programs.layers(suite, progress)


def specs(suite: Suite, case: TestCase, progress: Callable[[str], None]) -> list[HostSpec]:
    """The hosts of a test. UnresolvedError if it needs certificates or signed zones and there are none."""
    described = layer.load(suite.kind)
    layers = programs.layers(suite, progress)
    made = _made(suite, case)
    return [_host(suite, case, name, described.trees(name), layers, made) for name in case.hosts]


def _made(suite: Suite, case: TestCase) -> list[Path]:
    """The folders of made files to be laid over the tree's testing folder."""
    found = []
    for kind in certs.needed(case.folder):
        folder = certs.folder(suite.tree, kind)
        if not folder.is_dir():
            raise UnresolvedError(f"{case.name}: needs {kind.what}, which could not be made: {certs.trouble(suite.tree, kind)}")
        found.append(folder)
    return found


def _host(suite: Suite, case: TestCase, name: str, trees: list[Path], layers: list[Path], made: list[Path]) -> HostSpec:
    inside = f"/testing/pluto/{case.folder.name}"
    spec = HostSpec(name, inside, dict(_ENVIRONMENT))
    spec.lowers = [str(path) for path in layers]
    spec.trees = [str(path) for path in trees]
    testing = suite.tree / "testing"
    spec.binds = {"/testing": [*map(str, made), str(testing)]}
    if case.folder.parent != testing / "pluto":
        spec.binds[inside] = str(case.folder)
    spec.shared = [f"{inside}/OUTPUT"]
    spec.files = [_file("/etc/hostname", f"{name}\n".encode()), *_base(suite.tree, name), *_accounts()]
    return spec


def _base(tree: Path, name: str) -> list[dict]:
    """Those files of the tree's base configuration that are not swan-prep's to copy."""
    sources = {"/etc/hosts": ("all/etc/hosts",), "/etc/resolv.conf": (f"{name}/etc/resolv.conf", "all/etc/resolv.conf")}
    found = {path: next((source for place in places if (source := tree / _BASE / place).is_file()), None)
             for path, places in sources.items()}
    return [_file(path, source.read_bytes()) for path, source in found.items() if source]


def _accounts() -> list[dict]:
    """The machine's users and groups, and those of services that it does not have."""
    files = []
    for path, form in (("/etc/passwd", "{0}:x:{1}:{1}::/nonexistent:/usr/sbin/nologin\n"), ("/etc/group", "{0}:x:{1}:\n")):
        text = Path(path).read_text(encoding="utf-8")
        there = {line.partition(":")[0] for line in text.splitlines()}
        more = [form.format(name, _FIRST_USER + number) for number, name in enumerate(_USERS) if name not in there]
        files.append(_file(path, (text + "".join(more)).encode()))
    return files


def _file(path: str, data: bytes, mode: int = 0o644) -> dict:
    return {"path": path, "data": pack(data), "mode": mode}


def settle(case: TestCase, place: Place) -> None:
    """Make the hosts' networks what systemd-networkd, an interface eth0 on each and the tree's sysctl.conf make of them."""
    text = "".join(path.read_text(encoding="utf-8", errors="replace") for form in ("*.conf", "*.sh")
                   for path in case.folder.glob(form) if path.is_file())
    tunnels = [line for word, line in _TUNNELS.items() if word in text]
    for host in case.hosts:
        place.run(host, ["ip", "-force", "-batch", "-"], _batch(case.network.hosts[host], tunnels).encode())
        place.run(host, ["sysctl", "-q", "-p", _SYSTEMD, f"/{_BASE}/all/etc/sysctl.conf"])


def _batch(host: Host, tunnels: list[str]) -> str:
    lines = [f"route replace {route.target} via {route.via} proto static" for route in host.routes]
    if "eth0" not in host.interfaces:
        lines += ["link add eth0 type dummy", "link set eth0 up"]
    elif len(host.interfaces) > 1:  # eth0 comes up last
        lines += [f"route {verb} fe80::/64 dev eth0 proto kernel metric 256" for verb in ("del", "append")]
    return "".join(f"{line}\n" for line in lines + tunnels)
