# SPDX-License-Identifier: GPL-2.0-or-later
"""Suites of other projects: which there are, what is laid over their hosts, how they are known, and the account of a run."""

import dataclasses
import json
import os

import pytest
import suite_trees

from lab import commands, once, paths, suites
from lab.commands import suite as command
from lab.errors import UsageError
from lab.result import Result
from lab.place import HostSpec
from lab.suites import account, alone, layer

_LAYER = """\
version = "1.0"
packages = ["one"]
[[deviations]]
name = "clock"
why = "it is a virtual one"
[[missing]]
name = "selinux"
pattern = 'setenforce'
why = "Debian's kernel has it off"
[[later]]
name = "tcp"
pattern = 'enable-tcp|^name: tcp-'
why = "IKE over TCP"
[[rules]]
name = "number"
why = "one says a name and the other a number"
pattern = '\\besp\\b'
replacement = '50'
"""


def _layer(top, text=_LAYER):
    folders = ("libreswan/root/etc/motd", "libreswan/hosts/east/etc/motd")
    suite_trees.write(top, {"libreswan/suite.toml": text, **dict.fromkeys(folders, "\n")})
    return layer.load("libreswan", top)


def test_layer_is_read(tmp_path):
    made = _layer(tmp_path)
    assert (made.version, made.packages, made.deviations[0].name) == ("1.0", ("one",), "clock")
    assert made.trees("east") == [tmp_path / "libreswan/root", tmp_path / "libreswan/hosts/east"]
    assert made.trees("west") == [tmp_path / "libreswan/root"]
    assert made.lacking(["west.sh: setenforce 1"]) == "selinux: Debian's kernel has it off"
    assert made.lacking(["west.sh: true"]) == ""
    assert made.blocked(["west.conf: enable-tcp=yes"]) == made.blocked(["name: tcp-01"]) == "tcp: IKE over TCP"
    assert made.blocked(["west.sh: setenforce 1"]) == ""


@pytest.mark.parametrize("text, said", [
    ("colour = 1\n", "unknown key 'colour'"), ("packages = 'one'\n", "'packages' has a value of the wrong type"),
    ("[[rules]]\nname = 'a'\n", r"\[\[rules\]\] a: takes just name, why, pattern, replacement"),
    ("[[deviations]]\nname = 'a'\nwhy = ' '\n", "wants a name of small letters, digits and dashes, and a reason"),
    ("[[missing]]\nname = 'a'\nwhy = 'b'\npattern = '('\n", "bad pattern"), ("=\n", "suite.toml: ")])
def test_layer_that_is_malformed(tmp_path, text, said):
    with pytest.raises(UsageError, match=said):
        _layer(tmp_path, text)


def test_rules_change_lines_and_count_them(tmp_path):
    rules = _layer(tmp_path).rules
    assert layer.apply(rules, ["proto esp", "proto ah", "esp"]) == (["proto 50", "proto ah", "50"], {"number": 2})


def test_the_layers_that_there_are_can_be_read():
    for kind in suites.KINDS:
        made = layer.load(kind)
        assert made.version and made.packages
        names = [one.name for one in (*made.deviations, *made.missing, *made.later, *made.rules)]
        assert len(names) == len(set(names))


def test_suite_that_is_none(tmp_path):
    with pytest.raises(UsageError, match="unknown suite 'racoon'; known are libreswan, strongswan"):
        suites.open_suite("racoon", tmp_path)
    with pytest.raises(UsageError, match="nowhere: no such folder"):
        suites.open_suite("libreswan", tmp_path / "nowhere")
    with pytest.raises(UsageError, match="not libreswan's source tree"):
        suites.open_suite("libreswan", tmp_path)
    suite_trees.libreswan(tmp_path, {})
    with pytest.raises(UsageError, match="--build .*: no such folder"):
        suites.open_suite("libreswan", tmp_path, str(tmp_path / "nowhere"))


@pytest.fixture
def known(tmp_path, monkeypatch):
    """A suite that was used before."""
    monkeypatch.setattr(paths, "RUNS", tmp_path / "runs")
    suite = suite_trees.libreswan(tmp_path / "tree", {"one": {"eastinit.sh": "true\n"}, "two": {"westinit.sh": "true\n"}})
    suites.remember(suite)
    return suite


def test_tests_are_known_once_a_suite_was_used(known):
    assert commands.one("libreswan/two").folder == known.tree / "testing/pluto/two"
    assert commands.one(str(known.tree / "testing/pluto/one")).test == "libreswan/one"
    assert commands.one("libreswan/one").load().hosts == ["east"]


