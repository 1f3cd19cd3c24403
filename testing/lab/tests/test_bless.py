# SPDX-License-Identifier: GPL-2.0-or-later
"""Blessing a run, and making a new test from another: what is written, and what is refused."""

import json
from pathlib import Path

import pytest
import scratch

FINE, PING = "echo fine", "../../guestbin/ping-once.sh --up 192.1.2.23"


@pytest.fixture(name="own", scope="module")
def _own():
    own = scratch.another()
    own.test("model", {"01-west-ping.sh": f"# SPDX-License-Identifier: X\n{FINE}\n{PING}\n"}, toml='hosts = ["west", "east"]\n',
             files={"west.console.txt": "stale\n"})
    return own


def _goldens(own, name):
    return {path.name: path.read_text() for path in sorted((own.kind / name).glob("*.txt")) if path.name != "description.txt"}


def test_a_test_is_made_run_blessed_and_passes(own):
    listed = own.path / "testing" / "TESTLIST"
    listed.write_text(listed.read_text().rstrip("\n"))  # as an editor may leave it
    done = own.lab("new", "copy", "--like", "model")
    assert done.returncode == 0, done.stderr
    assert listed.read_text().splitlines()[-2:] == ["t model good", "t copy wip made from t/model"]
    folder = own.kind / "copy"
    assert {path.name for path in folder.iterdir()} == {"01-west-ping.sh", "description.txt", "run", "test.toml"}
    assert (folder / "run").is_symlink()

    done = own.lab("run", "copy")
    assert done.returncode == 3 and "lab bless t/copy" in done.stdout
    done = own.lab("bless", "--dry-run", "copy")
    assert done.returncode == 0 and "+fine" in done.stdout.replace("+ fine", "+fine") and "would change" in done.stdout
    assert _goldens(own, "copy") == {}

    done = own.lab("bless", "copy")
    assert done.returncode == 0 and "2 expected files changed" in done.stdout and "+up" in done.stdout
    goldens = _goldens(own, "copy")
    assert goldens["west.console.txt"] == scratch.console("west", (FINE, "fine\n"), (PING, "up\n"))
    assert len(goldens["internet.capture.txt"].splitlines()) == 2 and len(goldens) == 2
    assert own.lab("run", "copy").returncode == 0
    assert "no expected files changed" in own.lab("bless", "copy").stdout


def test_a_failure_is_shown_and_blessed(own):
    assert own.lab("run", "model").returncode == 1
    done = own.lab("diff", "model")
    assert done.returncode == 1 and "-stale" in done.stdout and "+up" in done.stdout
    assert "stale" in own.lab("diff", "-y", "model").stdout
    done = own.lab("bless", "model")
    assert "-stale" in done.stdout
    assert own.lab("diff", "model").returncode == 0


def test_a_variant_is_blessed_for_its_cells_only(own):
    name = own.test("cells", {"01-west.sh": FINE}, {"west": "as elsewhere\n"},
                    toml='[variants]\nns = "here it is fine"\nmoon = "far"\n')
    assert own.lab("run", name).returncode == 1
    assert "[variants] does not say why there is a 'sun'" in scratch.one_line(own.lab("bless", name, "--variant", "sun"), 2)
    assert own.lab("bless", name, "--variant", "ns").returncode == 0
    assert own.lab("diff", name).returncode == 0 and own.lab("run", name).returncode == 0
    assert own.lab("run", "--keep", name).returncode == 0 and own.lab("run", "--live", name).returncode == 0
    assert own.lab("stop", name).returncode == 0
    goldens = _goldens(own, "cells")
    assert goldens["west.console.txt"] == "as elsewhere\n" and "fine" in goldens["west.console.ns.txt"]
    folder = own.kind / "cells"
    (folder / "west.console.ns.txt").rename(folder / "west.console.moon.txt")
    assert own.lab("run", name).returncode == 1
    (folder / "test.toml").write_text('[variants]\nns = "why"\n')
    assert "west.console.moon.txt: test.toml has no reason for the variant 'moon'" in scratch.one_line(own.lab("run", name), 2)


@pytest.mark.parametrize(("lines", "words", "said"), [
    (("kill -SEGV $BASHPID",), (), "is crash"), (("tail -f /dev/null",), (), "is timeout"),
    (("exit 1", "echo never"), (), "did not type all"), (("echo one", "echo two"), ("--stop-at", "1"), "did not type all"),
])
def test_what_did_not_come_to_its_end_is_not_blessed(own, lines, words, said):
    scripts = {f"0{number}-west.sh": f"{line}\n" for number, line in enumerate(lines)}
    name = own.test("stops", {**scripts, "09-west.sh": "echo last\n"}, {"west": "old\n"}, toml="limit = 0.3\n")
    own.lab("run", *words, name)
    found = scratch.one_line(own.lab("bless", name), 2)
    own.lab("stop", "--all")
    assert said in found and "only a complete one of t/stops can be blessed" in found
    assert _goldens(own, "stops") == {"west.console.txt": "old\n"}


def test_a_run_of_another_test_or_of_other_scripts_is_not_blessed(own):
    own.lab("run", "model")
    out = json.loads(own.lab("log", "--json", "model").stdout)[-1]["out"]
    own.says("other", FINE)
    assert "is one of t/model" in scratch.one_line(own.lab("bless", "other", "--out", out), 2)
    assert "was not run yet" in scratch.one_line(own.lab("bless", "other"), 2)
    assert "left no result" in scratch.one_line(own.lab("bless", "model", "--out", "/nonexistent"), 2)
    script = own.kind / "model" / "01-west-ping.sh"
    text = script.read_text()
    script.write_text(text + "echo more\n")
    assert "did not type all of the scripts of west as they are now" in scratch.one_line(own.lab("bless", "model"), 2)
    script.write_text(text)


@pytest.mark.parametrize(("name", "said"), [
    ("model", "there is such a test already"), ("t/model", "there is such a test already"), ("Model", "small letters"),
    ("a b", "small letters"), ("../x", "small letters"), ("a/b/c", "small letters"), ("x/", "small letters"),
    ("", "small letters"), (".x", "small letters")])
def test_names_that_cannot_be(own, name, said):
    before = sorted(own.path.joinpath("testing").rglob("*")), own.path.joinpath("testing", "TESTLIST").read_text()
    assert said in scratch.one_line(own.lab("new", name, "--like", "model"), 2)
    assert before == (sorted(own.path.joinpath("testing").rglob("*")), own.path.joinpath("testing", "TESTLIST").read_text())


def test_a_new_test_of_another_kind(own):
    assert "unknown test" in scratch.one_line(own.lab("new", "fresh", "--like", "nothing"), 2)
    assert own.lab("new", "u/fresh", "--like", "t/model").returncode == 0
    assert Path(own.path, "testing", "u", "fresh", "01-west-ping.sh").exists()
    assert [record["status"] for record in json.loads(own.lab("list", "--json", "u/fresh").stdout)] == ["wip"]
