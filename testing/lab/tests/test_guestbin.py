# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the commands for scripts, as far as they can be run without a host."""

import importlib.util
import struct
import subprocess

import pytest
from lab import paths

GUESTBIN = paths.TESTING / "guestbin"


def run(name: str, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([str(GUESTBIN / name), *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [[], ["1", "2"], [""], ["-1"], ["1h"], ["0.5"]])
def test_pass_time_takes_a_number_of_seconds(arguments):
    done = run("pass-time.sh", *arguments)
    assert done.returncode == 1 and "usage: pass-time.sh SECONDS" in done.stderr and not done.stdout


def test_pass_time_refuses_where_time_is_real():
    done = run("pass-time.sh", "3600")
    assert done.returncode == 1 and done.stderr.startswith("pass-time.sh: time is not virtual here")


@pytest.mark.parametrize("words", ["", "127.0.0.1", "--every 1 --count 1", "--every x --count 1 127.0.0.1"])
def test_ping_count_says_its_usage(words):
    done = run("ping-count.sh", *words.split())
    assert done.returncode == 1 and "usage: ping-count.sh" in done.stderr and not done.stdout


def test_ping_count_refuses_long_waits_where_time_is_real():
    done = run("ping-count.sh", "--every", "2", "--count", "1", "127.0.0.1")
    assert done.returncode == 1 and done.stderr.startswith("ping-count.sh: time is not virtual here")


@pytest.mark.parametrize("words", ["", "192.0.2.254", "192.0.2.254 --", "-- a b", "--show x -- a"])
def test_each_connection_says_its_usage(words):
    done = run("each-connection.sh", *words.split())
    assert done.returncode == 1 and "usage: each-connection.sh" in done.stderr and not done.stdout


@pytest.mark.parametrize("arguments", [[], ["true"], ["--match", "x"], ["--match", "x", "--"], ["--wrong", "x"]])
def test_wait_for_says_its_usage(arguments):
    done = run("wait-for.sh", *arguments)
    assert done.returncode == 1 and "usage: wait-for.sh" in done.stderr


def test_wait_for_prints_the_lines_that_match():
    done = run("wait-for.sh", "--match", "^o", "--", "printf", "one\\ntwo\\n")
    assert (done.returncode, done.stdout) == (0, "one\n")


def test_wait_for_gives_up_with_the_last_output():
    done = run("wait-for.sh", "--timeout", "0", "--match", "three", "--", "echo", "two")
    assert done.returncode == 1 and "not within 0 s" in done.stderr and "two" in done.stderr


def test_wait_for_does_not_take_a_wait_that_failed_for_a_match():
    done = run("wait-for.sh", "--every", "never", "--match", "three", "--", "echo", "two")
    assert done.returncode == 1 and "sleep: invalid time interval" in done.stderr and not done.stdout


def test_wait_for_waits_until_nothing_matches(tmp_path):
    counter = tmp_path / "counter"
    counter.write_text("x\nx\nx\n", encoding="ascii")
    done = run("wait-for.sh", "--no-match", "--match", "x", "--", "sh", "-c", f"sed -i 1d {counter}; cat {counter}")
    assert (done.returncode, done.stdout, counter.read_text("ascii")) == (0, "", "")


@pytest.fixture(name="replay")
def _replay(monkeypatch):
    monkeypatch.syspath_prepend(str(GUESTBIN))
    spec = importlib.util.spec_from_file_location("replay_packets", GUESTBIN / "replay-packets.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _record(file, *numbers: int) -> None:
    """Add ESP packets with these sequence numbers to a recording."""
    with open(file, "ab") as out:
        for number in numbers:
            frame = bytes(12) + b"\x08\x00\x45" + bytes(8) + b"\x32" + bytes(14) + struct.pack("!I", number) + bytes(8)
            out.write(struct.pack("!H", len(frame)) + frame)


def test_replay_waits_for_the_recorder(replay, tmp_path, monkeypatch):
    _record(tmp_path / "sent", 1, 2)
    monkeypatch.setattr(replay.time, "sleep", lambda seconds: _record(tmp_path / "sent", 3))
    assert sorted(replay.awaited(str(tmp_path / "sent"), [3, 1])) == [1, 2, 3]


def test_replay_gives_up_on_a_packet_that_was_not_sent(replay, tmp_path):
    _record(tmp_path / "sent", 1)
    assert list(replay.awaited(str(tmp_path / "sent"), [2], limit=0)) == [1]
