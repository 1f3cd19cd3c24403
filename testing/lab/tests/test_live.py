# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs whose hosts stay up: kept, stopped at a script or a failure, entered by shell and exec, run again, and ended."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest
import scratch

FIRST, SECOND = ("echo first >/tmp/here", ""), ("cat /tmp/here", "first\n")


def _write(checkout, name, second=SECOND[1]):
    scripts = {"01-west-first.sh": FIRST[0] + "\n", "02-east.sh": "true\n", "03-west-second.sh": SECOND[0] + "\n"}
    return checkout.test(name, scripts,
                         {"west": scratch.console("west", FIRST, (SECOND[0], second)),
                          "east": scratch.console("east", ("true", ""))})


@pytest.fixture(name="kept", scope="module")
def _kept(checkout):
    """A test whose hosts are up."""
    name = _write(checkout, "kept")
    done = checkout.lab("run", "--keep", name)  # its output ends, though the hosts go on
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"'lab shell {name} west'" in done.stdout or f"'lab shell {name} east'" in done.stdout
    yield name
    checkout.lab("stop", name)


def _out(checkout, name):
    return Path(json.loads(checkout.lab("list", "--live", "--json").stdout)[name])


def _holder(checkout, name):
    return int((_out(checkout, name) / "live.pid").read_text())


def test_exec_gives_output_errors_and_status(checkout, kept):
    done = checkout.lab("exec", kept, "west", "sh", "-c", "hostname; cat /tmp/here; echo oops >&2; exit 9")
    assert (done.returncode, done.stdout, done.stderr) == (9, "west\nfirst\n", "oops\n")


def test_exec_passes_its_input_and_options_on(checkout, kept):
    data = os.urandom(100_000)
    done = subprocess.run([checkout.path / "lab", "exec", "kept", "east", "--", "sha256sum", "-b"], input=data, check=True,
                          env=checkout.environment, capture_output=True, timeout=scratch.LIMIT)
    wanted = subprocess.run(["sha256sum", "-b"], input=data, capture_output=True, check=True).stdout
    assert done.stdout == wanted


def test_exec_has_a_limit(checkout, kept):
    done = checkout.lab("exec", "--limit", "1", kept, "west", "tail", "-f", "/dev/null")
    assert done.returncode == 137 and done.stderr == "tail: killed after 1 s\n"


@pytest.mark.parametrize(("words", "status", "said"), [
    (("exec", "kept", "nowhere", "true"), 3, "host nowhere is not up in this run; up are"),
    (("exec", "kept", "west"), 2, "no command"),
    (("exec", "t/other", "west", "true"), 2, "the hosts of 't/other' are not up; up are t/kept"),
    (("shell", "t/other", "west"), 2, "not up"),
    (("stop", "t/other"), 2, "not up"),
    (("stop",), 2, "name the tests"),
])
def test_what_cannot_be(checkout, kept, words, status, said):
    assert kept and said in scratch.one_line(checkout.lab(*words), status)


def test_a_command_that_is_not_there(checkout, kept):
    done = checkout.lab("exec", kept, "west", "no-such-command")
    assert (done.returncode, done.stderr) == (127, "no-such-command: No such file or directory\n")


class _Terminal:
    """`lab shell` on a terminal that a test types at."""

    def __init__(self, checkout, *words):
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            os.chdir(checkout.path)
            os.execve(checkout.path / "lab", ["lab", *words], {**checkout.environment, "TERM": "dumb"})
        self.said, self.status = "", 0

    def wait_for(self, pattern):
        """Read until the pattern has come."""
        end = time.monotonic() + scratch.LIMIT
        while not re.search(pattern, self.said):
            assert time.monotonic() < end and select.select([self.master], [], [], 5)[0], self.said
            try:
                data = os.read(self.master, 4096)
            except OSError:
                data = b""
            assert data, self.said
            self.said += data.decode(errors="replace")

    def type(self, text):
        """Type."""
        self.said = ""
        os.write(self.master, text.encode())

    def close(self):
        """Hang up, unless that was done, and wait for the end; the exit status."""
        if self.master >= 0:
            descriptor = os.pidfd_open(self.pid)
            if not select.select([descriptor], [], [], 10)[0]:
                os.kill(self.pid, signal.SIGKILL)
            os.close(descriptor)
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            os.close(self.master)
            self.master = -1
        return self.status


@pytest.fixture(name="terminal")
def _terminal(checkout, kept):
    """A shell on west."""
    terminal = _Terminal(checkout, "shell", kept, "west")
    try:
        terminal.wait_for("west # ")
        yield terminal
    finally:
        terminal.close()


def test_a_shell_on_a_terminal(terminal):
    terminal.type("tty; stty size; cat /tmp/here\r")
    terminal.wait_for(r"/dev/pts/\d+\r\n24 80\r\nfirst\r\nwest # ")
    terminal.type("sh -c 'echo started; exec tail -f /dev/null'\r")
    terminal.wait_for("\nstarted\r\n")
    terminal.type("\x03")
    terminal.wait_for(r"\^C\r\nwest # ")
    terminal.type("echo code $?\r")
    terminal.wait_for("code 130")
    terminal.type("exit 5\r")
    terminal.wait_for("exit")
    assert terminal.close() == 5


def test_a_shell_that_is_fed_from_a_pipe(checkout, kept):
    text = "".join(f": {number:>120}\n" for number in range(2000)) + "echo sum $((40 + 2))\n"
    done = subprocess.run([checkout.path / "lab", "shell", kept, "west"], input=text, text=True, env=checkout.environment,
                          capture_output=True, timeout=scratch.LIMIT, check=False)
    assert done.returncode == 0 and "sum 42" in done.stdout


