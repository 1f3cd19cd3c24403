# SPDX-License-Identifier: GPL-2.0-or-later
"""The clock that guests share, with guests that are sockets here: who may run, when, and when nobody may."""

import os
import socket
import struct

import pytest

from lab.guests import calendar
from lab.place.loop import Loop

BEGIN = 1_000_000_000
FREE = 50_000


class _Fake:
    """A guest's end of the protocol."""

    def __init__(self, own, number):
        self.own, self.number = own, 0
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(own.path)
        self.sock.setblocking(False)
        self.say(1, number)

    def say(self, operation, moment=0):
        self.number += 1
        self.sock.send(struct.pack("=IIQ", operation, self.number, moment))

    def wait(self, moment):
        """Ask for a moment and wait for it."""
        self.say(2, moment)
        self.say(3)

    def heard(self):
        """All that came but acknowledgements: (operation, moment); each is acknowledged."""
        self.own.settle()
        return [entry[::2] for entry in self.all() if entry[0] != 0]

    def all(self):
        try:
            data = self.sock.recv(65536)
        except BlockingIOError:
            return []
        found = list(struct.iter_unpack("=IIQ", data))
        for operation, number, _ in found:
            if operation:
                self.sock.send(struct.pack("=IIQ", 0, number, 0))
        return found


class _Own:
    def __init__(self, path):
        self.path, self.loop = str(path), Loop()
        self.calendar = calendar.Calendar(self.loop, self.path, BEGIN)
        self.loop.rounds.append(self.loop.stop)

    def settle(self):
        """Have the loop see to all that there is."""
        for _ in range(20):
            self.loop._running = True
            self.loop.after(0, lambda: None)
            self.loop.run()


@pytest.fixture(name="own")
def _own(tmp_path):
    os.chdir(tmp_path)
    return _Own("clock")


def _runs(moment):
    return [(7, moment + FREE), (6, moment)]


def test_the_clock_jumps_to_the_first_moment_asked_for(own):
    one, two = _Fake(own, 0), _Fake(own, 1)
    own.settle()
    one.wait(5_000_000_000)
    assert one.heard() == []  # the other is still running
    two.wait(3_000_000_000)
    assert two.heard() == _runs(3_000_000_000) and one.heard() == []
    assert own.calendar.time_of_day() == BEGIN + 3_000_000_000
    two.wait(9_000_000_000)
    assert one.heard() == _runs(5_000_000_000) and two.heard() == []


def test_it_stands_still_while_it_may_not_jump(own):
    one = _Fake(own, 0)
    own.calendar.jumps = lambda: False
    one.wait(5_000_000_000)
    assert one.heard() == [] and own.calendar.now == 0
    own.calendar.jumps = lambda: True
    assert one.heard() == _runs(5_000_000_000)


def test_a_guest_that_is_woken_runs_at_once_even_then(own):
    one, two = _Fake(own, 0), _Fake(own, 1)
    own.calendar.jumps = lambda: False
    one.wait(5_000_000_000)
    two.wait(7_000_000_000)
    own.settle()
    own.calendar.wake(1)
    assert two.heard() == _runs(0) and one.heard() == []
    two.wait(7_000_000_000)
    own.settle()
    own.calendar.wake(1)
    assert two.heard() == _runs(FREE)  # it may have come so far by itself


def test_a_guest_is_never_woken_after_what_it_waits_for(own):
    one = _Fake(own, 0)
    own.calendar.jumps = lambda: False
    own.settle()
    own.calendar.now = 10_000_000
    one.wait(20_000)
    own.settle()
    own.calendar.wake(0)
    assert one.heard() == _runs(20_000) and own.calendar.now == 10_000_000


def test_the_time_of_day_and_the_time_are_told(own):
    one = _Fake(own, 0)
    own.settle()
    one.all()
    one.say(8)
    own.settle()
    assert one.all() == [(0, 2, BEGIN)]
    one.say(4)
    own.settle()
    assert one.all() == [(0, 3, 0)]


def test_a_guest_that_ends_is_not_waited_for(own):
    one, two = _Fake(own, 0), _Fake(own, 1)
    own.settle()
    one.wait(5_000)
    two.sock.close()
    assert one.heard() == _runs(5_000)


def test_nobody_runs_when_nobody_waits_for_a_moment(own):
    one = _Fake(own, 0)
    own.settle()
    one.wait((1 << 63) - 1)
    assert one.heard() == []


def test_paced_it_goes_no_faster_than_the_real_clock(own, monkeypatch):
    real = [100.0]
    monkeypatch.setattr(calendar.time, "monotonic", lambda: real[0])
    one = _Fake(own, 0)
    own.calendar.paced = lambda: True
    own.settle()
    one.wait(5_000_000_000)
    assert one.heard() == [] and own.calendar.now == 0
    real[0] = 104.0
    assert one.heard() == [] and own.calendar.now == 4_000_000_000
    real[0] = 105.5
    assert one.heard() == _runs(5_000_000_000)
    assert own.calendar.now == 5_000_000_000
