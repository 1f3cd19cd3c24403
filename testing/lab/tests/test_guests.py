# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests: what their consoles report, how they are started and judged (with kernels made up here), and a real one."""

import json
import os
import re
import shutil
import signal
from pathlib import Path
from urllib.parse import unquote

import pytest
import scratch

from lab import attempt, cli, kernels, paths, pool, runone, testcase
from lab.commands import kernelwords
from lab.errors import UnresolvedError
from lab.guests import processors, ram, report, uml
from lab.guests import run as guestrun
from lab.kernels import catalog

_TRACE = " at net/xfrm/xfrm_state.c:700\nCPU: 0 PID: 12 Comm: ip\nCall Trace:\n [<6003a>] show_stack\n [<6004b>] xfrm_add_sa\n"
_REPORTS = [
    "Kernel panic - not syncing: VFS: Unable to mount root fs", "[   12.5] BUG: kernel NULL pointer dereference, address: 8",
    "BUG: KASAN: slab-out-of-bounds in esp_input", "BUG: KFENCE: use-after-free read in xfrm_policy_lookup",
    "watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [charon:77]", "kernel BUG at net/core/skbuff.c:113!",
    "BUG: sleeping function called from invalid context", "Oops: 0002 [#1] PREEMPT SMP",
    "general protection fault, probably for non-canonical address 0xdead: 0000 [#1]",
    "WARNING: CPU: 0 PID: 12", "WARNING: net/xfrm/xfrm_state.c:700 at xfrm_add_sa+0x5, CPU#0: ip/12",
    "WARNING: possible circular locking dependency detected", "WARNING: inconsistent lock state",
    "WARNING: suspicious RCU usage", "WARNING: bad unlock balance detected!", "WARNING: held lock freed!",
    "WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected", "INFO: task charon:77 blocked for more than 122 seconds.",
    "unregister_netdevice: waiting for ipsec0 to become free. Usage count = 2",
    "UBSAN: array-index-out-of-bounds in net/xfrm/xfrm_algo.c:9", "unreferenced object 0xffff8880 (size 64):",
]


@pytest.mark.parametrize("line", _REPORTS)
def test_report_is_found_with_its_trace(line):
    found = report.find(f"Booting\nall is well\n{line}{_TRACE}")
    assert found == (line + _TRACE).rstrip("\n")


def test_first_report_counts_and_its_length_is_limited():
    text = "quiet\nBUG: first\n" + "a frame\n" * 100 + "Kernel panic - not syncing: second\n"
    lines = report.find(text).splitlines()
    assert lines[0] == "BUG: first" and len(lines) == 60


@pytest.mark.parametrize("console", [
    "", "Failed to initialize ubd device 0 :Couldn't determine size of device's file\n",
    "warning: no config file\nWarning: unable to open an initial console\nWARNING: this is beta\n",
    "DEBUG: 3 packets\nsee the BUGS file; bug: none\nOops, no\npanic=-1\n",
])
def test_clean_console(console):
    assert report.find(console) == ""


_STARVED = "python3 invoked oom-killer: gfp_mask=0x1\n[   99.2] Out of memory: Killed process 77 (charon) total-vm:9kB\n"
_NO_MEMORY = "Kernel panic - not syncing: Out of memory and no killable processes..."


@pytest.mark.parametrize(("console", "said", "found"), [
    (_STARVED, "Out of memory: Killed process 77 (charon)", ""), (_NO_MEMORY, _NO_MEMORY.partition(" and no")[0], ""),
    (_STARVED + "BUG: soft lockup\n", "Out of memory: Killed process 77 (charon)", "BUG: soft lockup"),
    ("Memory cgroup out of memory: Killed process 77 (charon)\n", "", ""), ("fine\n", "", ""),
])
def test_the_end_of_a_guests_memory_is_not_a_report(console, said, found):
    assert (report.starved(console), report.find(console)) == (said, found)


def _words(tmp_path: Path, out: str, real_time: bool = False) -> list[str]:
    return uml.command(uml.Machine(tmp_path / "linux", not real_time, 0), Path(out))


