# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of libreswan's judged by what they come to, whatever is printed of it."""

import pytest
import suite_trees

from lab.suites import Ended
from lab.suites.libreswan import case, judge, outcome, programs
from lab.transcript import Step, to_json

_UP = "ipsec auto --up a"
_THEIRS = '003 "a" #1: initiator established IKE SA\n004 "a" #2: initiator established Child SA using #1; IPsec tunnel\n'
_OURS = '"a" #1: IKE SA established with @east {AES}\n"a" #1: Child SA #2 established, tunnel mode, 1 === 2 {ESP}\n'
_TRAFFIC = '#2: "a", type=ESP, add_time=1234567890, inBytes={}, outBytes={}, id=\'@east\'\n'


def _console(*typed):
    """A console of lines and their outputs, as the sanitizers leave it."""
    first, *others = [f"{line}\n{output}" for line, output in typed]
    return first + "".join(f"east #\n {text}" for text in others) + "east #\n"


def _facts(*typed):
    return [(fact.kind, fact.value) for fact in outcome.facts(_console(*typed))]


@pytest.mark.parametrize(("line", "output", "fact"), [
    (_UP, _THEIRS, ("up", "established")),
    (_UP, _OURS, ("up", "established")),
    (_UP, '"a": is up already\n', ("up", "established")),
    (_UP, '003 "a" #1: initiator established IKE SA\n002 "a" #2: TS_UNACCEPTABLE\n', ("up", "not established")),
    ("ipsec whack --name a --initiate", _OURS, ("up", "established")),
    ("strongswan up a", "connection 'a' established successfully\n", ("up", "established")),
    ("swanctl --initiate --child a", "initiate failed: establishing CHILD_SA 'a' failed\n", ("up", "not established")),
    ("ipsec auto --add a", '002 "a": added IKEv2 connection\n', ("add", "loaded")),
    ("ipsec auto --add a", '"a": loaded\n', ("add", "loaded")),
    ("ipsec auto --add a", '"a": ike=x: not supported\n', ("add", "refused")),
    ("ipsec whack --impair revival", "", ("impair", "on")),
    ("ipsec whack --impair revival", "IMPAIR: revival is on\n", ("impair", "on")),
    ("ipsec whack --impair revival", "revival: revival is no impairment\n", ("impair", "refused")),
    ("ipsec whack --debug-all --impair x", "ipsec whack: --debug-all: there is no such option\n", ("impair", "refused")),
    ("../../guestbin/ping-once.sh --up 1.2.3.4", "up\n", ("ping", "up")),
    ("../../guestbin/ping-once.sh --up 1.2.3.4", "down UNEXPECTED\n# ping\n", ("ping", "down")),
    ("../../guestbin/libreswan-up-down.sh a -I 1.2.3.4", f'"a": loaded\n{_OURS}up\n', ("ping", "up")),
    ("../../guestbin/libreswan-up-down.sh a -I 1.2.3.4", f'002 "a": added\n{_THEIRS}down UNEXPECTED\n', ("ping", "down")),
    ("../../guestbin/libreswan-up-down.sh a -I 1.2.3.4", '002 "a": added\n"a" #1: no answer\n', ("ping", "not established")),
    ("../../guestbin/wait-until-alive 1.2.3.4", "destination 1.2.3.4 is alive\n", ("ping", "up")),
    ("../../guestbin/wait-until-alive 1.2.3.4", "destination 1.2.3.4 is dead\n", ("ping", "down")),
    ("ping -n -c 4 1.2.3.4", "4 packets transmitted, 0 received, 100% packet loss\n", ("ping", "down")),
    ("ping -n -c 4 1.2.3.4", "4 packets transmitted, 3 received, 25% packet loss\n", ("ping", "up")),
    ("ipsec whack --trafficstatus", "006 " + _TRAFFIC.format(84, 84), ("traffic", "a in out")),
    ("ipsec trafficstatus", _TRAFFIC.format(0, 84), ("traffic", "a out")),
    ("../../guestbin/wait-for.sh --match a -- ipsec trafficstatus", _TRAFFIC.format(0, 84), ("traffic", "a")),
    ("ipsec trafficstatus", "", ("traffic", "no Child SA"))])
def test_facts_of_a_line(line, output, fact):
    assert _facts((line, output)) == [fact]


@pytest.mark.parametrize("line", ["# ipsec auto --up a", "ipsec auto --up a --asynchronous", "ipsec auto --up a &",
                                  "ipsec status", "../../guestbin/ping-once.sh --forget 1.2.3.4"])
def test_lines_without_facts(line):
    assert not _facts((line, "fired and forgotten\n"))


def test_order_of_child_sas_does_not_count():
    rows = _TRAFFIC.format(84, 84), _TRAFFIC.format(1, 0).replace('"a"', '"b"')
    assert _facts(("ipsec trafficstatus", "".join(rows))) == _facts(("ipsec trafficstatus", "".join(reversed(rows))))


def test_differences_are_told_time_by_time():
    ping = "ping-once.sh 1.2.3.4"
    wanted = list(outcome.facts(_console((ping, "down\n"), (_UP, _THEIRS), (ping, "up\n"))))
    assert not outcome.differences(wanted, wanted)
    came = list(outcome.facts(_console((ping, "down\n"), (_UP, "refused\n"), (ping, "down UNEXPECTED\n"))))
    assert outcome.differences(wanted, came) == [f"{_UP}: expected established, came not established",
                                                 f"{ping}: expected up, came down"]
    assert outcome.differences(wanted, came[:2])[1] == f"{ping}: expected up, came nothing"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A function that judges a run of a test that is to establish something."""
    suite = suite_trees.libreswan(tmp_path / "tree", {"one": {"eastinit.sh": f"{_UP}\n"}})
    loaded = case.load(suite, suite.tree / "testing/pluto/one")
    loaded.suite = type(suite)(suite.kind, suite.tree, "", True)
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(programs, "native", lambda suite: tmp_path)

    def judged(line, output, ended=Ended(), expected=_THEIRS):
        (loaded.folder / "east.console.txt").write_text(f"{line}\n{expected}east #\n", encoding="utf-8")
        (out / "east.transcript.json").write_text(to_json([Step("eastinit.sh", line, output, 0, 0.1)]), encoding="utf-8")
        return judge.judge(loaded, out, ended)
    return judged


def test_other_words_for_the_same_pass(run):
    found = run(_UP, _OURS)
    assert found.verdict == "pass" and "class" not in found.notes


def test_another_end_state_fails(run):
    found = run(_UP, "no\n")
    assert (found.verdict, found.reason) == ("fail", f"outcome east: {_UP}: expected established, came not established")
    assert found.diffs[0]["text"] == f"{_UP}: expected established, came not established\n"
    assert found.notes["class"] == "semantic"


def test_a_crash_or_a_time_out_is_no_pass(run):
    for ended, verdict in ((Ended(crashes=("pluto on east",)), "fail"),
                           (Ended("timeout", "east: a line did not return"), "timeout")):
        found = run(_UP, _OURS, ended)
        assert (found.verdict, found.notes["class"]) == (verdict, "semantic")


def test_what_shows_no_end_state_is_unresolved(run):
    found = run("ipsec status", "", expected="")
    assert (found.verdict, found.reason) == ("unresolved", "it expects no ping, traffic or SA that it could be judged by")
    assert "class" not in found.notes
