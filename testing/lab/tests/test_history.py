# SPDX-License-Identifier: GPL-2.0-or-later
"""What earlier runs found, kept over runs that happen at the same time."""

import os

import pytest

from lab import history, paths
from lab.result import Result, exit_status, load
from lab.runs import merge


@pytest.fixture(autouse=True)
def _runs(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "RUNS", tmp_path)


def _add(test, verdict="pass", seconds=1.0, reason=""):
    history.add(Result(test, {}, "/out", verdict, reason, seconds))


def test_what_was_added_is_read_in_order():
    assert history.read() == [] and history.last() == {}
    _add("a/b", "fail", reason="\udcff ü")
    _add("a/c")
    _add("a/b")
    assert [record["class"] for record in history.of("a/b")] == ["fail", "pass"]
    assert history.last()["a/b"]["class"] == "pass" and history.read()[0]["reason"] == "\udcff ü"


def test_the_longest_come_first_and_the_unknown_early():
    _add("a/quick", seconds=0.1)
    _add("a/slow", seconds=5)
    _add("a/slow", "fail", seconds=0.01)
    _add("a/huge", seconds=100)
    assert history.longest_first(["a/quick", "a/new", "a/slow", "a/huge", "a/other"]) == [
        "a/huge", "a/new", "a/other", "a/slow", "a/quick"]


def test_lines_of_several_processes_do_not_mix():
    pids = []
    for number in range(8):
        pid = os.fork()
        if pid == 0:
            for _ in range(50):
                _add(f"a/{number}", reason="r" * 3000)
            os._exit(0)
        pids.append(pid)
    for pid in pids:
        os.waitpid(pid, 0)
    assert len(history.read()) == 400


def test_only_the_newest_part_of_a_long_history_is_read(monkeypatch):
    monkeypatch.setattr(history, "_READ", 1000)
    for number in range(100):
        _add(f"a/{number}")
    records = history.read()
    assert 3 < len(records) < 10 and records[-1]["test"] == "a/99"


def test_a_result_is_read_as_it_was_saved(tmp_path):
    saved = Result("a/b", {"place": "ns"}, str(tmp_path), "fail", "why", 1.5, wires={"w": {"packets": 1, "drops": 0}})
    saved.save()
    assert load(tmp_path) == saved
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]


@pytest.mark.parametrize("text", [None, "", "{", "[]", '{"class": "pass"}', '{"class": "pass", "test": 1, "what": 2}'])
def test_what_is_no_result_is_none(tmp_path, text):
    if text is not None:
        (tmp_path / "result.json").write_text(text)
    assert load(tmp_path) is None


@pytest.mark.parametrize(("verdicts", "merged"), [
    (["pass"], "pass"), (["pass", "pass"], "pass"), (["fail", "pass"], "flaky"), (["pass", "timeout", "pass"], "flaky"),
    (["fail", "fail"], "fail"), (["fail", "crash"], "crash"), (["skipped", "skipped"], "skipped"),
    (["unresolved", "unresolved"], "unresolved")])
def test_attempts_are_merged(verdicts, merged):
    result = merge([Result("a/b", {}, f"/{number}", verdict) for number, verdict in enumerate(verdicts)])
    assert result.verdict == merged
    assert [attempt["class"] for attempt in result.attempts] == (verdicts if len(verdicts) > 1 else [])


@pytest.mark.parametrize(("verdicts", "status"), [
    ([], 0), (["pass", "skipped"], 0), (["pass", "fail"], 1), (["unresolved", "crash"], 1), (["timeout"], 1), (["flaky"], 1),
    (["pass", "unresolved"], 3)])
def test_exit_status(verdicts, status):
    assert exit_status([Result("a/b", {}, "", verdict) for verdict in verdicts]) == status
