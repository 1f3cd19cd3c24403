# SPDX-License-Identifier: GPL-2.0-or-later
"""Consoles: what is typed at a host's shell, and what the transcript says of it."""

import json
from pathlib import Path

import pytest
import scratch

LONG = "x" * 4000
TYPED = [
    ("echo one", "one\n", 0),
    ("for word in a b\ndo\n  echo $word\ndone", "a\nb\n", 0),
    ("cat <<END\nfirst\n  # no comment\nEND", "first\n  # no comment\n", 0),
    ("echo split \\\n  line", "split line\n", 0),
    ("(exit 7)", "", 7),
    ("printf 'no newline'", "no newline", 0),
    ("printf '\\377\\000\\033[1m\\n'", "\udcff\0\x1b[1m\n", 0),
    ("printf 'cut \\303'", "cut \udcc3", 0),
    ("head -c 300000 /dev/zero | tr '\\0' z", "z" * 300000, 0),
    ("seq 20000", "".join(f"{number}\n" for number in range(1, 20001)), 0),
    (f": {LONG}", "", 0),
    ("", "", 0),
    ("# a comment alone", "", 0),
    ("echo 'ünïcödé'", "ünïcödé\n", 0),
    ("value=kept", "", 0),
    ("echo $value $?", "kept 0\n", 0),
    ("no-such-command", "bash: no-such-command: command not found\n", 127),
    ("sh -c 'kill -TERM $$'", "Terminated\n", 143),
    ("ls /proc/$$/fd | tr '\\n' ' '", "0 1 2 255 ", 0),
    ("tty | tr -d 0-9; stty size", "/dev/pts/\n48 132\n", 0),
    ("echo !!", "!!\n", 0),
    ("trap", "", 0),
    ("set -o | grep ignoreeof; bash -c trap", "ignoreeof      \toff\n", 0),
]


def _run(checkout, name, *lines, **settings):
    record = checkout.result(checkout.says(name, *lines, **settings))
    path = Path(record["out"]) / "west.transcript.json"
    return record, json.loads(path.read_text()) if path.exists() else []


@pytest.fixture(name="typed", scope="module")
def _typed(checkout):
    lines = [line for text, _, _ in TYPED for line in text.split("\n")]
    return _run(checkout, "typed", *lines)[1]


@pytest.mark.parametrize("number", range(len(TYPED)))
def test_a_typed_line_its_output_and_its_status(typed, number):
    step, (line, output, status) = typed[number], TYPED[number]
    assert (step["line"], step["output"], step["status"]) == (line, output, status)


def test_every_line_was_typed_once(typed):
    assert [step["line"] for step in typed] == [line for line, _, _ in TYPED]


def test_a_line_longer_than_a_terminal_takes_is_refused(checkout):
    record, _ = _run(checkout, "too-long", ": " + "x" * 4096)
    assert record["class"] == "unresolved" and "4099 bytes" in record["reason"]


def test_a_timeout_says_what_was_printed_and_what_still_runs(checkout):
    record, steps = _run(checkout, "hangs", "echo before", "echo during; true | tail -f /dev/null", "echo never",
                         toml="limit = 0.5\n")
    assert record["class"] == "timeout"
    assert "true | tail -f /dev/null" in record["reason"] and "(still running: tail -f /dev/null)" in record["reason"]
    assert [step["output"] for step in steps] == ["before\n", "during\n"]
    assert steps[-1]["status"] is None
    assert " [timed out after 0.5 s]\n" in (Path(record["out"]) / "west.console.txt").read_text()


def test_a_loop_of_the_shell_itself_times_out(checkout):
    record, _ = _run(checkout, "loops", "while true; do true; done", toml="limit = 0.3\n")
    assert record["class"] == "timeout" and "still running: the shell itself" in record["reason"]


def test_a_line_that_waits_for_input_times_out(checkout):
    record, _ = _run(checkout, "asks", "cat", "echo this is not what cat should get", toml="limit = 0.3\n")
    assert record["class"] == "timeout" and "(still running: cat)" in record["reason"]


def test_the_whole_test_has_a_limit(checkout):
    record, _ = _run(checkout, "total", *["tail --pid=$$ -f /dev/null & wait $!"], toml="limit = 60\ntotal = 0.4\n")
    assert record["class"] == "timeout"


def test_output_without_end_is_cut_and_counted(checkout):
    record, steps = _run(checkout, "floods", "yes $(seq 900)", toml="limit = 0.5\n")
    assert record["class"] == "timeout"
    assert steps[0]["output"].startswith("1 2 3 ") and steps[0]["output"].endswith(" bytes more]\n")
    assert len(steps[0]["output"]) < 1100000


def test_a_shell_that_ends_fails_with_its_status(checkout):
    record, steps = _run(checkout, "ends", "echo last words; exit 3", "echo never")
    assert record["class"] == "fail" and record["reason"] == "the shell of west ended at: echo last words; exit 3"
    assert (steps[-1]["output"], steps[-1]["status"]) == ("last words\nexit\n", 3)  # "exit" is bash's own


def test_a_shell_that_is_killed_fails(checkout):
    record, steps = _run(checkout, "killed", "kill -9 $$")
    assert record["class"] == "fail" and steps[-1]["status"] == 137


def test_an_unfinished_command_fails(checkout):
    record, _ = _run(checkout, "unfinished", "echo fine", "for word in a b; do", "  echo $word")
    assert record["class"] == "fail"
    assert record["reason"] == "01-west-says.sh ends within an unfinished command at west: for word in a b; do"


def test_background_jobs(checkout):
    lines = ["tail -f /dev/null & job=$!", "jobs -r | cut -d' ' -f1", "kill $job; wait $job", "jobs"]
    record, steps = _run(checkout, "jobs", *lines)
    assert steps[0]["output"].startswith("[1] ")
    assert steps[1]["output"] == "[1]+\n"
    assert steps[2]["status"] == 143 and "Terminated" in steps[2]["output"]
    assert (steps[3]["output"], steps[3]["status"]) == ("", 0)
    assert record["class"] == "unresolved"


def test_each_host_has_a_shell_of_its_own_that_goes_on_in_the_next_script(checkout):
    name = checkout.test("shells", {
        "01-west-east-name.sh": "name=$(hostname)\ncd /var\n", "02-east-get.sh": "echo $name $PWD\n",
        "03-west.sh": "echo $name\n", "final.sh": "echo end of $name\n"}, {
            "west": scratch.console("west", ("name=$(hostname)", ""), ("cd /var", ""), ("echo $name", "west\n"),
                                    ("echo end of $name", "end of west\n")),
            "east": scratch.console("east", ("name=$(hostname)", ""), ("cd /var", ""), ("echo $name $PWD", "east /var\n"),
                                    ("echo end of $name", "end of east\n"))})
    assert checkout.result(name)["class"] == "pass"


def test_the_field_s_names_of_scripts(checkout):
    name = checkout.test("field", {"westinit.sh": "echo 3\n", "eastinit.sh": "echo 2\n", "nicinit.sh": "echo 1\n",
                                   "westrun.sh": "echo 4\n", "final.sh": "echo 5\n"})
    record = checkout.result(name)
    steps = {host: json.loads((Path(record["out"]) / f"{host}.transcript.json").read_text())
             for host in ("nic", "east", "west")}
    assert {host: [step["output"].strip() for step in each] for host, each in steps.items()} == {
        "nic": ["1", "5"], "east": ["2", "5"], "west": ["3", "4", "5"]}
