# SPDX-License-Identifier: GPL-2.0-or-later
"""A host's root file system: the machine's own, copy on write, with private /run, /tmp, /var, /root and /etc.

All that a host writes lies on one tmpfs in the host's mount namespace and goes when that goes. What is laid over the
machine's root is put into the writable layer before the layers are joined: an ordinary user's namespace does not know the
owner of the machine's folders, so it could not write into them afterwards.
"""

import os
import shutil

from lab.place import syscalls
from lab.place.frames import unpack

_BASE = "/tmp"  # hidden in this mount namespace only; whatever lies below it is reached by descriptor
_UPPER = f"{_BASE}/upper"
_ROOT = f"{_BASE}/root"
_OVERFLOW_UID = 65534
CORE_PATTERN = "/proc/sys/kernel/core_pattern"
_FIRST_USER_NAMESPACE = "user:[4026531837]"  # PROC_USER_INIT_INO, a constant of the kernel's
_PRIVATE = ("/run", "/tmp", "/var", "/root")
_KERNEL = ("/proc", "/sys", "/dev")
_NOT_SHOWN = {*_PRIVATE, *_KERNEL, "/mnt", "/media", "/boot", "/lost+found"}
_VAR = ("cache", "lib", "local", "lock", "log", "mail", "opt", "spool", "tmp", "lib/misc")
_DEVICES = ("null", "zero", "full", "random", "urandom", "tty", "net/tun", "ppp")


def build(spec: dict) -> int:
    """Make the root of the host that spec describes and enter it; the caller is alone in a new mount namespace.

    Returns a descriptor of the folder that holds what the host writes outside /run, /tmp, /var and /root.

    spec: lowers (folders laid over the machine's root, the first on top), trees (folders copied over it, the last
    wins), files (path, data as base64 text, mode), binds (inside path to folder or folders, the first on top, shown copy
    on write), shared (inside paths of folders), shared_in (the folder that they are in).
    """
    lowers = [_open(path) for path in spec["lowers"]]
    trees = [_open(path) for path in spec["trees"]]
    binds = {inside: [_open(path) for path in ([paths] if isinstance(paths, str) else paths)]
             for inside, paths in spec["binds"].items()}
    shared = {inside: _open(os.path.join(spec["shared_in"], shared_name(inside))) for inside in spec.get("shared", ())}
    devices = {name: _open(f"/dev/{name}") for name in _DEVICES if os.path.exists(f"/dev/{name}")}
    layers = _Layers(lowers)
    syscalls.mount("tmpfs", _BASE, "tmpfs", 0, "mode=755")
    for folder in (_UPPER, _ROOT):
        os.mkdir(folder)
    _fill(spec, trees)
    layers.lay_all()
    for inside, fds in binds.items():
        layers.overlay(inside, [_by_descriptor(fd) for fd in fds])
    for inside, fd in shared.items():
        os.makedirs(_ROOT + inside, exist_ok=True)
        syscalls.mount(_by_descriptor(fd), _ROOT + inside, None, syscalls.MS_BIND)
    _private_folders()
    _kernel_folders()
    _devices(devices)
    written = os.open(_UPPER, os.O_RDONLY | os.O_CLOEXEC)
    _enter()
    for fd in (*lowers, *trees, *(fd for fds in binds.values() for fd in fds), *shared.values(), *devices.values()):
        os.close(fd)
    layers.close()
    return written


def shared_name(inside: str) -> str:
    """What a shared folder is called in the folder that holds them."""
    return inside.replace("%", "%25").replace("/", "%2F")


def _open(path: str) -> int:
    return os.open(path, os.O_PATH | os.O_CLOEXEC)


def _by_descriptor(fd: int) -> str:
    return f"/proc/self/fd/{fd}"  # a path may hold the colons and commas that separate mount options


def _mount_points() -> set[str]:
    with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as table:
        return {line.split()[4].encode("latin-1", "replace").decode("unicode_escape") for line in table}


class _Layers:
    """Overlays that together show the machine's root with others laid over it.

    There is one for each folder below the root rather than one for all: the kernel refuses an overlay of a folder
    with other file systems mounted below it to whoever does not own those mounts (clone_private_mount(), 5.15 on).
    """

    def __init__(self, lowers: list[int]) -> None:
        self._lowers = lowers
        self._machine = _open("/")
        self._points = _mount_points()
        self._count = 0
        self._options = "index=off,metacopy=off"
        if _has_own_users():
            self._options += ",userxattr"  # the trusted.* attributes belong to the first user namespace

    def close(self) -> None:
        """Let go of the machine's root."""
        os.close(self._machine)

    def lay_all(self) -> None:
        """Show every folder of the machine's and of the layers' at its place."""
        for path in self._entries(""):
            if path not in _NOT_SHOWN:
                self._lay(path)

    def _entries(self, path: str) -> list[str]:
        """What is in a folder of any layer."""
        names: set[str] = set()
        for top in self._tops():
            if os.path.isdir(top + path):
                names |= set(os.listdir(top + (path or "/")))
        return [f"{path}/{name}" for name in sorted(names)]

    def _tops(self) -> list[str]:
        return [_UPPER, *(_by_descriptor(fd) for fd in (*self._lowers, self._machine))]

    def _lay(self, path: str) -> None:
        found = [top + path for top in self._tops() if os.path.lexists(top + path)]
        if not found:
            return  # somebody has removed it since the folder was read
        below = any(point.startswith(path + "/") for point in self._points)
        if os.path.islink(found[-1]):
            os.symlink(os.readlink(found[-1]), _ROOT + path)
        elif not os.path.isdir(found[0]):
            _show_file(found[0], _ROOT + path)
        elif below:
            os.mkdir(_ROOT + path)
            for entry in self._entries(path):
                self._lay(entry)
        else:
            folders = [folder for folder in found if os.path.isdir(folder) and not folder.startswith(_UPPER)]
            self.overlay(path, folders)

    def overlay(self, path: str, lowers: list[str]) -> None:
        """Show folders, joined and copy on write, at a path of the host's."""
        upper, work, target = _UPPER + path, f"{_BASE}/work{self._count}", _ROOT + path
        self._count += 1
        for folder in (upper, work, target):
            os.makedirs(folder, exist_ok=True)
        if not lowers:
            syscalls.mount(upper, target, None, syscalls.MS_BIND)
            return
        data = f"lowerdir={':'.join(lowers)},upperdir={upper},workdir={work},{self._options}"
        syscalls.mount("overlay", target, "overlay", 0, data)