def test_suites_tests_are_not_among_all(known):
    assert not [entry for entry in commands.known([]) if entry.kind == "libreswan"]


def test_suites_tests_take_no_other_peer(known):
    with pytest.raises(UsageError, match="libreswan/one: a test of libreswan's own has the peers it names"):
        commands.one("libreswan/one").load("strongswan")


def test_tree_that_is_gone_is_forgotten(known):
    known.tree.rename(known.tree.with_name("moved"))
    with pytest.raises(UsageError, match="unknown test 'libreswan/one'"):
        commands.one("libreswan/one")


def test_account(tmp_path):
    suite = suite_trees.libreswan(tmp_path, {})
    results = [Result("libreswan/a", {}, "", "pass", notes={"rules": {}}),
               Result("libreswan/b", {}, "", "pass", notes={"rules": {"number": 3}, "class": "environment"}),
               Result("libreswan/c", {}, "", "fail", "it differs", notes={"rules": {"number": 1}, "class": "semantic"}),
               Result("libreswan/d", {}, "", "skipped", "selinux: it is off"),
               Result("libreswan/e", {}, "", "unresolved", "no room")]
    made = account.of(suite, results)
    account.save(made, tmp_path)
    counts = json.loads((tmp_path / account.JSON).read_text())["counts"]
    assert {"ikev1", "clock", "modules"} <= set(made.deviations) and all(made.deviations.values())
    assert counts == {"pass": 2, "fail": 1, "unsupported": 1, "unresolved": 1}
    assert account.text(made).splitlines() == [
        "libreswan 4.10: 5 tests, 4 run, 2 passed, 50.0 %; 1 of them to the letter, 1 with rules for the environment",
        "  unsupported, for want of selinux: 1", "  rule number: 4 lines, in 1 tests that passed by it",
        f"  the hosts are not the project's own in: {', '.join(made.deviations)} (--layer tells why)",
        "did not pass: 1 semantic, 1 unresolved", "  c: fail (semantic): it differs", "  e: unresolved: no room"]
    assert (tmp_path / account.TABLE).read_text() == account.text(made) + "\n"


def test_account_of_outcomes_speaks_of_no_letters(tmp_path):
    suite = dataclasses.replace(suite_trees.libreswan(tmp_path, {}), by_outcome=True)
    results = [Result("libreswan/a", {}, "", "pass", notes={"rules": {}}),
               Result("libreswan/b", {}, "", "fail", "it differs", notes={"rules": {}, "class": "semantic"})]
    text = account.text(account.of(suite, results))
    assert text.splitlines()[0] == "libreswan 4.10: 2 tests, 2 run, 1 passed, 50.0 %; judged by what they come to"


def _main(*words):
    return command.main(command.parser().parse_args([str(word) for word in words]))


def test_list_shows_what_tests_lack(tmp_path, capsys):
    tests = {"one": {"eastinit.sh": "true\n", "description.txt": "The first\n"}, "two": {"description.txt": "The second\n"}}
    suite = suite_trees.libreswan(tmp_path, tests)
    assert _main("libreswan", suite.tree, "--all", "--list") == 0
    rows = capsys.readouterr().out.splitlines()
    assert [row.split(maxsplit=2)[2] for row in rows] == [
        "The first", "unsupported: scripts: there are none for a host of the network"]


def test_what_cygnet_is_to_have_later_can_be_left_out(tmp_path, capsys):
    tests = {"now": {"eastinit.sh": "true\n", "description.txt": "Nothing\n"},
             "ikev1-psk": {"eastinit.sh": "true\n"}, "old": {"eastinit.sh": "true\n", "east.conf": "conn a\n\tikev2=no\n"},
             "wrapped": {"eastinit.sh": "true\n", "east.conf": "conn a\n\tenable-tcp=yes\n"}}
    suite = suite_trees.libreswan(tmp_path, tests)
    _main("libreswan", suite.tree, "--outcome", "--list")
    rows = [row.split(maxsplit=2)[2].split(":")[:2] for row in capsys.readouterr().out.splitlines()]
    assert rows == [["Nothing"], ["later", " version-1"], ["later", " version-1"], ["later", " tcp"]]
    _main("libreswan", suite.tree, "--outcome", "--unblocked", "--list")
    assert [row.split()[0] for row in capsys.readouterr().out.splitlines()] == ["libreswan/now"]
    with pytest.raises(UsageError, match="--unblocked is about Cygnet in libreswan's place: it goes with --outcome"):
        _main("libreswan", suite.tree, "--unblocked", "--list")
    with pytest.raises(UsageError, match="no test of .* that was asked for needs nothing of what Cygnet is to have later"):
        _main("libreswan", suite.tree, "old", "--outcome", "--unblocked", "--list")


