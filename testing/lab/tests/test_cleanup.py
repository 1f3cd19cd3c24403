# SPDX-License-Identifier: GPL-2.0-or-later
"""Whatever way a run ends, nothing of it is left: no process, namespace, mount, interface, or file outside its folder."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
import scratch

KINDS = ("pid", "net", "mnt", "uts", "ipc", "user")
HANGS = "tail -f /dev/null --retry"  # no other process has just this command line
DAEMON = "(setsid sh -c \"trap '' TERM HUP; exec tail -f /dev/zero\" >/dev/null &)"


class Room:
    """A checkout in a mount namespace with nothing else in /tmp and /dev/shm, so that all that appears there is ours."""

    def __init__(self, checkout):
        self.checkout = checkout
        self.user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        make = (f"mount --bind {checkout.path} /mnt && mount -t tmpfs t /tmp && mount -t tmpfs t /dev/shm"
                " && echo ready && exec cat")
        self.holder = subprocess.Popen(["unshare", *self.user, "--mount", "sh", "-c", make], text=True,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.holder.stdout.readline() == "ready\n"
        self.environment = {**checkout.environment, "HOME": "/mnt/home", "CYGNET_CACHE": "/mnt/cache"}

    def enter(self, *words):
        """The command line that runs one in here."""
        user = ["--user", "--preserve-credentials"] if self.user else []
        return ["nsenter", f"--target={self.holder.pid}", "--mount", *user, "env", "--chdir=/mnt", *words]

    def start(self, *words):
        """Start `lab` in here, in a process group of its own."""
        return subprocess.Popen(self.enter("./lab", *words), env=self.environment, process_group=0, text=True,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def state(self):
        """The mounts, files and interfaces that a run might have left something in."""
        find = "find /tmp /dev/shm /mnt -mindepth 1 -not -path '/mnt/build*' -not -path '/mnt/cache*'"
        look = f"{find}; ls /sys/class/net; ls /run/netns; cat /proc/self/mountinfo"
        done = subprocess.run(self.enter("sh", "-c", look), text=True, check=True, capture_output=True)
        return sorted(done.stdout.splitlines())

    def close(self):
        """Take it down."""
        self.holder.communicate()


@pytest.fixture(name="room", scope="module")
def _room():
    checkout = scratch.another()
    source = checkout.path / "testing" / "lab" / "attempt.py"
    text, count = re.subn(r"^GRACE = 10\.0", "GRACE = 1.0", source.read_text(), flags=re.MULTILINE)
    assert count == 1
    source.write_text(text)
    checkout.test("hangs", {"01-west-east-daemon.sh": DAEMON + "\n", "02-west-hang.sh": HANGS + "\n"})
    console = scratch.console("west", ("echo done", "done\n"))
    checkout.says("ends", "echo done", console={"west": console})
    checkout.says("daemon", DAEMON, console={"west": scratch.console("west", (DAEMON, ""))})
    stopped = "(setsid tail -f /dev/zero >/dev/null & kill -STOP $!)"
    checkout.says("stopped", stopped, console={"west": scratch.console("west", (stopped, ""))})
    room = Room(checkout)
    yield room
    room.close()


def _namespaces(pids):
    """The namespaces that processes are in and this one is not."""
    found = set()
    for pid in pids:
        for kind in KINDS:
            try:
                found.add(os.readlink(f"/proc/{pid}/ns/{kind}"))
            except OSError:
                pass  # it has just ended
    return found - {os.readlink(f"/proc/self/ns/{kind}") for kind in KINDS}


def _members(namespaces):
    """All processes that are in one of these namespaces; not those that just wait for the machine's init to reap them."""
    pids = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _namespaces([pid]) & namespaces]
    return [pid for pid in pids if scratch.alive(pid)]


def _gone(room, namespaces, pids, before):
    own = _namespaces([room.holder.pid])
    scratch.until(lambda: not _members(namespaces - own), "the run's namespaces to be empty")
    scratch.until(lambda: not any(scratch.command_line(pid) for pid in pids), "the run's processes to end")
    assert room.state() == before


def _hanging(room):
    """A run that has come to its hanging line, and what is to be gone after it: namespaces and processes."""
    process = room.start("run", "-j1", "t/hangs")
    scratch.running(process, HANGS)
    scratch.until(lambda: list(scratch.descendants(process.pid).values()).count("tail -f /dev/zero") == 2,
                  "both hosts' daemons to run")  # the shell goes on before what it left behind has begun
    pids = {*scratch.descendants(process.pid)}
    namespaces = _namespaces(pids)
    assert len(namespaces) >= 10, namespaces
    return process, namespaces, pids


def _chain(process):
    """The worker, the process between, and the keeper, which is PID 1 of the run."""
    worker = scratch.children(process.pid)[0]
    between = scratch.children(worker)[0]
    return worker, between, scratch.children(between)[0]


def _kill_lab(process):
    process.kill()


def _terminate_lab(process):
    process.terminate()


