# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests that the lab drives: their lines, and the switch, with guests that are processes on this machine."""

import json
import os
import signal
import socket
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from lab import hostspec, paths, runone, stack, testcase
from lab.errors import UnresolvedError
from lab.guests import driven, drivenrun
from lab.guests.line import Line
from lab.place.client import KeeperClient
from lab.place.frames import Channel, encode

GUEST = f"import sys; sys.path.insert(0, {str(paths.TESTING)!r}); from lab.guests import serve; serve.serve(int(sys.argv[1]))"


def test_a_line_sends_no_more_than_the_guest_took():
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    written = []
    line = Line(ours, lambda: written.append(1))
    line.send({"id": 1, "text": "x" * 5000})
    got = theirs.recv(65536)
    assert len(got) == 2048 and len(written) == 1
    with pytest.raises(BlockingIOError):
        theirs.recv(1)
    theirs.send(encode({"id": 0, "took": 2048}) + encode({"id": 7}) + encode({"id": 0, "took": 10}))
    assert line.pump() == [{"id": 7}]
    got += theirs.recv(65536)
    assert len(got) == 2048 + 2058 and len(written) == 2
    theirs.send(encode({"id": 0, "took": 2048}))
    assert line.pump() == []
    got += theirs.recv(65536)
    assert got == encode({"id": 1, "text": "x" * 5000})
    theirs.close()
    assert line.pump() is None


@pytest.fixture(name="place")
def _place(tmp_path, monkeypatch):
    case = testcase.load(paths.TESTING / "hosts" / "empty")
    monkeypatch.setattr(driven.uml, "command", lambda machine, out: [sys.executable, "-c", GUEST, "@line@"])
    monkeypatch.setattr(driven, "_words", lambda *words: [])
    place = driven.UmlGuests([driven.Guest("guest", tuple(case.hosts), Path("/none"), min(os.sched_getaffinity(0)))],
                             tmp_path / "guests", virtual=False)
    place.case, place.out = case, tmp_path
    yield place
    place.stop()


def _start(place):
    plan = place.case.network.subset(place.case.hosts).plan(place.case.nat)
    place.start(hostspec.build(place.case, print), plan, str(place.out))


def test_hosts_in_a_guest_answer(place):
    _start(place)
    assert place.type("west", "hostname; true", 30)["output"] == "west\n"
    assert place.run("east", ["cat"], b"x" * 20000) == (0, b"x" * 20000, b"")
    place.put("west", "/root/file", b"\0\xff")
    assert place.get("west", "/root/file") == b"\0\xff"
    assert place.run("west", ["ping", "-c1", "-q", "192.1.2.23"])[0] == 0
    wires = place.end_capture()
    assert wires["internet"]["packets"] >= 2 and (place.out / "internet.pcap").stat().st_size > 24


def test_others_reach_them_through_a_socket(place):
    _start(place)
    place.listen(str(place.out / "sock"))
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(str(place.out / "sock"))
    client = KeeperClient(Channel(sock))
    assert client.type("west", "echo hello", 30)["output"] == "hello\n"
    assert place.type("west", "echo both", 30)["output"] == "both\n"
    with pytest.raises(UnresolvedError, match="host road is not up in this run; up are west, east"):
        client.type("road", "true", 30)


def test_a_guest_that_ends_is_told(place):
    _start(place)
    pid = int(place.run("west", ["sh", "-c", "echo $PPID"])[1])
    assert pid == 1
    (guest,) = _children_of(place._between)
    os.kill(guest, signal.SIGKILL)
    with pytest.raises(UnresolvedError, match="guest guest (went|ended)|went away"):
        place.type("west", "true", 30)


def test_a_guest_that_does_not_start_is_told(place, monkeypatch):
    monkeypatch.setattr(driven.uml, "command", lambda machine, out: ["/nonexistent/kernel"])
    with pytest.raises(UnresolvedError, match="/nonexistent/kernel: No such file"):
        _start(place)


def test_each_guest_loads_the_module_of_its_kernel(tmp_path, monkeypatch):
    monkeypatch.setattr(stack, "module", lambda kernel: Path("/made") / kernel)
    monkeypatch.setattr(drivenrun.processors, "take", lambda slot, wait: 0)
    (tmp_path / "out").mkdir()
    case = testcase.load(paths.TESTING / "pluto" / "pluto-psk")
    options = runone.Options(place="uml", kernel="uml-6.12", kernels={"east": "uml-6.1"}, apart=True, stack=stack.MODULE)
    run = drivenrun.DrivenRun(case, tmp_path / "out", options, print, 0)
    run.files = {name: SimpleNamespace(image=Path("/kernel")) for name in ("uml-6.12", "uml-6.1")}
    place = run.new_place()
    try:
        for number, guest in enumerate(place.guests):
            (place.folder / guest.name).mkdir()
            place._writes = ""
            place.machine(number, guest, [], place.folder / guest.name)
    finally:
        place.stop()
    orders = {path.parent.name: json.loads(path.read_text()) for path in place.folder.glob("*/guest.json")}
    assert {name: order["module"] for name, order in orders.items()} == {"west": "/made/uml-6.12", "east": "/made/uml-6.1"}


def _children_of(pid):
    """The guests of a run: the children of the switch, which is the child of the process between."""
    (switch,) = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in Path(f"/proc/{switch}/task/{switch}/children").read_text().split()]