def test_command_line(tmp_path, monkeypatch):
    monkeypatch.setenv("CYGNET_CACHE", "/a cache/of 100%")
    words = _words(tmp_path, "/out/50% of it\tü")
    given = dict(word.split("=", 1) for word in words[1:] if "=" in word)
    assert words[0] == str(tmp_path / "linux") and "ro" in words and given["rootfstype"] == "hostfs"
    assert given["LAB_OUT"].startswith("/out/50%25%20of%20it%09") and given["LAB_CACHE"] == "/a%20cache/of%20100%25"
    assert (unquote(given["LAB_OUT"]), unquote(given["LAB_CACHE"])) == ("/out/50% of it\tü", "/a cache/of 100%")
    assert os.access(given["init"].strip('"'), os.X_OK)
    assert given["time-travel"] == "inf-cpu" and int(given["time-travel-start"]) % 86400_000_000_000 == 0


def test_no_virtual_time_on_the_real_clock(tmp_path):
    virtual, real = _words(tmp_path, "/o"), _words(tmp_path, "/o", real_time=True)
    assert not any("time-travel" in word for word in real)
    assert real == [word for word in virtual if "time-travel" not in word]


def test_a_seed_is_all_that_random_numbers_begin_with(tmp_path):
    machines = [uml.Machine(tmp_path / "linux", True, 0, seed) for seed in (7, 7, 8, None)]
    seven, again, eight, chance = [uml.command(machine, Path("/o/west")) for machine in machines]
    assert seven == again != eight
    (word,) = [word for word in seven if word not in chance and word != "norandmaps"]
    assert word.startswith("lab_seed=") and len(bytes.fromhex(word.removeprefix("lab_seed="))) == 32
    assert uml.random_bytes(7, "west") == uml.random_bytes(7, "west") != uml.random_bytes(7, "east")
    assert uml.random_bytes(None, "west") != uml.random_bytes(None, "west") and len(uml.random_bytes(7, "w")) == 512


_RESULT = json.dumps({"test": "t/name", "cell": {"place": "inner"}, "out": "/inner", "class": "fail", "reason": "west differs",
                      "seconds": 99.0, "started": 1.0, "phases": {"hosts": 0.5}, "diffs": [{"what": "west"}],
                      "wires": {"eastnet": {"packets": 3, "drops": 0}}, "attempts": []})


class _Guest:
    """Runs a test whose guest's kernel is a script; $out is its output folder there."""

    def __init__(self, tmp_path: Path, monkeypatch) -> None:
        self._patch, self._kernel, self.out = monkeypatch, tmp_path / "linux", tmp_path / "out"
        made = tmp_path / "t" / "name"
        made.mkdir(parents=True)
        (made / "01-west.sh").write_text("true\n")
        self.case = testcase.load(made)
        (tmp_path / "config").write_text("CONFIG_TUN=y\n")
        monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(guestrun.kernels, "ensure", lambda kernel, progress: kernels.Files(
            "uml-6.1", "6.1.0", self._kernel, None, None, tmp_path / "config"))

    def play(self, *lines: str, limit: float = 30.0, **options):
        """The result of the test whose guest does this."""
        self._patch.setattr(guestrun, "_MARGIN", limit - self.case.total)
        text = 'for word in "$@"; do case $word in LAB_OUT=*) out=${word#LAB_OUT=};; esac; done\n'
        self._kernel.write_text("#!/bin/sh\n" + text + "\n".join(lines) + "\n")
        self._kernel.chmod(0o755)
        settings = runone.Options(**{"place": "uml", "kernel": "uml-6.1", **options})
        return guestrun.GuestRun(self.case, self.out, settings, lambda text: None, 0).play()


@pytest.fixture(name="guest")
def _guest(tmp_path, monkeypatch):
    return _Guest(tmp_path, monkeypatch)


def _writes_result(text: str = _RESULT) -> str:
    return f"echo '{text}' > $out/result.json"


