# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the transcript's text and JSON."""

import json

import pytest

from lab.errors import UsageError
from lab.transcript import Step, from_json, render, to_json


def step(line="true", output="", status=0, seconds=0.1):
    return Step("01-west-up.sh", line, output, status, seconds)


def test_each_line_is_echoed_after_a_prompt():
    text = render("west", [step("echo one", "one\n"), step("true")])
    assert text == "west #\n echo one\none\nwest #\n true\nwest #\n"


def test_no_lines_leave_a_prompt():
    assert render("east", []) == "east #\n"


def test_an_exit_status_follows_the_output():
    text = render("west", [step("ls /x", "ls: no /x\n", 2)])
    assert text == "west #\n ls /x\nls: no /x\n [status 2]\nwest #\n"


@pytest.mark.parametrize("seconds, word", [(10.004, "10"), (0.5, "0.5"), (2.06, "2.1"), (100.0, "100")])
def test_a_timeout_follows_what_had_been_printed(seconds, word):
    text = render("west", [step("cat", "half", None, seconds)])
    assert text == f"west #\n cat\nhalf\n [timed out after {word} s]\nwest #\n"


def test_each_line_of_a_construct_has_its_blank():
    text = render("west", [step("for i in 1 2; do\n  echo $i\ndone", "1\n2\n")])
    assert text.startswith("west #\n for i in 1 2; do\n   echo $i\n done\n1\n2\n")


@pytest.mark.parametrize("output, shown", [
    ("a\r\nb\r\n", "a\nb\n"),
    ("a\r\r\nb", "a\nb\n"),
    ("no newline", "no newline\n"),
    ("10%\r50%\r100%\ndone\n", "100%\ndone\n"),
    ("10%\r100%\r\n", "100%\n"),
    ("ends\r", "ends\n"),
    ("\n\n", "\n\n"),
    ("", ""),
])
def test_output_becomes_lines(output, shown):
    assert render("west", [step("x", output)]) == f"west #\n x\n{shown}west #\n"


def test_json_keeps_everything():
    steps = [step("printf '\\377'", b"\xff\x1b[1m\x00\n".decode("utf-8", "surrogateescape"), 3, 0.25),
             step("cat", "é", None, 10.0)]
    text = to_json(steps)
    assert text.isascii()
    assert from_json(text) == steps
    assert json.loads(text)[0]["status"] == 3


@pytest.mark.parametrize("text, word", [
    ("[", "not JSON"),
    ("{}", "not a list"),
    ("[1]", "step 1: not an object"),
    ('[{"script": "a", "line": "b", "output": "", "status": 0}]', "step 1: no 'seconds'"),
    ('[{"script": "a", "line": "b", "output": "", "status": "0", "seconds": 1}]', "step 1: bad 'status'"),
    ('[{"script": "a", "line": "b", "output": "", "status": true, "seconds": 1}]', "step 1: bad 'status'"),
    ('[{"script": "a", "line": "b", "output": "", "status": 0, "seconds": 1, "x": 1}]', "unknown 'x'"),
])
def test_bad_json_is_one_clear_line(text, word):
    with pytest.raises(UsageError) as caught:
        from_json(text, "out/transcript.json")
    assert word in str(caught.value)
    assert str(caught.value).startswith("out/transcript.json: ")
    assert "\n" not in str(caught.value)
