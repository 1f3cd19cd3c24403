# SPDX-License-Identifier: GPL-2.0-or-later
"""The programs on the hosts of libreswan's tests: Debian's packages, or a build of the user's own in place of libreswan's."""

import hashlib
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from lab import debs, once, paths
from lab.errors import UnresolvedError, UsageError
from lab.suites import Suite, layer

_FORMAT = 6  # of what is made here; another number makes it anew
_PACKAGE = "libreswan"
_WRAPPED = ".wrapped"  # where a program is that something of ours stands before
_COMMANDS = ("usr/sbin/ipsec", "usr/local/sbin/ipsec")
_LIBEXEC = ("usr/libexec/ipsec", "usr/local/libexec/ipsec")
_STRONGSWAN = "usr/libexec/strongswan/ipsec"
_LIBIPSEC = "usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so"  # on Fedora a package of its own, which is not there
FAKETIME = "usr/lib64/faketime"  # where Fedora's is
_CYGNET = paths.TESTING / "suites/libreswan/cygnet"
_MODULES = ("pexpect", "ptyprocess")
_SECONDS = 60
_KEPT = 6  # so many of the folders made here

Progress = Callable[[str], None]


def home() -> Path:
    """Where what these hosts need is kept."""
    return paths.cache() / "suites" / "libreswan"


def layers(suite: Suite, progress: Progress) -> list[Path]:
    """The folders to be laid over each host, the first on top; fetched and made if need be.

    UsageError if the user's build has no libreswan in it, UnresolvedError if there is no network or no room.
    """
    described = layer.load(suite.kind)
    main = debs.fetch(_packages(suite), _home_of(suite), progress, described.without)
    beneath = debs.fetch(described.beneath, home() / "beneath", progress, described.without)
    swan = Path(suite.build) if suite.build else main
    _check(swan)
    made = _made(described.folder / "wrapped", swan, main, beneath)
    return [made, *([swan] if suite.build else []), main, beneath]


def is_cygnet(build: Path) -> bool:
    """Whether a build is Cygnet's own, put in libreswan's place."""
    return (build / "usr/local/sbin/klipsd").exists()


def native(suite: Suite) -> Path:
    """A folder for PATH with the awk that the tree's sanitizers want, which is GNU's; of what was fetched, or the machine's."""
    described = layer.load(suite.kind)
    main = debs.fetch(_packages(suite), _home_of(suite), lambda text: None, described.without)
    own = main / "usr/bin/gawk"
    script = f'#!/bin/sh\nLD_LIBRARY_PATH={shlex.quote(str(library(main)))} exec {shlex.quote(str(own))} "$@"\n'
    final = home() / f"native-{hashlib.sha256(script.encode()).hexdigest()[:12]}"

    def fill(draft: Path) -> None:
        if own.exists():
            (draft / "awk").write_text(script, encoding="utf-8")
            (draft / "awk").chmod(0o755)
        else:
            (draft / "awk").symlink_to(shutil.which("gawk") or "/usr/bin/gawk")

    return once.kept(final, _KEPT, fill)


def library(tree: Path) -> Path:
    """The folder of a tree of packages that has its libraries."""
    return next(iter(sorted((tree / "usr/lib").glob("*-linux-gnu"))), tree / "usr/lib")


def _packages(suite: Suite) -> list[str]:
    return [name for name in layer.load(suite.kind).packages if not (suite.build and name == _PACKAGE)]


def _home_of(suite: Suite) -> Path:
    return home() / ("libraries" if suite.build else "packages")


def _check(swan: Path) -> None:
    if not any((swan / command).exists() for command in _COMMANDS):
        raise UsageError(f"{swan}: no libreswan is installed there; it would be {' or '.join(_COMMANDS)}")