def test_result_is_taken_over(guest):
    result = guest.play(_writes_result())
    assert (result.verdict, result.reason, result.diffs) == ("fail", "west differs", [{"what": "west"}])
    assert result.wires == {"eastnet": {"packets": 3, "drops": 0}}
    assert (result.cell["place"], result.cell["kernel"], result.out) == ("uml", "uml-6.1", str(guest.out))
    assert 0 < result.seconds < 30 and result.started > 1e9
    assert result.phases["guest hosts"] == 0.5 and 0 < result.phases["guest"] <= result.seconds
    assert 0 <= result.phases["guest cpu"] < 30
    assert not (guest.out / "crash.txt").exists()
    assert json.loads((guest.out / "result.json").read_text()) == result.as_dict()


def _leaves(output: str = "", **ended: str) -> list[str]:
    """What a kernel does whose guest has typed `true`, and how that ended."""
    left = {"kind": "", "why": "", "class": "pass", "reason": "", **ended}
    record = {**json.loads(_RESULT), "class": "unresolved", "reason": attempt.NOT_JUDGED, "diffs": [], "wires": {},
              "notes": {"ended": left}}
    step = {"script": "01-west.sh", "line": "true", "output": output, "status": 0, "seconds": 0.0}
    return [_writes_result(json.dumps(record)), f"echo '{json.dumps([step])}' > $out/west.transcript.json"]


@pytest.mark.parametrize(("output", "ended", "found"), [
    ("", {}, ("pass", "")),
    ("no", {}, ("fail", "console west differs (lines)")),
    ("", {"class": "crash", "reason": "west: charon was killed"}, ("crash", "west: charon was killed")),
    ("Aborted", {"class": "crash", "reason": "west: a died"}, ("crash", "west: Aborted in: true; west: a died")),
    ("", {"class": "fail", "reason": "west: a did not end"}, ("fail", "west: a did not end")),
    ("no", {"class": "fail", "reason": "west: a did not end"}, ("fail", "console west differs (lines)")),
    ("no", {"kind": "timeout", "why": "too long"}, ("timeout", "too long")),
])
def test_what_a_guest_has_left_is_judged(guest, output, ended, found):
    (guest.case.folder / "west.console.txt").write_text("west #\n true\nwest #\n")
    result = guest.play(*_leaves(output, **ended))
    assert (result.verdict, result.reason) == found
    assert (guest.out / "west.console.txt").read_text() == f"west #\n true\n{output and output + chr(10)}west #\n"
    assert bool(result.diffs) == bool(output) and not result.notes
    assert json.loads((guest.out / "result.json").read_text())["class"] == result.verdict


def test_what_is_not_judged_has_not_passed(guest):
    result = guest.play(*_leaves(), "echo 'Out of memory: Killed process 77 (charon)'")
    assert result.verdict == "unresolved" and not result.notes


@pytest.mark.parametrize("real_time", [False, True])
def test_order(guest, real_time):
    guest.play(_writes_result(), real_time=real_time)
    order = json.loads((guest.out / "guest.json").read_text())
    assert (order["folder"], order["virtual"]) == (str(guest.case.folder), not real_time)
    assert [host["name"] for host in order["hosts"]] == ["west"]


@pytest.mark.parametrize("before", [[], [_writes_result(_RESULT.replace('"fail"', '"pass"'))]])
def test_panic_is_a_crash(guest, before):
    result = guest.play(*before, "echo fine", "echo 'Kernel panic - not syncing: oh'", "echo 'Call Trace:' >&2")
    when = "" if before else " at boot"  # a guest that begins with its test writes a record of its own
    assert (result.verdict, result.reason) == ("crash", f"the kernel reports{when}: Kernel panic - not syncing: oh")
    assert (guest.out / "crash.txt").read_text() == "Kernel panic - not syncing: oh\nCall Trace:\n"
    assert json.loads((guest.out / "result.json").read_text())["class"] == "crash"