def test_version_that_does_not_match_is_told(tmp_path, capsys):
    suite_trees.libreswan(tmp_path, {"one": {"eastinit.sh": "true\n"}})
    suite_trees.write(tmp_path, {"mk/version.mk": "IPSECBASEVERSION?=5.1\n"})
    _main("libreswan", tmp_path, "--all", "--list")
    assert "is libreswan 5.1, but tested is 4.10, of Debian's packages: take the tree of 4.10" in capsys.readouterr().err
    for version, warned in (("5.1", False), ("4.9", True)):
        suite_trees.write(tmp_path / "build", {"usr/local/sbin/ipsec": f'#!/bin/sh\nexport IPSEC_VERSION="{version}"\n'})
        _main("libreswan", tmp_path, "--all", "--list", "--build", tmp_path / "build")
        assert (f"tested is {version}, of {tmp_path / 'build'}" in capsys.readouterr().err) == warned


def test_test_that_there_is_not(tmp_path):
    suite_trees.libreswan(tmp_path, {"one": {"eastinit.sh": "true\n"}})
    with pytest.raises(UsageError, match="unknown test 'three'"):
        _main("libreswan", tmp_path, "three", "--list")


def test_layer_is_shown(tmp_path, capsys):
    suite_trees.libreswan(tmp_path, {})
    assert _main("libreswan", tmp_path, "--layer") == 0
    said = capsys.readouterr().out
    assert all(f"  {one.name}: " in said for one in layer.load("libreswan").deviations)


def test_word_names_a_suite(tmp_path, monkeypatch):
    suite = suite_trees.libreswan(tmp_path / "tree", {"one": {"eastinit.sh": "true\n"}})
    assert suites.parse(suites.word(suite)) == suite
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path))
    assert suites.parse("libreswan:tree") == suite
    for build in ("", str(tmp_path)):
        judged = dataclasses.replace(suite, build=build, by_outcome=True)
        assert suites.parse(suites.word(judged)) == judged != suite


def test_outcome_is_for_those_that_compare_texts(tmp_path):
    with pytest.raises(UsageError, match="--outcome: strongswan's tests are judged by what they look for"):
        suites.open_suite("strongswan", tmp_path, by_outcome=True)


def test_packed_suite_has_what_its_tests_need(tmp_path, monkeypatch):
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    suite = suite_trees.libreswan(tmp_path / "tree", {"one": {"eastinit.sh": "true\n"}})
    suite_trees.write(suite.tree, {"programs/large.c": "\n"})
    packed = suites.pack(suite)
    assert [entry.test for entry in packed.entries()] == ["libreswan/one"] and packed.entries()[0].load().hosts == ["east"]
    assert not (packed.tree / "programs").exists() and packed.project.version(packed.tree) == "4.10"
    assert suites.pack(suite) == packed
    suite_trees.write(suite.tree, {"testing/pluto/one/westinit.sh": "true\n"})
    assert suites.pack(suite) == packed  # as long as a run lasts
    suites._packed.cache_clear()
    assert suites.pack(suite) != packed


def test_run_one_knows_the_suite_that_it_is_told(tmp_path):
    suite = suite_trees.libreswan(tmp_path, {"only-here": {"eastinit.sh": "true\n"}})
    assert commands.one("libreswan/only-here", [suite]).load().hosts == ["east"]


def test_folders_of_a_kind_that_were_used_longest_ago_go(tmp_path):
    names = [f"made-{number:012x}" for number in range(4)]
    for number, name in enumerate(names[:3]):
        once.kept(tmp_path / name, 3, lambda draft: (draft / "file").write_text("made\n"))
        os.utime(tmp_path / name, (1000 + number, 1000 + number))
    (tmp_path / "made-tools-000000000000").mkdir()
    once.kept(tmp_path / names[0], 2, lambda draft: pytest.fail("it is there"))
    once.kept(tmp_path / names[3], 2, lambda draft: (draft / "file").write_text("made\n"))
    assert sorted(path.name for path in tmp_path.glob("made-*")) == [names[0], names[3], "made-tools-000000000000"]


def test_host_by_itself():
    spec = HostSpec("maker", "/", {"PATH": "/usr/bin:/bin", "LC_ALL": "C"})
    with alone.host(spec) as place:
        assert place.run("maker", ["sh", "-c", "hostname; ls /sys/class/net"])[:2] == (0, b"maker\nlo\n")
