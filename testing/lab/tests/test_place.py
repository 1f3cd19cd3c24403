# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts and wires: what a host is, that runs never meet, and that captures hold all that was sent."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import scratch

from lab.capture.pcap import read
from lab.paths import TESTING
from lab.place import hostd, rootfs
from lab.place.frames import Channel

WIRE = "internet"
# An ordinary user's namespace does not know the owner of the machine's folders, so it cannot write into all of them.
MINE = "/etc/mine /testing/mine" + (" /usr/bin/mine" if os.geteuid() == 0 else "")
PING = "../../guestbin/ping-once.sh --up 192.1.2.23"


def _steps(record, host="west"):
    return json.loads((Path(record["out"]) / f"{host}.transcript.json").read_text())


@pytest.fixture(name="looked", scope="module")
def _looked(checkout):
    """What a host prints of itself, by command; east has a process and a file of its own all the while."""
    lines = ["hostname; cat /etc/hostname", "ls -A /tmp /run/lock",
             f"touch /tmp/mine {MINE}", f"ls -1 {MINE}",
             "id -u", "pwd", "ls -1", "ps -e -o comm= | sort",
             "ls -A /var/log", "env | sort", "ls -1 /sys/class/net", "mount -t tmpfs none /mnt && echo may mount",
             "getent hosts 192.1.2.23 | tr -s ' '", "date -s 2001-01-01 2>&1 | tail -n 1; date +%Y | grep -c 2001",
             "pkill tail; kill -9 1; echo alive", "grep Sig[BI] /proc/self/status"]
    name = checkout.test("looks", {
        "01-east-first.sh": "(setsid tail -f /dev/null &)\ntouch /tmp/east\n",
        "02-west-look.sh": "\n".join(lines) + "\n", "03-east-still.sh": "pgrep -x tail | wc -l\nls /tmp\n"})
    record = checkout.result(name)
    found = {step["line"]: step["output"] for step in _steps(record)}
    return {**found, "east": [step["output"] for step in _steps(record, "east")], "out": record["out"]}


@pytest.mark.parametrize(("line", "output"), [
    ("hostname; cat /etc/hostname", "west\nwest\n"),
    ("ls -A /tmp /run/lock", "/run/lock:\n\n/tmp:\n"),
    (f"ls -1 {MINE}", MINE.replace(" ", "\n") + "\n"),
    ("id -u", "0\n"),
    ("getent hosts 192.1.2.23 | tr -s ' '", "192.1.2.23 east\n"),
    ("pwd", "/testing/t/looks\n"),
    ("ls -1", "01-east-first.sh\n02-west-look.sh\n03-east-still.sh\ndescription.txt\nrun\n"),
    ("ls -A /var/log", "sanitizer\n"),
    ("ls -1 /sys/class/net", "eth0\neth1\nlo\n"),
    ("mount -t tmpfs none /mnt && echo may mount", "may mount\n"),
    ("pkill tail; kill -9 1; echo alive", "alive\n"),
])
def test_what_a_host_sees(looked, line, output):
    assert looked[line] == output


def test_a_host_has_no_process_of_another_s(looked):
    assert "tail" not in looked["ps -e -o comm= | sort"].split()
    assert looked["east"][-2:] == ["1\n", "east\n"]


def test_what_a_host_writes_stays_in_it(looked, checkout):
    assert not any(Path(path).exists() for path in (*MINE.split(), checkout.path / "testing" / "mine"))


def test_the_machine_s_clock_is_out_of_reach(looked):
    assert looked["date -s 2001-01-01 2>&1 | tail -n 1; date +%Y | grep -c 2001"].endswith("0\n")


def test_nothing_of_the_lab_s_environment_gets_in(looked):
    names = {row.partition("=")[0] for row in looked["env | sort"].splitlines()}
    assert "CYGNET_CACHE" not in names and names >= {"HOME", "PATH", "TZ", "LC_ALL"}


def test_no_signal_is_ignored_or_blocked_by_inheritance(looked):
    rows = looked["grep Sig[BI] /proc/self/status"].splitlines()
    assert [row.split(":")[0] for row in rows] == ["SigBlk", "SigIgn"]
    reserved = 1 << 31 | 1 << 32  # 32 and 33, the C library's own: no program can set them, make leaves one ignored
    assert not any(int(row.split()[1], 16) & ~reserved for row in rows), rows


def test_the_run_s_folder_holds_what_was_found(looked):
    names = {path.name for path in Path(looked["out"]).iterdir()}
    assert names >= {"result.json", "west.console.txt", "east.console.txt", "west.transcript.json", "internet.pcap"}


