# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the reports; ElementTree, a small TAP parser and PyYAML read them back."""

import re
from xml.etree import ElementTree

import pytest

from lab.errors import UnresolvedError
from lab.report import CLASSES, junit, junit_text, summary_line, table, tap, tap_text

CELL = {"place": "ns", "kernel": "host", "stack": "netkey", "peer": "strongswan"}
DIFF = ("--- expected west\n+++ actual west\n"
        "@@ -1,2 +1,2 @@\n a <b> & \"c\"\n\n-3\n+\x1b[31m4\x1b[0m # no \t tab\n")
NASTY = (b"bell \x07 esc \x1b[2J nul \x00 \xff ]]> \xc2\x85 ".decode("utf-8", "surrogateescape")
         + "\ufffe \ud800 \u2028 é")


def result(name="pluto/ikev2-psk", kind="pass", **more):
    return {"test": name, "cell": CELL, "class": kind, "reason": "", "seconds": 1.25, "attempts": [{}],
            "diffs": [], "out": "OUT/ikev2-psk", **more}


def one_of_each():
    return [result(f"pluto/{kind}", kind, reason="" if kind == "pass" else f"why {kind}") for kind in CLASSES]


def parse_tap(text):
    """[(ok, number, description, directive, yaml text or None)], after checks of the frame (TAP 13)."""
    rows = text.split("\n")
    assert rows[0] == "TAP version 13" and rows[-1] == ""
    count = int(re.fullmatch(r"1\.\.(\d+)", rows[1])[1])
    points, block = [], None
    for row in rows[2:-1]:
        if block is not None:
            if row == "  ...":
                points[-1][4] = "\n".join(block) + "\n"
                block = None
            else:
                assert row == "" or row.startswith("  ")
                block.append(row[2:])
        elif row == "  ---":
            block = []
        else:
            match = re.fullmatch(r"(not ok|ok) (\d+) - ([^#]*?)(?: # (.*))?", row)
            points.append([match[1] == "ok", int(match[2]), match[3], match[4], None])
    assert block is None
    assert [point[1] for point in points] == list(range(1, count + 1))
    return points


def test_junit_maps_each_class():
    root = ElementTree.fromstring(junit_text(one_of_each()))
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert set(cases) == set(CLASSES)
    for kind in ("fail", "timeout", "crash", "flaky"):
        failure = cases[kind].find("failure")
        assert (failure.get("type"), failure.get("message")) == (kind, f"why {kind}")
    assert cases["unresolved"].find("error").get("message") == "why unresolved"
    assert cases["skipped"].find("skipped").get("message") == "why skipped"
    assert [child.tag for child in cases["pass"]] == ["system-out"]
    assert cases["pass"].get("classname") == "pluto"


def test_junit_counts():
    suite = ElementTree.fromstring(junit_text(one_of_each())).find("testsuite")
    counts = {key: suite.get(key) for key in ("tests", "failures", "errors", "skipped", "time", "name")}
    assert counts == {"tests": "7", "failures": "4", "errors": "1", "skipped": "1", "time": "8.750",
                      "name": "ns/host/netkey/strongswan"}


def test_junit_has_a_suite_for_each_cell():
    results = [result(), result(cell={**CELL, "stack": "klips-user"}), result("pluto/x")]
    suites = ElementTree.fromstring(junit_text(results)).findall("testsuite")
    assert [(suite.get("name"), suite.get("tests")) for suite in suites] == [
        ("ns/host/netkey/strongswan", "2"), ("ns/host/klips-user/strongswan", "1")]


def test_junit_carries_diffs_and_the_folder():
    failed = result(kind="fail",
                    diffs=[{"what": "console west", "text": DIFF}, {"what": "capture internet", "text": "x"}],
                    attempts=[{}, {}])
    case = ElementTree.fromstring(junit_text([failed])).find(".//testcase")
    text = case.find("failure").text
    assert "console west\n--- expected west\n" in text and ' a <b> & "c"\n' in text
    assert "+4 # no \t tab\n" in text and text.endswith("capture internet\nx\n")
    assert case.find("system-out").text == "attempts: 2\noutput: OUT/ikev2-psk\n"


def test_junit_is_valid_whatever_was_printed():
    bad = result(f"pluto/{NASTY}", "fail", reason=NASTY, diffs=[{"what": NASTY, "text": NASTY}], out=NASTY,
                 cell={"place": NASTY})
    text = junit_text([bad])
    text.encode("utf-8")
    failure = ElementTree.fromstring(text).find(".//failure")
    for shown in (failure.get("message"), failure.text):
        assert "bell \\x07 esc \\x1b[2J nul \\x00 \\xff ]]> \\x85 \\ufffe \\ud800 \\u2028 é" in shown


