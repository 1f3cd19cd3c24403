# SPDX-License-Identifier: GPL-2.0-or-later
"""Bad input and bad surroundings: one clear line each, the right exit status, and nothing left behind or half done."""

import json
import os
import resource
import shutil
from pathlib import Path

import pytest
import scratch

GOOD = {"01-west-says.sh": "echo fine\n"}


@pytest.fixture(name="own", scope="module")
def _own():
    own = scratch.another()
    own.test("good", GOOD, {"west": scratch.console("west", ("echo fine", "fine\n"))})
    return own


@pytest.mark.parametrize(("scripts", "toml", "said"), [
    ({}, "", "testing/t/bad: no scripts; a test has NN-HOST-what.sh, or HOSTinit.sh"),
    ({"01-mars-land.sh": "true\n"}, "", "01-mars-land.sh: a script is named NN-HOST-what.sh; known hosts are west"),
    ({"1x.sh": "true\n"}, "", "1x.sh: a script is named NN-HOST-what.sh"),
    (GOOD, 'hosts = ["west", "mars"]\n', "test.toml: unknown host 'mars'; known are west"),
    (GOOD, 'hosts = ["east"]\n', "01-west-says.sh: host 'west' is not among the test's hosts (east)"),
    (GOOD, 'tags = ["a"\nlimit = 3\n', "test.toml: "),
    (GOOD, "limit = 3\nlimits = 4\n", "test.toml: unknown key 'limits'; known are hosts, limit"),
    (GOOD, 'limit = "long"\n', "test.toml: 'limit' has a value of the wrong type: 'long'"),
    (GOOD, "limit = -1\n", "test.toml: 'limit' takes a positive number of seconds, not -1"),
    (GOOD, "total = inf\n", "test.toml: 'total' takes a positive number"),
    (GOOD, "tags = true\n", "test.toml: 'tags' has a value of the wrong type: True"),
    (GOOD, "hosts = [1]\n", "test.toml: 'hosts' takes a list of words"),
    (GOOD, "unordered = { west = 3 }\n", "test.toml: 'unordered' has a value of the wrong type"),
    (GOOD, 'unordered = { west = ["("] }\n', "unordered: bad regular expression '('"),
    (GOOD, "peers = { west = 3 }\n", "test.toml: 'peers' has a value of the wrong type"),
    (GOOD, 'peers = { west = "racoon" }\n', "test.toml: no peer racoon: there are ike-scan, libreswan, openiked, scapy"),
    (GOOD, 'peers = { east = "strongswan" }\n', "test.toml: peer 'strongswan' is on 'east', which the test does not use"),
    (GOOD, 'needs = ["gold"]\n', "test.toml: unknown need 'gold'"),
    (GOOD, 'topology = "moon"\n', "test.toml: no topology 'moon'"),
    (GOOD, 'sanitizers = ["soap.sed"]\n', "soap.sed"),
    ({**GOOD, "intrenet.capture.txt": "x\n"}, "", "intrenet.capture.txt: the test has no wire 'intrenet'; its wires are"),
    ({**GOOD, "east.console.txt": "x\n"}, "", "east.console.txt: nothing is typed at 'east'; hosts with scripts are west"),
])
def test_a_malformed_test(own, scripts, toml, said):
    name = own.test("bad", scripts, toml=toml)
    before = _files(own)
    done = own.lab("run", name)
    shown = scratch.one_line(done, 2) if done.returncode == 2 else done.stdout
    assert done.returncode in (2, 3) and said in shown and "Traceback" not in done.stderr, (shown, done.stderr)
    assert _files(own) == before


def _files(own):
    return sorted(path for path in own.path.rglob("*") if not path.is_relative_to(own.path / "build")
                  and not path.is_relative_to(own.path / "cache"))


def test_a_malformed_test_does_not_hide_the_others_in_the_list(own):
    own.test("bad", GOOD, toml="limits = 3\n")
    done = own.lab("list")
    assert done.returncode == 0 and "The test good" in done.stdout and "error: " in done.stdout
    assert any("unknown key" in record.get("error", "") for record in json.loads(own.lab("list", "--json").stdout))


def test_a_syntax_error_in_test_toml_names_the_line(own):
    said = scratch.one_line(own.lab("run", own.test("bad", GOOD, toml='tags = []\n\nlimit = = 3\n')), 2)
    assert "testing/t/bad/test.toml" in said and "line 3" in said


@pytest.mark.parametrize(("line", "said"), [
    ("t good", "TESTLIST:{}: expected KIND NAME good|wip|skip [reason], found 't good'"),
    ("t other best", "TESTLIST:{}: expected KIND NAME"),
    ("t ../../etc good", "TESTLIST:{}: expected KIND NAME"),
    ("t \udcff good", "TESTLIST:{}: expected KIND NAME"),
    ("t good good", "TESTLIST:{}: t/good is listed twice"),
    ("t other wip", "TESTLIST:{}: t/other is wip but gives no reason"),
])
def test_a_malformed_list(own, line, said):
    path = own.path / "testing" / "TESTLIST"
    text = path.read_text()
    path.write_text(text + line + "\n", errors="surrogateescape")
    try:
        found = scratch.one_line(own.lab("run", "good"), 2)
    finally:
        path.write_text(text)
    assert said.format(len(text.splitlines()) + 1) in found


