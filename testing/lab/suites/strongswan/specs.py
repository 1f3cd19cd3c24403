# SPDX-License-Identifier: GPL-2.0-or-later
"""What a test's hosts are made of: packages, or a build in place of some, the project's files for the host, and the test's."""

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from lab import debs, paths
from lab.errors import UsageError
from lab.place import HostSpec
from lab.place.frames import pack
from lab.suites import OWN_BUILD, Suite, SuiteCase, layer
from lab.suites.strongswan import build, tree

BOOT = "/usr/lib/lab/boot"
_STRONGSWAN = re.compile(r"(lib)?(strongswan|charon)\b")  # the project's own packages
_BUILT = "debian"  # the folder that puts Debian's build where the project's own is
_ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "USER": "root", "LOGNAME": "root",
    "SHELL": "/bin/bash", "LC_ALL": "C.UTF-8", "TZ": "UTC",
}
_UNITS = "lib/systemd/system"  # in a build; /lib is a link on the hosts
_OWN_CONF = "/etc/strongswan.conf.testing"  # what the project's build reads in place of /etc/strongswan.conf


def home() -> Path:
    """What is kept between runs."""
    return paths.cache() / "suites" / "strongswan"


def packages(suite: Suite) -> list[str]:
    """What is fetched from Debian: not strongSwan where there is a build of it."""
    return [name for name in layer.load(suite.kind).packages if not (suite.build and _STRONGSWAN.match(name))]


def trees(suite: Suite, progress: Callable[[str], None]) -> list[Path]:
    """The trees that are laid over every host, the first on top: the build, the packages."""
    fetched = debs.fetch(packages(suite), home() / "debs", progress, layer.load(suite.kind).without)
    if suite.build == OWN_BUILD:
        return [build.ensure(suite.tree, progress), fetched]
    return built(suite) + [fetched]


def built(suite: Suite) -> list[Path]:
    """The build that is tested in place of Debian's, if there is one, made or not."""
    return [build.path(suite.tree) if suite.build == OWN_BUILD else Path(suite.build)] if suite.build else []


def known_trees(suite: Suite) -> list[Path]:
    """trees(), or nothing if something would have to be fetched."""
    known = debs.cached(packages(suite), home() / "debs", layer.load(suite.kind).without)
    made = built(suite)
    return [*made, home() / known.tree] if known and all(map(Path.is_dir, made)) else []


def provide(suite: Suite, cases: list[SuiteCase], progress: Callable[[str], None]) -> None:
    """Fetch and make what is missing; after that it is known which plugins there are."""
    from lab.suites.strongswan import certs, plugins
    certs.ensure(suite, progress)
    for case in cases:
        case.lacking = case.lacking or plugins.lacking(case)


def specs(case: SuiteCase, progress: Callable[[str], None]) -> list[HostSpec]:
    """The hosts of a test."""
    from lab.suites.strongswan import certs
    below = trees(case.suite, progress)
    made = certs.ensure(case.suite, progress)
    return [_host(case, name, made, below) for name in case.hosts]


def _host(case: SuiteCase, name: str, made: Path, below: list[Path]) -> HostSpec:
    spec = HostSpec(name, "/root", environment(case.suite))
    spec.lowers = [str(path) for path in (made / "hosts" / name, *below) if path.is_dir()]
    spec.trees = [str(path) for path in overlays(case.suite, name)]
    spec.files += _files(case.suite.tree, made / "hosts" / name, "root")  # which shows nothing of what is below it
    for top in (case.folder, made / "tests" / case.folder.parent.name / case.folder.name):
        spec.files += _files(case.suite.tree, top / "hosts" / name)
    for top in built(case.suite):
        units = sorted((top / _UNITS).glob("*.service"))
        spec.files += [_file(f"/usr/{_UNITS}/{path.name}", path.read_bytes()) for path in units]
    return spec


def environment(suite: Suite) -> dict[str, str]:
    """The variables that commands at a host have."""
    return _ENVIRONMENT | ({} if suite.build else {"STRONGSWAN_CONF": _OWN_CONF})


def overlays(suite: Suite, host: str) -> list[Path]:
    """The folders of ours that are copied over a host."""
    described = layer.load(suite.kind)
    return described.trees(host) + ([] if suite.build else [described.folder / _BUILT])


def _files(top: Path, folder: Path, part: str = "") -> list[dict]:
    """The files below a folder that stands for a host's root, or in a part of it, with the hosts' addresses in them."""
    return [_file(f"/{path.relative_to(folder)}", tree.filled(top, path.read_bytes()), path.stat().st_mode & 0o777)
            for path in sorted((folder / part).rglob("*")) if path.is_file()]


def _file(path: str, data: bytes, mode: int = 0o644) -> dict:
    return {"path": path, "data": pack(data), "mode": mode}


def services(host: str, lines: list[str]) -> list[str]:
    """The services that run on a host from the beginning of a test with these lines."""
    return [row["name"] for row in _services() if row["host"] in ("*", host)
            and (not row.get("pattern") or any(re.search(row["pattern"], line) for line in lines))]


@cache
def _services() -> tuple[dict[str, str], ...]:
    path = layer.load("strongswan").folder / "services.toml"
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["services"]
    for row in rows:
        if not {"name", "host"} <= set(row) <= {"name", "host", "pattern"}:
            raise UsageError(f"{path}: {row}: a service has name, host and pattern")
    return tuple(rows)
