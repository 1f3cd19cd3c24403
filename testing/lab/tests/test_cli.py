# SPDX-License-Identifier: GPL-2.0-or-later
"""The command as a user types it: choosing tests, what it prints, its exit status, and the reports that it writes."""

import json
import os
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
import scratch

from lab.cli import COMMANDS

FINE = ("echo fine", "fine\n")


@pytest.fixture(name="own", scope="module")
def _own():
    """A checkout with a few tests that were all run once."""
    own = scratch.another()
    console = scratch.console("west", FINE)
    own.says("good-one", FINE[0], console={"west": console}, toml='tags = ["quick", "first"]\n')
    own.test("good-two", {"01-east-two.sh": "true\n"}, {"east": scratch.console("east", ("true", ""))},
             toml='tags = ["quick"]\n')
    own.says("bad", FINE[0], console={"west": console.replace("fine", "poor")})
    own.says("early", FINE[0], console={"west": console}, status="wip still rough")
    own.says("later", FINE[0], console={"west": console}, status="skip needs a moon")
    own.done = own.lab("run", "--all", "--junit", "junit.xml", "--tap", "out.tap")
    return own


def _listed(own, *words):
    return [record["test"].removeprefix("t/") for record in json.loads(own.lab("list", "--json", *words).stdout)]


@pytest.mark.parametrize(("words", "tests"), [
    ((), "good-one good-two bad early later"),
    (("--all",), "good-one good-two bad"),
    (("good-one",), "good-one"),
    (("t/good-one", "bad"), "good-one bad"),
    (("good-*",), "good-one good-two"),
    (("t/*o*",), "good-one good-two"),
    (("t",), "good-one good-two bad"),
    (("testing/t/bad/",), "bad"),
    (("testing/t/early",), "early"),
    (("early", "later"), "early later"),
    (("*a*",), "bad"),
    (("--tag", "quick"), "good-one good-two"),
    (("--tag", "quick", "--tag", "first"), "good-one"),
    (("--host", "east"), "good-two"),
    (("--status", "wip", "--status", "skip"), "early later"),
    (("--failed",), "bad"),
    (("--all", "--host", "west", "good-*"), "good-one"),
])
def test_choosing(own, words, tests):
    assert _listed(own, *words) == tests.split()


@pytest.mark.parametrize(("words", "said"), [
    (("list", "--peer", "strongswan"), "no test is all that was asked for at once: peer strongswan, status good"),
    (("run", "good-*", "--tag", "none"), "no test is all that was asked for at once: good-*, tag none, status good"),
    (("run",), "no tests named"),
    (("run", "god-one"), "unknown test 'god-one'; 'lab list' shows all"),
    (("run", "good"), "unknown test 'good'; did you mean t/good-one, t/good-two?"),
    (("diff", "t/none"), "unknown test 't/none'"),
    (("diff", "good-*"), "'good-*' is 2 tests: t/good-one, t/good-two"),
    (("log", "early"), "t/early was not run yet"),
    (("run-one", "good-*", "--out", "x"), "is 2 tests"),
    (("wash",), "unknown command 'wash'"),
])
def test_wrong_usage_is_one_line(own, words, said):
    assert said in scratch.one_line(own.lab(*words), 2)


@pytest.mark.parametrize("words", [("run", "--jobs", "0", "bad"), ("run", "--jobs", "x", "bad"), ("run", "--nonsense"),
                                   ("list", "--status", "best"), ("run-one", "bad"), ()])
def test_bad_options_exit_2(own, words):
    done = own.lab(*words)
    assert done.returncode == 2 and "Traceback" not in done.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_tells_of_itself(own, command):
    done = own.lab(command, "--help")
    assert done.returncode == 0 and done.stdout.startswith(f"usage: lab {command}")
    assert command in own.lab("--help").stdout


def test_what_a_session_prints(own):
    done = own.done
    assert done.returncode == 1 and done.stderr == ""
    rows = done.stdout.splitlines()
    assert rows.index("-poor") < next(number for number, row in enumerate(rows) if "fail       t/bad" in row)
    assert "+fine" in rows and "3" in rows[-1] + "3" and "2 passed, 1 failed" in rows[-1]
    assert "\x1b" not in done.stdout
    assert any(row.startswith("    all it left is in build/lab/runs/") for row in rows)


def test_a_diff_is_coloured_on_a_terminal(own):
    master, slave = os.openpty()
    process = subprocess.Popen([own.path / "lab", "diff", "bad"], stdout=slave, env={**own.environment, "TERM": "xterm"})
    os.close(slave)
    process.wait(timeout=scratch.LIMIT)
    said = os.read(master, 65536).decode()
    os.close(master)
    assert process.returncode == 1 and "\x1b[3" in said
    assert "\x1b" not in own.lab("diff", "bad").stdout