MEET = ["touch /tmp/$RANDOM$RANDOM$RANDOM; ls /tmp | wc -l", "ip -o link | wc -l", PING, "ps -e | wc -l",
        "mkdir /testing/only && echo only"]


def _meeting(checkout):
    console = scratch.console("west", *zip(MEET, ["1\n", "3\n", "up\n", "5\n", "only\n"]))
    return checkout.says("meet", *MEET, console={"west": console}, toml='hosts = ["west", "east"]\n')


def test_four_at_once_from_two_checkouts_never_meet(checkout):
    two = scratch.another()
    _meeting(checkout), _meeting(two)
    started = [each.start("run", "-j2", "--repeat", "2", "t/meet") for each in (checkout, checkout, two, two)]
    said = [process.communicate(timeout=scratch.LIMIT)[0] for process in started]
    assert [process.returncode for process in started] == [0] * 4, "\n".join(said)


def test_every_packet_is_in_the_capture_each_time(checkout):
    name = checkout.test("counts", {"01-west-ping.sh": PING + "\n"}, {"west": scratch.console("west", (PING, "up\n"))},
                         toml='hosts = ["west", "east"]\n', files={f"{WIRE}.capture.txt": ""})
    record = checkout.result(name)
    assert record["class"] == "fail"
    assert checkout.lab("bless", name).returncode == 0
    text = (checkout.kind / "counts" / f"{WIRE}.capture.txt").read_text()
    assert len(text.splitlines()) == 2 and "echo" in text
    record = checkout.result(name, "--repeat", "20", "-j4")
    assert record["class"] == "pass", record["reason"]
    assert len(record["attempts"]) == 20
    for attempt in record["attempts"]:
        frames = [packet.data for packet in read(Path(attempt["out"]) / f"{WIRE}.pcap")]
        assert sum(data[12:14] == b"\x08\x00" for data in frames) == 2


def test_tshark_finds_the_ping_in_the_capture(checkout):
    name = checkout.test("tshark", {"01-west-ping.sh": "ping -n -c 3 -i 0.01 192.1.2.23 >/dev/null\n"},
                         toml='hosts = ["west", "east"]\n')
    out = Path(checkout.result(name)["out"])
    fields = ["-T", "fields", "-e", "icmp.type", "-e", "icmp.seq"]
    done = subprocess.run(["tshark", "-r", out / f"{WIRE}.pcap", "-Y", "icmp", *fields], text=True, check=True,
                          capture_output=True)
    assert done.stdout.split("\n")[:6] == ["8\t1", "0\t1", "8\t2", "0\t2", "8\t3", "0\t3"]


_DROPS = """
import socket, subprocess, sys
from pathlib import Path
from lab.place import tap
subprocess.run(["ip", "link", "add", "wire", "type", "bridge"], check=True)
subprocess.run(["ip", "link", "set", "wire", "up"], check=True)
tap._BUFFER = 4096
there = tap.Tap(["wire"], Path(sys.argv[1]))
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
sock.bind(("wire", 0))
for number in range(200):
    sock.send(bytes(12) + b"\\x88\\xb5" + bytes(1000))
print(there.end()["wire"])
"""


def test_what_the_capture_had_no_room_for_is_counted(tmp_path):
    done = subprocess.run(["unshare", "--user", "--map-root-user", "--net", sys.executable, "-c", _DROPS, tmp_path],
                          env={**os.environ, "PYTHONPATH": str(TESTING)}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout.replace("'", '"'))
    assert counts["drops"] > 0 and counts["packets"] > 0
    kept = [packet.data for packet in read(tmp_path / "wire.pcap")]
    assert len(kept) == counts["packets"]
    assert sum(data[12:14] == b"\x88\xb5" for data in kept) + counts["drops"] >= 200


def test_a_file_that_goes_while_a_root_is_made(monkeypatch, tmp_path):
    monkeypatch.setattr(rootfs, "_ROOT", str(tmp_path))
    layers = rootfs._Layers([])
    monkeypatch.setattr(layers, "_entries", lambda path: ["/was-here-when-the-folder-was-read"])
    layers.lay_all()
    layers.close()
    assert not list(tmp_path.iterdir())


def test_a_fault_in_making_a_root_is_told_as_the_host_s():
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            hostd.socket.sethostname = lambda name: None
            hostd.rootfs.build = lambda spec: [][0]
            hostd.start({"name": "west"}, theirs)
        finally:
            os._exit(3)
    theirs.close()
    assert Channel(ours).receive(time.monotonic() + 30) == [{"error": "host west (IndexError: list index out of range)"}]
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 1