def _hang_up_lab(process):
    process.send_signal(signal.SIGHUP)


def _interrupt(process):
    os.killpg(process.pid, signal.SIGINT)


def _kill_worker(process):
    os.kill(_chain(process)[0], signal.SIGKILL)


def _kill_between(process):
    os.kill(_chain(process)[1], signal.SIGKILL)


def _kill_keeper(process):
    os.kill(_chain(process)[2], signal.SIGKILL)


def _terminate_keeper(process):
    os.kill(_chain(process)[2], signal.SIGTERM)


def _kill_host(process):
    keeper = _chain(process)[2]
    os.kill(next(pid for pid in scratch.children(keeper) if _namespaces([pid]) - _namespaces([keeper])), signal.SIGKILL)


def _stop_all_and_kill_lab(process):
    for pid in _chain(process):
        os.kill(pid, signal.SIGSTOP)
    process.kill()


EVENTS = [
    (_kill_lab, -signal.SIGKILL, ""),
    (_terminate_lab, -signal.SIGTERM, ""),
    (_hang_up_lab, -signal.SIGHUP, ""),
    (_interrupt, 3, "lab: interrupted"),
    (_kill_worker, 3, "unresolved t/hangs 0.00 s  the process that ran it ended without a result"),
    (_kill_between, 3, "went away during 'type'"),
    (_kill_keeper, 3, "went away during 'type'"),
    (_terminate_keeper, 3, "went away during 'type'"),
    (_kill_host, 3, "went away during 'type'"),
    (_stop_all_and_kill_lab, -signal.SIGKILL, ""),
]


@pytest.mark.parametrize(("event", "status", "words"), EVENTS, ids=[event.__name__.strip("_") for event, _, _ in EVENTS])
def test_nothing_is_left_when_a_run_is_cut_short(room, event, status, words):
    before = room.state()
    process, namespaces, pids = _hanging(room)
    try:
        event(process)
        said, _ = process.communicate(timeout=scratch.LIMIT)
    finally:
        scratch.kill_group(process)
    assert process.returncode == status, said
    assert "Traceback" not in said
    assert words in re.sub(r"\d+\.\d\d s", "0.00 s", re.sub(r" +(?=t/)", " ", said))
    _gone(room, namespaces, pids, before)


def _whole(room, name):
    """Run a test to its end, watching which namespaces it has."""
    process = room.start("run", name)
    namespaces, pids = set(), set()
    while process.poll() is None:
        found = scratch.descendants(process.pid)
        pids |= set(found)
        namespaces |= _namespaces(found)
    said, _ = process.communicate()
    assert len(namespaces) >= 6
    return process.returncode, said, namespaces, pids


def test_nothing_is_left_at_a_normal_end(room):
    before = room.state()
    status, said, namespaces, pids = _whole(room, "t/ends")
    assert status == 0, said
    _gone(room, namespaces, pids, before)


def test_a_hung_daemon_is_killed_and_fails_the_test_by_name(room):
    before = room.state()
    status, said, namespaces, pids = _whole(room, "t/daemon")
    assert status == 1
    assert "west: tail did not end within 1 s of SIGTERM" in said
    _gone(room, namespaces, pids, before)


def test_a_stopped_daemon_is_woken_to_end(room):
    before = room.state()
    status, said, namespaces, pids = _whole(room, "t/stopped")
    assert status == 0, said
    _gone(room, namespaces, pids, before)


def test_stress_leaves_no_busy_process(room):
    before = room.state()
    process = room.start("run", "--stress", "5", "t/hangs")
    scratch.running(process, HANGS)
    pids = set(scratch.descendants(process.pid))
    assert sum("./lab" in scratch.command_line(pid) for pid in scratch.children(process.pid)) > os.cpu_count()
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=scratch.LIMIT)
    assert process.returncode == 3 and said.count("lab: interrupted") == 1, said
    _gone(room, _namespaces(pids), pids, before)


def test_hosts_end_within_their_grace_under_nohup(checkout):
    name = checkout.says("nohup", "echo fine", console={"west": scratch.console("west", ("echo fine", "fine\n"))})
    blocked = "trap '' HUP TERM INT QUIT USR1 PIPE; exec \"$@\""
    record = checkout.result(name, before=("sh", "-c", blocked, "sh"))
    assert (record["class"], record["reason"]) == ("pass", "")
    assert record["phases"]["stop"] < 5


def test_output_of_a_killed_run_is_told_from_other_folders(checkout, tmp_path):
    name = checkout.says("again", HANGS, toml="limit = 60\n")
    process = checkout.start("run-one", name, "--out", str(tmp_path / "out"))
    scratch.running(process, HANGS)
    scratch.kill_group(process)
    assert Path(tmp_path / "out" / "result.json").exists()
    checkout.says("again", "echo fine", console={"west": scratch.console("west", ("echo fine", "fine\n"))})
    assert checkout.lab("run-one", name, "--out", str(tmp_path / "out")).returncode == 0