def test_a_listed_test_that_is_not_there(own):
    own.test("gone", GOOD)
    shutil.rmtree(own.kind / "gone")
    assert "testing/t/gone: no such test" in scratch.one_line(own.lab("run", "gone"), 2)
    own.test("gone", GOOD)


@pytest.mark.parametrize(("text", "said"), [
    ("[wires.a\n", "line 1"), ("nonsense = 1\n", "nonsense"),
    ("[wires.a]\nipv4 = '10.0.0.0/24'\n[hosts.west.eth0]\nwire = 'nowhere'\naddresses = []\n", "nowhere")])
def test_a_malformed_topology(own, text, said):
    path = own.path / "testing" / "topology" / "broken.toml"
    path.write_text(text)
    found = scratch.one_line(own.lab("run", own.test("bad", GOOD, toml='topology = "broken"\n')), 2)
    path.unlink()
    assert "testing/topology/broken.toml" in found and said in found


def test_a_description_in_another_encoding(own):
    name = own.test("latin", GOOD, {"west": scratch.console("west", ("echo fine", "fine\n"))})
    (own.kind / "latin" / "description.txt").write_bytes(b"caf\xe9\n")
    assert own.lab("run", name).returncode == 0
    assert "caf" in own.lab("list", name).stdout


def _small_files():
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))


def test_a_capture_that_cannot_be_written(own):
    line = "ping -n -q -c 40 -i 0.002 -s 500 192.1.2.23 | wc -l"
    own.test("much", {"01-west-ping.sh": line + "\n"}, {"west": scratch.console("west", (line, "5\n"))},
             toml='hosts = ["west", "east"]\n')
    done = own.lab("run-one", "much", "--out", str(own.path / "build" / "much"), preexec_fn=_small_files)
    assert done.returncode == 3 and "capture: File too large" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("room", [0, 16])
def test_a_full_disk(own, tmp_path, room):
    """room: kilobytes left for the run."""
    line = "seq 20000"
    own.says("long", line)
    script = ('mount -t tmpfs -o size=64k full "$OUT" && head -c $(((64 - $ROOM) * 1024)) /dev/zero >"$OUT/ballast"'
              ' && mkdir -p "$OUT/run"; shift; "$@"; status=$?; ls -A "$OUT"; exit $status')
    before = ("unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh", "-")
    environment = {**own.environment, "OUT": str(tmp_path), "ROOM": str(room)}
    done = own.lab("run-one", "long", "--out", str(tmp_path / "run" / "one"), before=before, env=environment)
    assert done.returncode == 3, done
    assert "No space left on device" in done.stdout + done.stderr and "Traceback" not in done.stderr
    assert done.stdout.splitlines()[-2:] == ["ballast", "run"]


def test_a_full_disk_under_the_checkout(own, tmp_path):
    build = own.path / "build"
    build.mkdir(exist_ok=True)
    script = 'mount -t tmpfs -o size=4k full "$OUT" && head -c 4096 /dev/zero >"$OUT/ballast"; shift; exec "$@"'
    before = ("unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh", "-")
    done = own.lab("run", "good", before=before, env={**own.environment, "OUT": str(build)})
    assert "No space left on device" in scratch.one_line(done, 3) and tmp_path


def test_a_folder_that_may_not_be_written(own):
    done = own.lab("run-one", "good", "--out", "/proc/nothing")
    assert done.returncode == 3 and "/proc/nothing" in done.stdout + done.stderr and "Traceback" not in done.stderr


def test_what_is_no_folder(own, tmp_path):
    (tmp_path / "file").write_text("mine\n")
    for words in (("run", "good"), ("run-one", "good")):
        done = own.lab(*words, "--out", str(tmp_path / "file"))
        assert done.returncode in (2, 3) and "Traceback" not in done.stderr
    assert (tmp_path / "file").read_text() == "mine\n"


def test_a_history_that_was_cut_short_is_read_as_far_as_it_goes(own):
    own.lab("run", "good")
    with open(own.path / "build" / "lab" / "history.jsonl", "ab") as file:
        file.write(b'{"test": "t/good", "cla\n[]\nnull\n{"test": 3}\n\xff\xfe\n')
    done = own.lab("list")
    assert done.returncode == 0 and " pass " in done.stdout, done
    assert own.lab("run", "good").returncode == 0


def test_a_missing_tool_is_named(own, tmp_path):
    for name in ("python3", "bash", "sh"):
        (tmp_path / name).symlink_to(shutil.which(name))
    done = own.lab("run", "good", env={**own.environment, "PATH": str(tmp_path)})
    assert done.returncode == 3 and "ip" in done.stdout and "No such file" in done.stdout and "Traceback" not in done.stderr
    assert os.path.exists(Path(own.path, "build", "lab", "last", "junit.xml"))