def _made(wrappers: Path, swan: Path, main: Path, beneath: Path) -> Path:
    """A folder with what goes over the packages' files, made from them."""
    ours = sorted(wrappers.iterdir())
    sources = [*ours, *_CYGNET.iterdir(), *(swan / libexec / path.name for libexec in _LIBEXEC for path in ours)]
    state = hashlib.sha256(f"{_FORMAT} {main} {beneath} {swan} {is_cygnet(swan)}".encode())
    for path in sources:
        state.update(f"{path.name} {path.stat().st_size} {path.stat().st_mtime_ns}".encode() if path.exists() else b"-")
    final = home() / f"programs-{state.hexdigest()[:12]}"

    def fill(draft: Path) -> None:
        for libexec in _LIBEXEC:
            for wrapper in ours:
                if (swan / libexec / wrapper.name).exists():
                    _wrap(wrapper, swan / libexec / wrapper.name, draft / libexec)
        _rename_strongswan(beneath / "usr/sbin/ipsec", draft / _STRONGSWAN)
        _command(swan, draft)
        _empty(draft / _LIBIPSEC)
        _link_faketime(main, draft)
        _compile(main, draft)
        _locale(main, draft)

    return once.kept(final, _KEPT, fill)


def _wrap(wrapper: Path, program: Path, folder: Path) -> None:
    """Put ours in a program's place, and the program where ours looks for it; it keeps its name, which killall goes by."""
    (folder / _WRAPPED).mkdir(parents=True, exist_ok=True)
    shutil.copy(program, folder / _WRAPPED / program.name)
    shutil.copy(wrapper, folder / program.name)


def _command(swan: Path, draft: Path) -> None:
    """A command of /usr/local is the one of /usr/sbin too, where strongSwan's would be found before it; of Cygnet's, ours."""
    usual, local = map(Path, _COMMANDS)
    if (swan / usual).exists():
        return
    (draft / usual).parent.mkdir(parents=True, exist_ok=True)
    if not is_cygnet(swan):
        (draft / usual).symlink_to(Path("/") / local)
        return
    (draft / _LIBEXEC[1]).mkdir(parents=True, exist_ok=True)
    shutil.copy(_CYGNET / "ipsec", draft / usual)
    shutil.copy(_CYGNET / "import-nss", draft / _LIBEXEC[1])


def _link_faketime(main: Path, draft: Path) -> None:
    """Where Fedora's faketime has its library, a link to where Debian's has it."""
    for path in main.glob("usr/lib/*-linux-gnu/faketime"):
        (draft / FAKETIME).parent.mkdir(parents=True)
        (draft / FAKETIME).symlink_to(f"/{path.relative_to(main)}")


def _rename_strongswan(script: Path, target: Path) -> None:
    """strongSwan's own ipsec command, called strongswan."""
    target.parent.mkdir(parents=True)
    text = script.read_text(encoding="utf-8")
    if text.count('IPSEC_SCRIPT="ipsec"') != 1:
        raise UnresolvedError(f"{script}: does not say by which name it is called")
    target.write_text(text.replace('IPSEC_SCRIPT="ipsec"', 'IPSEC_SCRIPT="strongswan"'), encoding="utf-8")
    target.chmod(0o755)


def _empty(path: Path) -> None:
    """A file in another's place that is no plugin: charon then goes on without it."""
    path.parent.mkdir(parents=True)
    path.touch()


def _compile(main: Path, draft: Path) -> None:
    """Python's modules that swan-prep imports, compiled as dpkg would have done it: that is much of its time in a guest."""
    for name in _MODULES:
        source = main / "usr/lib/python3/dist-packages" / name
        if not source.is_dir():
            continue  # the machine has the package
        target = draft / "usr/lib/python3/dist-packages" / name
        shutil.copytree(source, target)
        inside = f"/usr/lib/python3/dist-packages/{name}"
        command = ["/usr/bin/python3", "-m", "compileall", "-q", "-d", inside, "--invalidation-mode", "unchecked-hash"]
        subprocess.run([*command, target], stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)


def _locale(main: Path, draft: Path) -> None:
    """Fedora's usual locale, which sorts names in another way than C does; in one file, as each program opens it."""
    (draft / "usr/lib/locale").mkdir(parents=True)
    done = subprocess.run(["localedef", f"--prefix={draft}", "-i", "en_US", "-f", "UTF-8", "en_US.UTF-8"],
                          env={**os.environ, "I18NPATH": str(main / "usr/share/i18n")}, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=_SECONDS, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise UnresolvedError(f"localedef en_US.UTF-8: {last}")