def test_a_guest_without_memory_is_unresolved(guest):
    result = guest.play(_writes_result(), "echo 'Out of memory: Killed process 77 (charon) total-vm'")
    assert (result.verdict, result.reason) == ("unresolved", "a guest's memory was not enough, so nothing is known: Out of "
                                               f"memory: Killed process 77 (charon); see {guest.out}/guest.console.txt")
    assert guest.play("echo 'Out of memory: Killed process 7 (x)'", "echo 'BUG: bad'").verdict == "crash"


def test_memory_is_looked_at_before_a_guest_starts(guest, monkeypatch):
    monkeypatch.setattr(uml, "MEMORY", 1 << 40)
    result = guest.play("echo started")
    assert result.verdict == "unresolved" and "MB of memory and must leave 200 MB" in result.reason
    assert (guest.out / "guest.console.txt").read_text() == ""


def test_memory_needs_a_folder_with_room(tmp_path):
    assert ram.folder(1, ["/proc/self", str(tmp_path)]) == str(tmp_path)
    with pytest.raises(UnresolvedError) as caught:
        ram.folder(1 << 40, [str(tmp_path), "/no/such"])
    assert re.search(rf"of {1 << 40} MB, .*: {tmp_path} has \d+ MB free, /no/such is not writable$", str(caught.value))


@pytest.mark.parametrize("lines, last", [
    (["echo no init found", "echo; exit 1"], "no init found"),
    ([], "nothing"),
    ([_writes_result("{half"), "printf 'caf\\351'"], "caf\N{REPLACEMENT CHARACTER}"),
    (["echo killed; kill -9 $$"], "killed"),
])
def test_end_without_result(guest, lines, last):
    result = guest.play(*lines)
    assert result.verdict == "unresolved"
    assert result.reason == f"the guest ended without a result; its console's last line is: {last}"


def test_hung_guest_is_killed_with_its_helpers(guest, tmp_path):
    result = guest.play("sleep 1000 &", f"echo $! $$ > {tmp_path}/pids", "exec sleep 1000", limit=0.4)
    assert result.verdict == "unresolved"
    assert result.reason == f"the guest was still busy after 0.4 s; see {guest.out}/guest.console.txt"
    for pid in (tmp_path / "pids").read_text().split():
        scratch.until(lambda pid=pid: not scratch.alive(int(pid)), "the guest's end", 10)


def test_panic_of_a_hung_guest_is_a_crash(guest):
    result = guest.play("echo 'BUG: KASAN: use-after-free'", "exec sleep 1000", limit=0.4)
    assert (result.verdict, result.reason) == ("crash", "the kernel reports at boot: BUG: KASAN: use-after-free")


def test_kernel_that_cannot_be_started(guest, monkeypatch):
    guest._kernel.write_text("")
    monkeypatch.setattr(guestrun.uml, "command", lambda machine, out: [str(out / "no-such")])
    result = guest.play()
    assert result.verdict == "unresolved" and result.reason.endswith("no-such: No such file or directory")


def test_a_test_that_needs_what_the_kernel_lacks_is_skipped(guest):
    guest.case.needs = ["tun", "vti"]
    result = guest.play("exit 1")
    assert (result.verdict, result.reason) == (
        "skipped", "needs VTI devices, but kernel uml-6.1 is built without CONFIG_NET_IPVTI")
    guest.case.needs = ["virtual-time"]
    assert guest.play("exit 1", real_time=True).verdict == "skipped"


@pytest.mark.parametrize("word", ["uml-6.1", "6.1"])
def test_a_test_says_under_which_kernels_it_means_nothing(guest, word):
    guest.case.skipped = {word: "it unloads what is built in"}
    result = guest.play("exit 1")
    assert (result.verdict, result.reason) == ("skipped", "it unloads what is built in")


def test_each_guest_gets_a_processor_that_no_other_has(monkeypatch, tmp_path):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path))
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {5, 2})
    first = processors.take(1)
    assert (first, processors.take(1)) == (5, 2)
    assert [processors.take(slot, wait=False) for slot in range(4)] == [2, 5, 2, 5]  # none is free: the slot's


