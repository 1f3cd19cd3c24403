# SPDX-License-Identifier: GPL-2.0-or-later
"""Result classes of a run: what crashes, hangs, differs or cannot be told, and that each is found wherever it happens."""

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
import scratch

from lab import testcase
from lab.runone import Options, Run
from lab.transcript import Step
from lab.verdict import crashes_printed

FINE = ("echo fine", "fine\n")
CRASHES = r"""
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *kept;

/* crasher segv|abort|fpe: ends by that signal; daemon: goes into the background and segfaults there */
int main(int count, char **words)
{
    if (!strcmp(words[1], "daemon")) {
        daemon(1, 0);
        raise(SIGSEGV);
    }
    if (!strcmp(words[1], "term")) {
        signal(SIGTERM, (void (*)(int))abort);
        daemon(1, 0);
        for (;;)
            pause();
    }
    if (!strcmp(words[1], "overflow")) {
        kept = malloc(8);
        return kept[count + 6];
    }
    if (!strcmp(words[1], "leak")) {
        kept = malloc(1234);
        kept = NULL;
        return 0;
    }
    raise(words[1][0] == 's' ? SIGSEGV : words[1][0] == 'a' ? SIGABRT : SIGFPE);
    return 0;
}
"""


@pytest.fixture(name="crasher", scope="module")
def _crasher(checkout):
    """Programs that crash, plain and with AddressSanitizer, in a folder that hosts see."""
    folder = checkout.path / "testing" / "bin"
    folder.mkdir(exist_ok=True)
    source = folder / "crasher.c"
    source.write_text(CRASHES)
    started = [subprocess.Popen(["gcc", "-g", "-w", *flags, "-o", folder / name, source])
               for name, flags in (("plain", ()), ("asan", ("-fsanitize=address",)))]
    assert [process.wait() for process in started] == [0, 0]
    return "../../bin/"


ENDS = [
    ("segv", "plain segv", "west: Segmentation fault"),
    ("abort", "plain abort || true", "west: Aborted"),
    ("silent", "plain fpe >/dev/null 2>&1", "west: "),
    ("script", "plain segv; } 2>&1 | cat; { true", "west: "),
    ("daemon", "plain daemon", "west: plain was killed by SIGSEGV"),
    ("late", "plain term", "west: plain was killed by SIGABRT"),
    ("core", "plain segv & } 2>/dev/null; { wait", "west: "),
    ("asan", "asan overflow 2>/dev/null; true", "west: sanitizer report /var/log/sanitizer/report."),
    ("leak", "asan leak 2>/dev/null; true", "west: sanitizer report /var/log/sanitizer/report."),
]


@pytest.fixture(name="ended", scope="module")
def _ended(checkout, crasher):
    """The results of a test for each of these, run two at once."""
    for name, line, _ in ENDS:
        checkout.says(f"crash-{name}", f"{{ {crasher}{line}; }}", "cd /tmp; echo fine")
    return checkout.results("t/crash-*", "-j2")


@pytest.mark.parametrize(("name", "reason"), [(name, reason) for name, _, reason in ENDS])
def test_a_crash_is_found(ended, name, reason):
    record = ended[f"t/crash-{name}"]
    assert record["class"] == "crash", record
    assert reason in record["reason"]


def test_a_sanitizer_s_report_is_kept(ended):
    (report,) = (Path(ended["t/crash-asan"]["out"]) / "west" / "var" / "log" / "sanitizer").glob("report.*")
    assert "heap-buffer-overflow" in report.read_text()


def test_a_core_dump_that_nobody_else_tells_of_is_found(checkout, crasher):
    if Path("/proc/sys/kernel/core_pattern").read_text().startswith(("|", "/")):
        pytest.skip("core dumps do not go into the process's own folder on this machine")
    line = "cd /srv; python3 -c 'import subprocess; subprocess.call([\"/testing/bin/plain\", \"segv\"])'"
    record = checkout.result(checkout.says("core", line))
    assert crasher and record["class"] == "crash" and "core dump /srv/core" in record["reason"]