def _show_file(source: str, target: str) -> None:
    try:
        shutil.copyfile(source, target)
        shutil.copymode(source, target)
    except OSError:
        pass  # not this user's to read, or no regular file: nothing that a host would miss


def _fill(spec: dict, trees: list[int]) -> None:
    """Put what the host gets of its own into the writable layer."""
    if os.stat(_by_descriptor(_open("/"))).st_uid == _OVERFLOW_UID:
        _own_folders("/etc")
    for fd in trees:
        shutil.copytree(_by_descriptor(fd), _UPPER, symlinks=True, dirs_exist_ok=True)
    for file in spec["files"]:
        _write(_UPPER + file["path"], unpack(file["data"]), file.get("mode", 0o644))


def _own_folders(top: str) -> None:
    """Make the machine's folders below top anew, owned by this user, so that files in them can be replaced."""
    os.makedirs(_UPPER + top, exist_ok=True)
    for folder, _, _ in os.walk(top):
        os.makedirs(_UPPER + folder, exist_ok=True)


def _write(path: str, data: bytes, mode: int) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(fd, "wb") as file:
        os.fchmod(fd, mode)  # it may have been there, from a tree
        file.write(data)


def _private_folders() -> None:
    """A /run, /tmp, /var and /root with nothing of the machine's in them; they are folders of the tmpfs."""
    for folder in _PRIVATE:
        os.makedirs(_UPPER + folder, exist_ok=True)
        os.rename(_UPPER + folder, _ROOT + folder)
        os.chmod(_ROOT + folder, 0o755)
    for name in (*(f"var/{name}" for name in _VAR), "run/lock", "mnt"):
        os.makedirs(f"{_ROOT}/{name}", exist_ok=True)
    for name in ("tmp", "var/tmp", "run/lock"):
        os.chmod(f"{_ROOT}/{name}", 0o1777)
    if not os.path.lexists(f"{_ROOT}/var/run"):
        os.symlink("/run", f"{_ROOT}/var/run")


def _kernel_folders() -> None:
    for folder in _KERNEL:
        os.mkdir(_ROOT + folder)
    plain = syscalls.MS_NOSUID | syscalls.MS_NODEV | syscalls.MS_NOEXEC
    syscalls.mount("proc", f"{_ROOT}/proc", "proc", plain)
    syscalls.mount("sysfs", f"{_ROOT}/sys", "sysfs", plain)
    if _has_own_users():
        _keep(CORE_PATTERN)


def _has_own_users() -> bool:
    """Whether this is a namespace of the lab's, so that the kernel is the machine's and not a guest's."""
    return os.readlink("/proc/self/ns/user") != _FIRST_USER_NAMESPACE


def _keep(setting: str) -> None:
    """Let the host write a copy of a setting of the whole kernel's, which is not the user namespace's but root's."""
    copy = f"{_BASE}/{os.path.basename(setting)}"
    with open(setting, "rb") as source, open(copy, "wb") as file:
        file.write(source.read())
    syscalls.mount(copy, _ROOT + setting, None, syscalls.MS_BIND)


def _devices(devices: dict[str, int]) -> None:
    """A /dev of the machine's harmless devices and terminals of the host's own."""
    dev = f"{_ROOT}/dev"
    syscalls.mount("tmpfs", dev, "tmpfs", syscalls.MS_NOSUID, "mode=755")
    for name in ("pts", "shm", "net"):
        os.mkdir(f"{dev}/{name}")
    for name, fd in devices.items():
        os.close(os.open(f"{dev}/{name}", os.O_CREAT | os.O_WRONLY, 0o666))
        syscalls.mount(_by_descriptor(fd), f"{dev}/{name}", None, syscalls.MS_BIND)
    syscalls.mount("devpts", f"{dev}/pts", "devpts", syscalls.MS_NOSUID, "newinstance,ptmxmode=0666,mode=620")
    syscalls.mount("tmpfs", f"{dev}/shm", "tmpfs", syscalls.MS_NOSUID | syscalls.MS_NODEV, "mode=1777")
    for link, target in (("ptmx", "pts/ptmx"), ("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"),
                         ("stdout", "/proc/self/fd/1"), ("stderr", "/proc/self/fd/2")):
        os.symlink(target, f"{dev}/{link}")


def _enter() -> None:
    syscalls.mount(_ROOT, _ROOT, None, syscalls.MS_BIND | syscalls.MS_REC)  # pivot_root wants a mount
    os.chdir(_ROOT)
    syscalls.pivot_root(".", ".")
    syscalls.detach(".")
    os.chdir("/")
