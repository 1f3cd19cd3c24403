# SPDX-License-Identifier: GPL-2.0-or-later
"""User namespaces: whose ids a run's namespace maps, and why a machine may refuse to make one.

An ordinary user's namespace maps just that user, as root. Root's maps the same ids as outside, which keeps owners as
they are but still takes from the hosts what belongs to the machine (its clock, modules and mounts).
"""

import errno
import os
from pathlib import Path

_CAP_SYS_ADMIN = 1 << 21
_SYSCTLS = (
    ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=0", "=1"),
    ("user/max_user_namespaces", "0", "user.max_user_namespaces=0", "=10000"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "kernel.apparmor_restrict_unprivileged_userns=1", "=0"),
)


def privileged() -> bool:
    """Whether this process may make namespaces without a user namespace (CAP_SYS_ADMIN, capabilities(7))."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) & _CAP_SYS_ADMIN)
    return False


def _own_extents(kind: str) -> str:
    """The ids that this process knows, mapped onto themselves."""
    rows = [line.split() for line in Path(f"/proc/self/{kind}_map").read_text().splitlines()]
    return "".join(f"{inside} {inside} {count}\n" for inside, _, count in rows)


def write_maps(pid: int) -> None:
    """Map this process's ids into the new user namespace that process pid is in: user_namespaces(7)."""
    base = Path(f"/proc/{pid}")
    if privileged():
        uids, gids = _own_extents("uid"), _own_extents("gid")
    else:
        uids, gids = f"0 {os.geteuid()} 1\n", f"0 {os.getegid()} 1\n"
        (base / "setgroups").write_text("deny")
    (base / "uid_map").write_text(uids)
    (base / "gid_map").write_text(gids)


def refusal(error: OSError) -> str:
    """One line that says what forbids namespaces here and what to do about it."""
    where = f"namespaces are forbidden here ({error.strerror or error}): "
    for path, bad, found, good in _SYSCTLS:
        try:
            value = Path("/proc/sys", path).read_text().strip()
        except OSError:
            continue
        if value == bad:
            name = found.split("=")[0]
            return f"{where}{found}; allow them with 'sysctl -w {name}{good}', or run the lab as root"
    if error.errno == errno.ENOSPC:
        return f"{where}user.max_user_namespaces or its nesting limit is reached; raise it, or run the lab as root"
    return (
        f"{where}no sysctl forbids them, so a container's seccomp or a security module does; "
        "run the lab as root, or the container with --security-opt seccomp=unconfined --cap-add SYS_ADMIN"
    )