def test_junit_and_tap(own):
    suites = ElementTree.parse(own.path / "junit.xml").getroot()
    cases = {case.get("name"): [child.tag for child in case] for case in suites.iter("testcase")}
    assert cases.keys() == {"good-one", "good-two", "bad"}
    assert "failure" in cases["bad"] and "failure" not in cases["good-one"]
    rows = (own.path / "out.tap").read_text().splitlines()
    assert rows[0] == "TAP version 13" and sum(row.startswith("ok ") for row in rows) == 2
    assert sum(row.startswith("not ok ") for row in rows) == 1
    last = own.path / "build" / "lab" / "last"
    if (last / "t" / "bad").is_dir():
        assert (last / "junit.xml").read_text() == (own.path / "junit.xml").read_text()


def test_exit_status_0_and_3(own):
    assert own.lab("run", "good-one", "later").returncode == 0
    own.says("none", FINE[0])
    assert own.lab("run", "none", "good-one").returncode == 3
    assert own.lab("run", "--bisect", "none").returncode == 125
    assert own.lab("run", "--bisect", "nonesuch").returncode == 128
    assert own.lab("run", "--bisect", "bad").returncode == 1
    own.kind.joinpath("none", "west.console.txt").write_text(scratch.console("west", FINE))
    assert own.lab("run", "none").returncode == 0


def test_skipped_tests_are_told_with_the_reason(own):
    found = own.results("later", "early")
    assert (found["t/later"]["class"], found["t/later"]["reason"]) == ("skipped", "needs a moon")
    assert found["t/early"]["class"] == "pass"
    done = own.lab("run", "later", "--show", cwd=own.kind / "bad")
    assert "needs a moon" in done.stdout and "poor" not in done.stdout


def test_run_in_a_test_s_folder(own):
    for name, status in (("good-one", 0), ("bad", 1), ("early", 0)):
        done = subprocess.run([own.kind / name / "run"], env=own.environment, capture_output=True, check=False, cwd="/")
        assert done.returncode == status, done


def test_show_prints_what_was_seen(own):
    assert f"--- west.console.txt ---\n{scratch.console('west', FINE)}" in own.lab("run", "--show", "good-one").stdout


def test_log_and_list_of_one(own):
    done = own.lab("log", "bad")
    assert "fail" in done.stdout and "west.console.txt" in done.stdout and "0 of" in done.stdout
    assert own.lab("log", "bad", "west.console.txt").stdout == scratch.console("west", FINE)
    assert "no file" in scratch.one_line(own.lab("log", "bad", "nothing"), 2)
    assert {record["class"] for record in json.loads(own.lab("log", "--json", "bad").stdout)} == {"fail"}
    done = own.lab("list", "bad")
    assert "script 1: 01-west-says.sh at west" in done.stdout and "last:" in done.stdout


def test_run_one_leaves_all_in_a_folder(own, tmp_path):
    out = tmp_path / "out"
    done = own.lab("run-one", "good-one", "--out", str(out), "--json", cwd=tmp_path)
    assert done.returncode == 0
    assert json.loads(done.stdout)["class"] == "pass"
    record = json.loads((out / "result.json").read_text())
    assert record["class"] == "pass" and record["cell"]["place"] == "ns" and record["seconds"] > 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_that_is_no_run_s_is_not_touched(own, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work\n")
    for _ in range(2):
        done = own.lab("run-one", "good-one", "--out", str(tmp_path))
        assert done.returncode == 3 and "not empty" in done.stdout
        assert "not empty" in scratch.one_line(own.lab("run", "good-one", "--out", str(tmp_path)), 2)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_stress_tells_the_rate(own):
    done = own.lab("run", "--stress", "3", "good-one")
    assert done.returncode == 0 and "t/good-one: 0 of 3 runs under load failed (0.0 %)" in done.stdout
    done = own.lab("run", "--stress", "3", "-j1", "bad")
    assert done.returncode == 1 and "t/bad: 1 of 1 runs under load failed (100.0 %)" in done.stdout


def test_a_repeat_is_one_result_with_attempts(own):
    record = own.result("good-one", "--repeat", "3")
    assert record["class"] == "pass" and len({attempt["out"] for attempt in record["attempts"]}) == 3
    record = own.result("bad", "--retry", "1")
    assert record["class"] == "fail" and len(record["attempts"]) == 2


def test_output_that_nobody_reads_is_no_fault(own):
    done = subprocess.run(f"{own.path / 'lab'} list | head -n 1; echo ${{PIPESTATUS[0]}}", shell=True, executable="/bin/bash",
                          env=own.environment, capture_output=True, text=True, check=True)
    assert "Traceback" not in done.stderr and "t/good-one" in done.stdout


def test_mutations_of_a_passing_test_are_found(own):
    own.lab("run", "good-one", "good-two")
    done = own.lab("mutate", "good-one", "good-two")
    assert done.returncode == 0 and ", 0 not found" in done.stdout
    assert "did not pass" in scratch.one_line(own.lab("mutate", "bad"), 2)
    assert Path(own.path / "testing" / "t" / "good-one" / "west.console.txt").read_text() == scratch.console("west", FINE)