def test_whoever_reads_finds_the_end_of_a_pipe(checkout, kept):
    done = subprocess.run([checkout.path / "lab", "shell", kept, "west"], input="cat; cat; echo both $((40 + 2))\n", text=True,
                          env=checkout.environment, capture_output=True, timeout=scratch.LIMIT, check=False)
    assert done.returncode == 0 and "both 42" in done.stdout


def test_what_a_shell_left_running_ends_with_its_terminal(checkout, kept, terminal):
    terminal.type("tail -f /dev/zero >/dev/null\r")
    terminal.wait_for("zero")
    scratch.until(lambda: checkout.lab("exec", kept, "west", "pgrep", "-x", "tail").returncode == 0, "tail to start")
    os.kill(terminal.pid, signal.SIGKILL)
    terminal.close()
    scratch.until(lambda: checkout.lab("exec", kept, "west", "pgrep", "-x", "tail").returncode == 1, "tail to end")


def test_the_scripts_can_be_typed_again(checkout, kept):
    done = checkout.lab("run", "--live", kept)
    assert done.returncode == 0 and "pass t/kept in the live hosts" in done.stdout
    checkout.lab("exec", kept, "west", "mount", "-t", "tmpfs", "none", "/tmp")
    done = checkout.lab("run", "--live", kept, "--show")
    assert done.returncode == 0 and "--- west ---" in done.stdout
    path = checkout.kind / "kept" / "03-west-second.sh"
    path.write_text(SECOND[0] + " | tr a-z A-Z\n")
    done = checkout.lab("run", "--live", kept)
    path.write_text(SECOND[0] + "\n")
    assert done.returncode == 1 and "+FIRST" in done.stdout and "fail t/kept" in done.stdout


def test_list_live(checkout, kept):
    assert kept in checkout.lab("list", "--live").stdout


def test_stop_ends_everything_before_it_returns(checkout):
    name = _write(checkout, "stopped")
    assert checkout.lab("run", "--keep", name).returncode == 0
    out, holder = _out(checkout, name), _holder(checkout, name)
    spaces = {os.readlink(f"/proc/{pid}/ns/pid") for pid in scratch.descendants(holder)}
    assert len(spaces) >= 3
    done = checkout.lab("stop", name)
    assert (done.returncode, done.stdout) == (0, f"{name}: ended\n")
    assert not scratch.command_line(holder)
    assert not [pid for pid in filter(str.isdigit, os.listdir("/proc")) if _space(pid) in spaces - {_space("self")}]
    assert not (out / "live.sock").exists() and (out / "result.json").exists()


def _space(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/pid")
    except OSError:
        return ""


def test_stop_all_ends_every_run_also_two_of_one_test(checkout):
    own = scratch.another()
    name = _write(own, "twice")
    for _ in range(2):
        assert own.lab("run", "--keep", name).returncode == 0
    done = own.lab("stop", "--all")
    assert done.stdout == f"{name}: ended\n" * 2
    assert own.lab("list", "--live").stdout == ""


def test_a_run_into_the_folder_of_a_kept_one_ends_that(checkout, tmp_path):
    name, out = _write(checkout, "replaced"), str(tmp_path / "out")
    assert checkout.lab("run-one", "--keep", name, "--out", out).returncode == 0
    holder = _holder(checkout, name)
    assert checkout.lab("run-one", name, "--out", out).returncode == 0
    assert not scratch.command_line(holder)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_kept_run_that_is_killed_is_gone(checkout, number):
    name = _write(checkout, "shot")
    assert checkout.lab("run", "--keep", name).returncode == 0
    holder = _holder(checkout, name)
    pids = [*scratch.descendants(holder), holder]
    os.kill(holder, number)
    scratch.until(lambda: not any(map(scratch.command_line, pids)), "the run's processes to end")
    assert "not up" in scratch.one_line(checkout.lab("exec", name, "west", "true"), 2)
    assert name not in checkout.lab("list", "--live").stdout


def test_stop_at_a_script(checkout):
    name = _write(checkout, "midway")
    done = checkout.lab("run", "--stop-at", "1", name)
    assert done.returncode == 3 and "stopped after script 1, 01-west-first.sh" in done.stdout
    assert checkout.lab("exec", name, "west", "cat", "/tmp/here").stdout == "first\n"
    assert "lab stop" in done.stdout and checkout.lab("stop", name).returncode == 0
    said = scratch.one_line(checkout.lab("run", "--stop-at", "4", name), 2)
    assert said == f"lab: --stop-at 4: {name} has 3 scripts"


def test_stop_on_failure(checkout):
    name = _write(checkout, "stumbles", "second\n")
    done = checkout.lab("run", "--stop-on-failure", name)
    assert done.returncode == 1 and "west differs at 03-west-second.sh" in done.stdout
    assert checkout.lab("stop", name).returncode == 0
    done = checkout.lab("run", "--stop-on-failure", _write(checkout, "strides"))
    assert done.returncode == 0 and "are up" not in done.stdout


@pytest.mark.parametrize("words", [("--keep", "--repeat", "2"), ("--keep", "--retry", "1"), ("--stop-at", "1", "--stress", "2"),
                                   ("--live", "--keep")])
def test_options_that_do_not_go_together(checkout, kept, words):
    scratch.one_line(checkout.lab("run", kept, *words), 2)
