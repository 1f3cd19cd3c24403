# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests side by side: how many, in which order, and what becomes of a process that runs one and does not do its work."""

import json
import os
import signal
from pathlib import Path

import pytest

from lab import attempt, pool, runone, testcase
from lab.result import Result
from lab.runs import folder


@pytest.fixture(name="case")
def _case(tmp_path):
    made = tmp_path / "t" / "name"
    made.mkdir(parents=True)
    (made / "01-west.sh").write_text("true\n")
    return testcase.load(made)


class _Run:
    """Stands in for a run: does what its out folder is named after."""

    def __init__(self, case, out, options, progress):
        self.case, self.out, self.stays, self.unsaved = case, out, False, ""
        self.result = Result(case.name, {}, str(out), "pass")

    def play(self):
        """Do it."""
        self.gate()
        if self.out.name == "unsaved":
            self.unsaved = f"{self.out}: No space left on device"
            return
        self.out.mkdir(parents=True)
        (self.out / "together").write_text(str(len(list(self.out.parent.glob("*/busy")))))
        (self.out / "busy").touch()
        getattr(self, "_" + self.out.name.rpartition("-")[2])()
        (self.out / "busy").unlink()
        self.result.save()

    def _pass(self):
        pass

    def _dies(self):
        os.kill(os.getpid(), signal.SIGKILL)

    def _hangs(self):
        signal.pause()

    def _begun(self):
        self.result.verdict, self.result.reason = "unresolved", attempt.NOT_ENDED
        self.result.save()
        os._exit(7)


def _children():
    """The children of this process, those that nobody has waited for among them."""
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()


@pytest.fixture(name="run")
def _run(case, tmp_path, monkeypatch):
    """Run jobs by name; the results by name, in the order in which they came."""
    monkeypatch.setattr(pool, "Run", _Run)

    def run(*names, size=2, go_on=lambda: True):
        found, before = {}, _children()
        jobs = [pool.Job(case, tmp_path / "out" / name) for name in names]
        pool.Pool(size, runone.Options(), lambda job, result: found.update({job.out.name: result})).run(jobs, go_on)
        assert _children() == before
        return found
    return run


def test_all_are_run_and_never_more_at_once_than_asked_for(run, tmp_path):
    names = [f"{number}-pass" for number in range(12)]
    assert {name: result.verdict for name, result in run(*names, size=3).items()} == dict.fromkeys(names, "pass")
    assert max(int((tmp_path / "out" / name / "together").read_text()) for name in names) <= 2


def test_one_at_a_time_keeps_the_order(run):
    names = [f"{number}-pass" for number in (3, 1, 2)]
    assert list(run(*names, size=1)) == names


def test_no_more_are_started_when_it_is_enough(run, tmp_path):
    def go_on():
        return len(list((tmp_path / "out").glob("*/together"))) < 3
    assert list(run(*[f"{number}-pass" for number in range(9)], size=1, go_on=go_on)) == ["0-pass", "1-pass", "2-pass"]


def test_a_process_that_dies_has_an_unresolved_test(run):
    found = run("1-dies", "2-pass", "3-begun")
    assert (found["1-dies"].verdict, found["1-dies"].reason) == (
        "unresolved", "the process that ran it ended without a result")
    assert found["3-begun"].reason == found["1-dies"].reason
    assert found["2-pass"].verdict == "pass"


def test_a_process_that_does_not_end_is_killed_once_its_time_is_up(run, case, monkeypatch):
    monkeypatch.setattr(pool, "_OVERTIME", 0.1)
    case.total = 0.1
    found = run("1-hangs", "2-pass")
    assert (found["1-hangs"].verdict, found["1-hangs"].reason) == ("unresolved", "it did not end within 0.2 s and was killed")
    assert found["2-pass"].verdict == "pass"


def test_a_result_that_cannot_be_saved_is_told(run, tmp_path):
    found = run("unsaved")
    assert found["unsaved"].verdict == "unresolved"
    assert found["unsaved"].reason == f"{tmp_path}/out/unsaved: No space left on device"


def test_workers_end_with_the_pool_s_end(case, tmp_path, monkeypatch):
    monkeypatch.setattr(pool, "Run", _Run)

    def broken(job, result):
        raise OSError("cannot be written")
    before = _children()
    jobs = [pool.Job(case, tmp_path / "out" / name) for name in ("1-hangs", "2-pass", "3-pass")]
    with pytest.raises(OSError, match="cannot be written"):
        pool.Pool(2, runone.Options(), broken).run(jobs)
    assert _children() == before


def test_an_output_folder_that_holds_anything_else_is_refused(tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(Exception, match="not empty"):
        runone.prepare(tmp_path)
    with pytest.raises(Exception, match="not empty"):
        folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    (tmp_path / "result.json").write_text(json.dumps({}))
    runone.prepare(tmp_path)
    assert not list(Path(tmp_path).iterdir())