def test_a_guest_waits_for_a_processor(monkeypatch, tmp_path):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path))
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {3})
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        processors.take(0)
        os.write(writer, b"taken")
        signal.pause()
    os.read(reader, 5)
    naps = []

    def nap(seconds):
        naps.append(seconds)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    monkeypatch.setattr(processors.time, "sleep", nap)
    assert processors.take(0) == 3 and len(naps) == 1


def test_pool_runs_it_in_a_guest(guest):
    run = pool._new_run(pool.Job(guest.case, guest.out), runone.Options(place="uml", kernel="uml-6.1"), 1)
    assert isinstance(run, guestrun.GuestRun)
    assert not isinstance(pool._new_run(pool.Job(guest.case, guest.out), runone.Options(), 1), guestrun.GuestRun)


_NOT_NS = "lab: --kernel, --real-time, --apart and --seed are for guests: --place uml"
_NOT_STACK = "lab: --stack is for UML and QEMU guests: --place uml, --place qemu"


@pytest.mark.parametrize("command", ["run", "run-one"])
@pytest.mark.parametrize("words, said", [
    (["--place", "ns", "--kernel", "uml-6.1"], _NOT_NS), (["--kernel", "uml-6.1"], _NOT_NS), (["--real-time"], _NOT_NS),
    (["--apart"], _NOT_NS), (["--seed", "0"], _NOT_NS),
    (["--stack", "klips-kernel"], _NOT_STACK),
    (["--place", "libvirt", "--stack", "klips-kernel"], _NOT_STACK),
    (["--place", "uml", "--kernel", "vmunix"], "lab: unknown kernel 'vmunix'; known are 6.1, "),
    (["--place", "uml", "--kernel", "uml-6.1", "--kernel", "uml-6.12"],
     "lab: --kernel: 'uml-6.1' and 'uml-6.12' for the same hosts; HOST=NAME gives a host its own"),
    (["--place", "uml", "--kernel", "east=6.1", "--kernel", "east=6.12"], "lab: --kernel: 'east=6.12': east has 6.1 already"),
    (["--place", "uml", "--kernel", "east="], "lab: --kernel: 'east=': not HOST=NAME"),
    (["--place", "uml", "--kernel", "moon=6.1"], "lab: --kernel: hosts/empty has no host 'moon'; it has west, east"),
])
def test_options_that_do_not_fit(tmp_path, capsys, command, words, said):
    status = 3 if "unknown kernel" in said else 2
    assert cli.main([command, *words, "--out", str(tmp_path / "out"), "hosts/empty"]) == status
    shown = capsys.readouterr().err
    assert shown.startswith(said) and shown.count("\n") == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("words, found", [
    ("", ("usual", {})), ("6.1", ("6.1", {})), ("git:/a b@HEAD~2+uml-6.1", ("git:/a b@HEAD~2+uml-6.1", {})),
    ("east=6.1,west=git:/t@HEAD+uml-6.1", ("usual", {"east": "6.1", "west": "git:/t@HEAD+uml-6.1"})),
    ("east=6.1,6.12", ("6.12", {"east": "6.1"})),
])
def test_kernels_of_all_and_of_single_hosts(words, found):
    assert kernelwords.read(words, "usual") == found


def test_virtual_time_has_a_limit_in_real_time():
    day = 90_000.0
    assert runone.Options(place="uml").limit(day) == 600 and runone.Options(place="uml").limit(30) == 30
    assert runone.Options(place="uml", real_time=True).limit(day) == day
    assert runone.Options(place="qemu", patience=8.0).limit(30) == 240


@pytest.mark.parametrize("command", ["run", "run-one"])
def test_unknown_place(tmp_path, capsys, command):
    assert cli.main([command, "--place", "moon", "--out", str(tmp_path / "out"), "hosts/empty"]) == 2
    said = capsys.readouterr().err.splitlines()[-1]
    assert said.startswith(f"lab {command}: error: argument --place: invalid choice: 'moon'") and "uml" in said


