# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages between the lab and its hosts: whole, in order, and never waiting for each other for ever."""

import os
import socket
import struct
import time

import pytest

from lab.errors import UnresolvedError
from lab.place.client import KeeperClient
from lab.place.frames import MAXIMUM, Channel, pack, unpack
from lab.place.loop import Loop


@pytest.fixture(name="pair")
def _pair():
    pair = [Channel(sock) for sock in socket.socketpair()]
    yield pair
    for channel in pair:
        channel.close()


def test_binary_data_and_surrogates_survive(pair):
    data = bytes(range(256)) * 10
    pair[0].send({"data": pack(data), "text": "\udcff\0ü"})
    (message,) = pair[1].pump()
    assert unpack(message["data"]) == data and message["text"] == "\udcff\0ü"


def test_messages_cut_anywhere_arrive_whole_and_in_order(pair):
    body = b'{"n":1}'
    stream = (struct.pack(">I", len(body)) + body) * 3
    for octet in stream[:-1]:
        pair[0].sock.send(bytes([octet]))
        messages = pair[1].pump()
        assert messages in ([], [{"n": 1}])
    assert not pair[1].holds()
    pair[0].sock.send(stream[-1:])
    assert pair[1].pump() == [{"n": 1}]


def test_the_end_of_the_stream_comes_after_what_was_sent(pair):
    pair[0].send({"n": 1})
    pair[0].send({"n": 2})
    pair[0].close()
    assert pair[1].pump() == [{"n": 1}, {"n": 2}]
    assert pair[1].pump() is None and pair[1].holds()
    with pytest.raises(EOFError):
        pair[1].receive(time.monotonic() + 5)
    with pytest.raises(OSError):
        pair[1].send({})


def test_a_length_out_of_bounds_is_refused(pair):
    pair[0].sock.send(struct.pack(">I", MAXIMUM + 1))
    with pytest.raises(UnresolvedError, match="out of step"):
        pair[1].pump()


def test_two_ends_that_both_send_much_do_not_wait_for_each_other(pair):
    """Each sends more than the sockets hold before it reads; and hears of what was stored meanwhile."""
    text = "x" * 3_000_000
    pid = os.fork()
    if pid == 0:
        pair[1].send({"from": "child", "text": text})
        os._exit(0 if pair[1].pump() or pair[1].receive(time.monotonic() + 30) else 1)
    heard = []
    pair[0].stored = lambda: heard.append(pair[0].holds())
    pair[0].send({"from": "parent", "text": text})
    (message,) = pair[0].receive(time.monotonic() + 30)
    assert message["from"] == "child" and len(message["text"]) == len(text) and heard
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def test_one_who_does_not_read_is_given_up(pair):
    pair[0].patience = 0.05
    with pytest.raises(OSError, match="timed out"):
        pair[0].send({"text": "x" * 3_000_000})


def test_a_loop_calls_for_messages_that_were_stored(pair):
    loop, found = Loop(), []

    def call():
        found.extend(pair[0].pump())
        loop.stop()
    loop.watch_channel(pair[0], call)
    pair[1].send({"n": 1})
    pair[0]._fill()  # as send() does when there is no room
    pair[0].stored()
    loop.after(30, loop.stop)
    loop.run()
    assert found == [{"n": 1}]


@pytest.mark.parametrize(("answers", "said"), [
    ([{"id": 1, "error": "no room"}], "no room"), ([{"id": 0, "lost": "host west"}], "host west went away during 'type'"),
    ([], "went away during 'type'")])
def test_a_client_tells_what_went_wrong(pair, answers, said):
    client = KeeperClient(pair[0])
    for answer in answers:
        pair[1].send(answer)
    pair[1].sock.shutdown(socket.SHUT_WR)
    with pytest.raises(UnresolvedError, match=said):
        client.type("west", "true", 5)


def test_a_client_waits_past_a_requests_own_limit_and_no_longer(pair, monkeypatch):
    monkeypatch.setattr("lab.place.client._MARGIN", 0.05)
    with pytest.raises(UnresolvedError, match="did not answer 'type' in time"):
        KeeperClient(pair[0]).type("west", "true", 0.05)


def test_timers_fire_in_order_and_can_be_cancelled():
    loop, fired = Loop(), []
    loop.after(0.02, lambda: (fired.append("late"), loop.stop()))
    loop.after(0.01, lambda: fired.append("early"))
    loop.after(0.005, lambda: fired.append("never")).cancel()
    loop.run()
    assert fired == ["early", "late"]
