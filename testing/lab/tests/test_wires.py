# SPDX-License-Identifier: GPL-2.0-or-later
"""Wires between guests: who gets a frame, what is captured, and what happens to one that does not listen."""


import pytest

from lab.capture import pcap
from lab.guests import wires
from lab.place.loop import Loop

A, B, C = (bytes([2, 0, 0, 0, 0, number]) for number in (1, 2, 3))
ALL = b"\xff" * 6
MOMENT = 1_700_000_000_123_456_789


class _Own:
    def __init__(self, folder):
        self.loop, self.folder, self.woken = Loop(), folder, []
        self.wires = wires.Wires(self.loop, ["net", "other"], str(folder), lambda: MOMENT, self.woken.append)
        self.loop.rounds.append(self.loop.stop)
        self.ends = {}

    def plug(self, name, wire="net"):
        self.ends[name] = self.wires.plug(wire, len(self.ends))
        self.ends[name].setblocking(False)

    def settle(self):
        for _ in range(5):
            self.loop._running = True
            self.loop.after(0, lambda: None)
            self.loop.run()

    def got(self, name):
        self.settle()
        found = []
        while True:
            try:
                found.append(self.ends[name].recv(65536))
            except BlockingIOError:
                return found


@pytest.fixture(name="own")
def _own(tmp_path):
    own = _Own(tmp_path)
    for name in "abc":
        own.plug(name)
    own.plug("d", "other")
    return own


def _frame(target, source, text=b"x"):
    return target + source + b"\x08\x00" + text * 46


def test_a_frame_goes_to_all_until_its_target_was_seen(own):
    first, answer, second = _frame(B, A), _frame(A, B), _frame(B, A, b"y")
    own.ends["a"].send(first)
    assert (own.got("a"), own.got("b"), own.got("c"), own.got("d")) == ([], [first], [first], [])
    own.ends["b"].send(answer)
    assert (own.got("a"), own.got("b"), own.got("c")) == ([answer], [], [])
    own.ends["a"].send(second)
    assert (own.got("b"), own.got("c")) == ([second], [])
    own.ends["c"].send(_frame(ALL, C))
    assert own.got("a") == own.got("b") == [_frame(ALL, C)] and own.got("d") == []
    assert own.woken[:3] == [1, 2, 0]


def test_all_is_captured_with_the_clock_s_time(own):
    own.ends["a"].send(_frame(B, A))
    own.ends["d"].send(_frame(ALL, C))
    own.settle()
    assert own.wires.end() == {"net": {"packets": 1, "drops": 0}, "other": {"packets": 1, "drops": 0}}
    (packet,) = pcap.read(own.folder / "net.pcap")
    assert (packet.data, packet.seconds, packet.nanoseconds) == (_frame(B, A), 1_700_000_000, 123_456_789)
    own.ends["a"].send(_frame(B, A, b"z"))
    assert own.got("b") == [_frame(B, A), _frame(B, A, b"z")]  # the wires go on, the captures do not
    assert len(list(pcap.read(own.folder / "net.pcap"))) == 1


def test_frames_wait_for_a_guest_that_is_slow_and_the_oldest_are_lost_in_the_end(own, monkeypatch):
    monkeypatch.setattr(wires, "_MOST_WAITING", 3)
    full = _fill(own.ends["a"], own)
    got = own.got("b")
    assert got == full[:len(got)] and got
    own.wires._retry()
    rest = own.got("b")
    lost = own.wires.end()["net"]["drops"]
    assert (got + rest)[-1] == full[-1] and len(got) + len(rest) + lost == len(full) and 0 < len(rest) <= 4


def _fill(sender, own):
    """Send until more wait than may; the third port's guest reads all."""
    sent = []
    for number in range(100_000):
        frame = _frame(B, A, b"%06d" % number)
        sent.append(frame)
        while True:
            try:
                sender.send(frame)
                break
            except BlockingIOError:
                own.settle()
        own.settle()
        own.got("c")
        if own.wires._wires["net"].drops > 2:
            return sent
    raise AssertionError("nothing was ever lost")


def test_a_guest_that_goes_leaves_the_others_alone(own):
    own.ends["b"].close()
    own.ends["a"].send(_frame(ALL, A))
    own.settle()
    own.ends["a"].send(_frame(ALL, A))
    assert own.got("c") == [_frame(ALL, A)] * 2