def test_a_host_leaves_the_machines_core_pattern_alone(checkout):
    pattern = Path("/proc/sys/kernel/core_pattern")
    before = pattern.read_text()
    line = "echo lost.%p > /proc/sys/kernel/core_pattern; cat /proc/sys/kernel/core_pattern"
    record = checkout.result(checkout.says("pattern", line, console={"west": scratch.console("west", (line, "lost.%p\n"))}))
    after = pattern.read_text()
    if after != before:
        pattern.write_text(before)
    assert (record["class"], after) == ("pass", before), record


@pytest.mark.parametrize(("output", "status", "crashed"), [
    ("Segmentation fault (core dumped)\n", 139, True), ("Segmentation fault\n", 0, True), ("", 139, True), ("", 134, True),
    ("./x.sh: line 3:  1234 Aborted                 (core dumped) ./prog\n", 134, True),
    ("./x.sh: line 3:  1234 Bus error               ./prog\n", 0, True),
    ("[1]+  Segmentation fault      ./prog\n", 0, True),
    ("==12==ERROR: AddressSanitizer: heap-use-after-free\n", 1, True), ("a.c:1:2: runtime error: shift\n", 0, True),
    ("Aborted connection to east\n", 1, False), ("no Segmentation fault here\n", 0, False), ("", 143, False),
    ("", 137, False), ("", None, False), ("error: 139\n", 1, False),
])
def test_what_counts_as_a_crash_that_a_console_shows(output, status, crashed):
    found = crashes_printed({"west": [Step("s", "line", output, status, 0.1)]})
    assert bool(found) == crashed
    assert all(text.startswith("west: ") and text.endswith(" in: line") for text in found)


def test_pass_fail_and_a_missing_golden(checkout):
    console = scratch.console("west", FINE)
    checkout.says("class-pass", FINE[0], console={"west": console})
    checkout.says("class-fail", FINE[0], console={"west": console.replace("fine\n", "bad\n", 1)})
    checkout.says("class-new", FINE[0])
    checkout.says("class-status", "false", console={"west": scratch.console("west", ("false", ""))})
    found = checkout.results("t/class-*")
    assert {name: record["class"] for name, record in found.items()} == {
        "t/class-pass": "pass", "t/class-fail": "fail", "t/class-status": "fail", "t/class-new": "unresolved"}
    assert "lab bless t/class-new" in found["t/class-new"]["reason"]
    assert "fine" in found["t/class-fail"]["diffs"][0]["text"]


def test_a_test_that_is_different_the_second_time_is_flaky(checkout):
    out = checkout.path / "testing" / "out"  # which hosts see: the second time the first one's console is there
    look = "ls /testing/out/t/flaky/west.console.txt >/dev/null 2>&1 && echo second || echo first"
    name = checkout.says("flaky", look, console={"west": scratch.console("west", (look, "second\n"))})
    record = checkout.result(name, "--retry", "2", "--out", str(out))
    assert record["class"] == "flaky" and "1 of 2 runs did not pass; one: fail" in record["reason"]
    assert [attempt["class"] for attempt in record["attempts"]] == ["fail", "pass"]
    shutil.rmtree(out)
    done = checkout.lab("run", name, "--repeat", "3", "-j1", "--out", str(out))
    assert done.returncode == 1 and "flaky" in done.stdout and "1 of 3 runs did not pass" in done.stdout
    shutil.rmtree(out)


class _Losing:
    """A place that has lost three packets."""

    def end_capture(self):
        return {"internet": {"packets": 0, "drops": 3}}


@pytest.mark.parametrize(("golden", "found"), [(FINE[1], "pass"), ("bad\n", "unresolved")])
def test_a_capture_that_lost_packets_settles_no_difference(checkout, tmp_path, golden, found):
    checkout.says("drops", FINE[0], console={"west": scratch.console("west", (FINE[0], golden))})
    (tmp_path / "internet.pcap").write_bytes(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    case = testcase.load(checkout.kind / "drops")
    run = Run(case, tmp_path, Options(), print)
    run.place = _Losing()
    run.result.wires = run.place.end_capture()
    run._judge({"west": [Step("01-west-says.sh", *FINE, 0, 0.1)]}, None)
    assert run.result.verdict == found
    assert ("3 packets" in run.result.reason) == (found == "unresolved")