@pytest.fixture(name="guests", scope="module")
def _guests():
    """A scratch checkout, in a folder with a blank in its name, that can run guests."""
    made = scratch.Checkout(scratch._folder("cygnet scratch-"))
    shutil.copytree(paths.ROOT / "kernel-src", made.path / "kernel-src")
    shutil.copytree(paths.TESTING / "hosts" / "empty", made.path / "testing" / "hosts" / "empty", symlinks=True)
    with open(made.path / "testing" / "TESTLIST", "a", encoding="utf-8") as listed:
        listed.write("hosts empty good\n")
    made.environment["CYGNET_CACHE"] = str(paths.cache())
    (kernel,) = json.loads(made.lab("kernels", "--json", "list", "uml-6.12").stdout)
    if not kernel["cached"]:
        pytest.skip("uml-6.12 is not cached; './lab kernels build uml-6.12' builds it")
    return made


def _texts(out: Path) -> dict[str, str]:
    """What a run printed and sent, by file: sanitized, and as it was before."""
    found = {path.name: path.read_text() for pattern in ("*.console*.txt", "*.capture.txt") for path in out.glob(pattern)}
    return {name: text for name, text in found.items() if name != guestrun.CONSOLE}


def _plays(checkout: scratch.Checkout, test: str, out: Path, *words: str) -> tuple[dict, dict[str, str]]:
    """A test's result in a guest, and its texts."""
    result = checkout.result("--place", "uml", "--out", str(out), *words, test)
    return result, _texts(Path(result["out"]))


def test_real_guest_passes_and_repeats(guests, tmp_path):
    runs = [_plays(guests, "hosts/empty", tmp_path / f"run {number} of 100%") for number in range(2)]
    for result, _ in runs:
        assert (result["class"], result["cell"]["place"], result["cell"]["kernel"]) == ("pass", "uml", "uml-6.12"), result
    (_, first), (_, second) = runs
    assert {"west.console.txt", "east.console.raw.txt", "eastnet.capture.txt"} <= set(first) and first == second


def test_clock_jumps_and_stands(guests, tmp_path):
    test = guests.says("clock", "date +%F; sleep 25; uname -r")
    result, texts = _plays(guests, test, tmp_path / "out")
    assert "\n2026-01-01\n6.12." in texts["west.console.raw.txt"] and result["seconds"] < 25


_INIT = """#!/usr/bin/python3 -S
import ctypes, os, time
began = time.monotonic()
for _ in range(20):
    if not os.fork():
        os.execv("/bin/true", ["true"])
    os.wait()
print(f"milliseconds: {1000 * (time.monotonic() - began):.0f}", flush=True)
ctypes.CDLL(None).reboot(0x4321FEDC)
"""


@pytest.mark.parametrize("kernel", ["uml-6.1", "uml-6.12"])
@pytest.mark.parametrize(("words", "cost"), [((), range(10)), (("lab_exec_cost=3000",), range(60, 70))])
def test_starting_a_program_takes_the_virtual_time_that_is_asked_for(guests, tmp_path, monkeypatch, kernel, words, cost):
    found = catalog.find(kernel)
    if not kernels.is_cached(found):
        pytest.skip(f"{kernel} is not cached; './lab kernels build {kernel}' builds it")
    init = tmp_path / "init"
    init.write_text(_INIT)
    init.chmod(0o755)
    monkeypatch.setattr(uml, "_INIT", init)
    machine = uml.Machine(kernels.ensure(found, print).image, True, 0, words=words)
    uml.start(machine, tmp_path, tmp_path / "console").wait(60)
    (said,) = re.findall(r"milliseconds: (\d+)", (tmp_path / "console").read_text())
    assert int(said) in cost


def test_live_hosts_are_not_in_a_guest(capsys):
    assert cli.main(["run", "--place", "uml", "--live", "hosts/empty"]) == 2
    said = "lab: --live types in hosts that are up, wherever they are; --place does not go with it"
    assert capsys.readouterr().err.startswith(said)