def test_tap_maps_each_class():
    points = {point[2]: point for point in parse_tap(tap_text(one_of_each()))}
    for kind in CLASSES:
        ok, _, _, directive, block = points[f"pluto/{kind} (ns/host/netkey/strongswan)"]
        assert ok == (kind in ("pass", "skipped"))
        assert directive == ("SKIP why skipped" if kind == "skipped" else None)
        assert (block is None) == ok


def test_tap_diagnostics_are_yaml():
    yaml = pytest.importorskip("yaml")
    failed = result(kind="fail", reason='console west: "a" # b', attempts=[{}, {}],
                    diffs=[{"what": "console west", "text": DIFF},
                           {"what": "x: y", "text": "  first\n...\n---\n"}])
    data = yaml.safe_load(parse_tap(tap_text([failed]))[0][4])
    assert data["class"] == "fail" and data["reason"] == 'console west: "a" # b'
    assert (data["seconds"], data["attempts"], data["out"]) == (1.25, 2, "OUT/ikev2-psk")
    assert data["diffs"][0] == {"what": "console west",
                                "text": DIFF.replace("\x1b[31m", "").replace("\x1b[0m", "")}
    assert data["diffs"][1] == {"what": "x: y", "text": "  first\n...\n---\n"}


def test_tap_is_valid_whatever_was_printed():
    yaml = pytest.importorskip("yaml")
    bad = result(f"pluto/{NASTY}# SKIP", "crash", reason=NASTY,
                 diffs=[{"what": NASTY, "text": NASTY + "\n" + NASTY}])
    points = parse_tap(tap_text([bad, result(kind="skipped", reason="no\n# TUN")]))
    assert points[0][0] is False and points[0][3] is None
    assert "bell \\x07" in yaml.safe_load(points[0][4])["diffs"][0]["text"]
    assert points[1][3] == "SKIP no # TUN"


def test_no_results():
    assert ElementTree.fromstring(junit_text([])).get("tests") == "0"
    assert parse_tap(tap_text([])) == []
    assert (summary_line([]), table([])) == ("0 passed, 0 failed", "")


def test_a_result_may_say_little():
    least = [{"test": "ikev2-psk", "class": "fail"}, {"test": "pluto/x", "class": "skipped"}]
    case = ElementTree.fromstring(junit_text(least)).find(".//testcase")
    assert (case.get("classname"), case.get("name")) == ("lab", "ikev2-psk")
    assert parse_tap(tap_text(least))[1][3] == "SKIP"
    assert table(least) == "skipped        1\n  pluto/x\nfail           1\n  ikev2-psk\n"


@pytest.mark.parametrize("kinds, line", [
    (["pass"] * 12 + ["fail"] + ["skipped"] * 2, "12 passed, 1 failed, 2 skipped"),
    (["pass"], "1 passed, 0 failed"),
    (["flaky", "timeout", "crash", "unresolved", "fail"], "0 passed, 5 failed"),
    (["skipped"], "0 passed, 0 failed, 1 skipped"),
    (["pass", "unheard-of"], "1 passed, 1 failed"),
])
def test_summary_line(kinds, line):
    assert summary_line([result(kind=kind) for kind in kinds]) == line


def test_table_names_what_did_not_pass():
    text = table(one_of_each())
    assert text.startswith("pass           1\nskipped        1\n"
                           "  pluto/skipped (ns/host/netkey/strongswan): why skipped\n")
    assert text.endswith("fail           1\n  pluto/fail (ns/host/netkey/strongswan): why fail\n")
    assert "pluto/pass" not in text and "\x1b" not in text
    assert re.sub(r"\x1b\[\d+m", "", table(one_of_each(), color=True)) == text
    assert "\x1b" not in table([result(NASTY, "fail", reason=NASTY)])


@pytest.mark.parametrize("write, text", [(junit, junit_text), (tap, tap_text)])
def test_files_are_written_whole_or_not_at_all(tmp_path, write, text):
    file = tmp_path / "report"
    write(one_of_each(), file)
    assert file.read_text("utf-8") == text(one_of_each())
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(UnresolvedError, match="cannot write .*nowhere/report: No such file"):
        write([], tmp_path / "nowhere" / "report")
