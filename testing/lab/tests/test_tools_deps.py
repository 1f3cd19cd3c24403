# SPDX-License-Identifier: GPL-2.0-or-later
"""tools/deps, on a machine whose dpkg, apt and sudo are small scripts over folders of packages' names."""

import os
import subprocess

import pytest

from lab.paths import ROOT

REAL = ("sh", "sed", "tr", "timeout", "dirname", "cat", "touch", "ls", "grep", "env")
COMMANDS = {
    "dpkg-query": 'shift 3; for p; do [ -e "$M/installed/$p" ] && echo "installed $p"; done; true',
    "apt-cache": 'shift; for p; do [ -e "$M/known/$p" ] || exit 100; done',
    "id": 'cat "$M/id"',
    "sudo": 'echo "sudo $*" >>"$M/log"; exec env "$@"',
    "apt-get": """echo "apt-get $*" >>"$M/log"
[ "$DEBIAN_FRONTEND" = noninteractive ] || exit 9
case "$*" in
*" update") [ ! -e "$M/offline" ] || exit 100
    touch "$M/fresh"; for p in $(ls "$M/archive"); do touch "$M/known/$p"; done ;;
*) [ ! -e "$M/stale" ] || [ -e "$M/fresh" ] || exit 100
   for p; do [ ! -e "$M/known/$p" ] || touch "$M/installed/$p"; done ;;
esac""",
}


class Machine:
    """What a machine has (`installed`), its package lists know (`known`), and the archive holds."""

    def __init__(self, folder):
        self.folder = folder
        for name in ("installed", "known", "archive", "tools", "bin"):
            (folder / name).mkdir()
        (folder / "id").write_text("0\n")
        (folder / "log").touch()
        (folder / "tools" / "deps").write_bytes((ROOT / "tools" / "deps").read_bytes())
        (folder / "tools" / "debian-packages").write_text(
            "# what is needed\npython3  run  the lab\ntcpdump  run  captures\ntshark  check  more captures\n")
        for name, body in COMMANDS.items():
            (folder / "bin" / name).write_text(f"#!/bin/sh\nM={folder}\n{body}\n")
            (folder / "bin" / name).chmod(0o755)
        for name in REAL:
            path = next(p for p in (f"/usr/bin/{name}", f"/bin/{name}") if os.path.exists(p))
            (folder / "bin" / name).symlink_to(path)

    def put(self, place, *names):
        """Note packages in `installed`, `known` or `archive`."""
        for name in names:
            (self.folder / place / name).touch()

    def deps(self, *sets):
        """Run deps; its exit status, and what it says."""
        done = subprocess.run(["sh", self.folder / "tools" / "deps", *sets], capture_output=True, text=True,
                              env={"PATH": str(self.folder / "bin")}, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def log(self):
        """The last words of each command run as root."""
        return (self.folder / "log").read_text().splitlines()

    def installed(self):
        """The names of what is installed."""
        return {path.name for path in (self.folder / "installed").iterdir()}


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_nothing_is_done_when_all_is_there(machine):
    machine.put("installed", "python3", "tcpdump", "tshark")
    assert machine.deps() == (0, "")
    assert machine.log() == []


def test_only_what_is_missing_of_the_set_is_installed_and_told(machine):
    machine.put("known", "python3", "tcpdump", "tshark")
    machine.put("installed", "python3")
    assert machine.deps("run") == (0, "deps: installing tcpdump\n")
    assert machine.installed() == {"python3", "tcpdump"}
    assert len(machine.log()) == 1
    assert machine.log()[0].endswith("install -y --no-install-recommends tcpdump")


def test_lists_are_renewed_first_when_they_lack_a_package(machine):
    machine.put("archive", "python3", "tcpdump", "tshark")
    assert machine.deps() == (0, "deps: installing python3 tcpdump tshark\n")
    assert [line.split()[-1] for line in machine.log()] == ["update", "tshark"]
    assert machine.installed() == {"python3", "tcpdump", "tshark"}


def test_lists_are_renewed_when_installing_fails(machine):
    machine.put("known", "python3", "tcpdump", "tshark")
    machine.put(".", "stale")
    status, said = machine.deps()
    assert (status, machine.installed()) == (0, {"python3", "tcpdump", "tshark"})
    assert "trying again with new package lists" in said
    assert [line.split()[-1] for line in machine.log()] == ["tshark", "update", "tshark"]


def test_an_archive_out_of_reach_is_told(machine):
    machine.put(".", "offline")
    status, said = machine.deps("check")
    assert status == 3
    assert said.splitlines()[-1] == "deps: still not installed: tshark"


def test_a_user_with_sudo_runs_apt_alone_as_root(machine):
    (machine.folder / "id").write_text("1000\n")
    machine.put("known", "python3", "tcpdump", "tshark")
    assert machine.deps("check")[0] == 0
    assert [line.split()[0] for line in machine.log()] == ["sudo", "apt-get"]
    assert machine.log()[0].startswith(
        "sudo DEBIAN_FRONTEND=noninteractive timeout --foreground 1800 apt-get ")


def test_a_user_without_sudo_is_told_what_to_run(machine):
    (machine.folder / "id").write_text("1000\n")
    (machine.folder / "bin" / "sudo").unlink()
    status, said = machine.deps()
    assert status == 3
    assert said.splitlines()[1:] == ["deps: neither root nor sudo; run as root: "
                                     "apt-get install -y --no-install-recommends python3 tcpdump tshark"]
    assert machine.log() == []


def test_an_unknown_set_is_refused(machine):
    status, said = machine.deps("runn")
    assert status == 2 and "has no set runn" in said


def test_the_trees_own_list_is_whole():
    for package, which, why in own_list():
        assert package and which in ("run", "check", "klips", "guest", "qemu", "image", "farm", "libvirt", "bench") and why


def own_list():
    lines = (ROOT / "tools" / "debian-packages").read_text().splitlines()
    return [line.split(maxsplit=2) for line in lines if not line.startswith("#")]
