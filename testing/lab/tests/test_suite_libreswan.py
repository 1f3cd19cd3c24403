# SPDX-License-Identifier: GPL-2.0-or-later
"""libreswan's format: the tree and its list, the order of scripts, consoles as its runner keeps them, and the judge."""

import json

import pytest
import suite_trees

from lab.errors import UnresolvedError, UsageError
from lab.suites import Ended, layer
from lab.suites.libreswan import case, judge, network, programs, raw, tree
from lab.transcript import Step, to_json


def _order(loaded):
    return [(script.path.name, *script.hosts) for script in loaded.scripts]


def test_tree_is_told_from_others(tmp_path):
    suite = suite_trees.libreswan(tmp_path / "tree", {"one": {"eastinit.sh": "echo 1\n"}})
    tree.check(suite.tree)
    assert tree.version(suite.tree) == "4.10"
    (tmp_path / "other").mkdir()
    with pytest.raises(UsageError, match="not libreswan's source tree: it has no testing/pluto/TESTLIST"):
        tree.check(tmp_path / "other")


def test_list(tmp_path):
    listed = ("kvmplutotest one good # a comment\n\nkvmplutotest two wip\nkvmplutotest three skiptest\n"
              "umlplutotest four good\nkvmplutotest bsd netbsd\n")
    suite = suite_trees.libreswan(tmp_path, {"one": {}}, listed)
    assert [(entry.test, entry.status) for entry in tree.entries(suite)] == [
        ("libreswan/one", "good"), ("libreswan/two", "wip"), ("libreswan/three", "skip"), ("libreswan/bsd", "skip")]
    assert tree.entries(suite)[1].reason == "wip in the tree's TESTLIST"
    assert tree.entries(suite)[0].folder == tmp_path / "testing/pluto/one"


def test_list_that_cannot_be_read(tmp_path):
    suite = suite_trees.libreswan(tmp_path, {}, "kvmplutotest one perhaps\n")
    with pytest.raises(UsageError, match=r"TESTLIST:2: expected KIND TEST STATUS, found 'kvmplutotest one perhaps'"):
        tree.entries(suite)


def test_order_of_phases(tmp_path):
    names = ["westrun.sh", "eastinit.sh", "westinit.sh", "nicinit.sh", "final.sh", "roadinit.sh", "eastrun.sh"]
    suite = suite_trees.libreswan(tmp_path, {"one": {name: "echo 1\n" for name in names}})
    loaded = case.load(suite, tmp_path / "testing/pluto/one")
    assert _order(loaded) == [
        ("nicinit.sh", "nic"), ("eastinit.sh", "east"),
        ("roadinit.sh", "road"), ("westinit.sh", "west"), ("eastrun.sh", "east"),
        ("westrun.sh", "west"), ("final.sh", "east", "nic", "road", "west")]


def test_order_of_numbered_scripts(tmp_path):
    names = ["02-west-east.sh", "01-east-init.sh", "10-check-west.sh", "final.sh", "helper.sh"]
    suite = suite_trees.libreswan(tmp_path, {"one": {name: "echo 1\n" for name in names}})
    loaded = case.load(suite, tmp_path / "testing/pluto/one")
    assert _order(loaded) == [("01-east-init.sh", "east"), ("02-west-east.sh", "west", "east"), ("10-check-west.sh", "west"),
                              ("final.sh", "east", "west")]


def test_lines_that_are_typed(tmp_path):
    suite = suite_trees.libreswan(tmp_path, {"one": {"eastinit.sh": "#!/bin/sh\n\n  echo 1  \n# why\n"}})
    loaded = case.load(suite, tmp_path / "testing/pluto/one")
    assert loaded.scripts[0].lines() == ["#!/bin/sh", "echo 1", "# why"]


def _new_suite(top, files):
    suite = suite_trees.libreswan(top, {"one": files})
    (top / "testing/kvm/vm").mkdir(parents=True)
    return suite


def test_script_for_all_hosts(tmp_path):
    script = "# a comment\neast# echo 1\neast# echo 2\n\nwest# echo 3\nfinal# echo 4\n"
    suite = _new_suite(tmp_path, {"all.linuxeast-linuxwest.sh": script})
    loaded = case.load(suite, tmp_path / "testing/pluto/one")
    assert [(script.hosts, script.lines()) for script in loaded.scripts] == [
        (("east",), ["echo 1", "echo 2"]), (("west",), ["echo 3"]), (("east", "west"), ["echo 4"])]
    assert not loaded.lacking


def test_script_for_all_hosts_that_names_another(tmp_path):
    suite = _new_suite(tmp_path, {"all.east-west.sh": "east# echo 1\nroad# echo 2\n"})
    with pytest.raises(UsageError, match=r"all.east-west.sh:2: 'road' is none of the guests in the script's name"):
        case.load(suite, tmp_path / "testing/pluto/one")


def test_other_systems_are_named_as_missing(tmp_path):
    suite = suite_trees.libreswan(tmp_path, {"one": {"01-netbsde-init.sh": "echo 1\n", "02-west.sh": "echo 1\n"}})
    assert case.load(suite, tmp_path / "testing/pluto/one").lacking.startswith("other-system: 01-netbsde-init.sh")


_STEPS = [Step("eastinit.sh", "echo 1", "1\n", 0, 0.1), Step("eastinit.sh", "false", "", 1, 0.1),
          Step("final.sh", "true", "", 0, 0.1), Step("post-mortem.sh", "../../guestbin/post-mortem.sh", "fine\n", 0, 0.1)]


def test_console_up_to_version_4():
    assert raw.render("east", "one", _STEPS, Ended(), False) == (
        ">>>>>>>>>>cut>>>>>>>>>> eastinit.sh <<<<<<<<<<tuc<<<<<<<<<<echo 1\n1\n[root@east one]# false\n[root@east one 1]# "
        ">>>>>>>>>>cut>>>>>>>>>> final.sh <<<<<<<<<<tuc<<<<<<<<<<true\n[root@east one]# "
        ">>>>>>>>>> post-mortem >>>>>>>>>>../../guestbin/post-mortem.sh\nfine\n[root@east one]# "
        "<<<<<<<<<< post-mortem <<<<<<<<<<>>>>>>>>>>cut>>>>>>>>>> done <<<<<<<<<<tuc<<<<<<<<<<")


def test_console_from_version_5():
    assert raw.render("east", "one", _STEPS[2:], Ended(), True) == (
        "[root@east one]# true\n[root@east one]# : >>>>>>>>>> post-mortem >>>>>>>>>>\n[root@east one]# "
        "../../guestbin/post-mortem.sh\nfine\n[root@east one]# : <<<<<<<<<< post-mortem <<<<<<<<<<\n[root@east one]# ")


def test_post_mortem_that_finds_something_stays_to_be_seen():
    found = [Step("post-mortem.sh", "../../guestbin/post-mortem.sh", "a core\n", 1, 0.1)]
    assert "<<<<<<<<<< post-mortem" not in raw.render("east", "one", found, Ended(), False)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A test with one host, and a function that judges a run of it with one line's output."""
    files = {"eastinit.sh": "say\n", "east.console.txt": "say\nhello\neast # \n"}
    suite = suite_trees.libreswan(tmp_path / "tree", {"one": files})
    loaded = case.load(suite, suite.tree / "testing/pluto/one")
    out = tmp_path / "out"
    out.mkdir()
    monkeypatch.setattr(programs, "native", lambda suite: tmp_path)

    def judged(output, ended=Ended(), log=""):
        (out / "east.transcript.json").write_text(to_json([Step("eastinit.sh", "say", output, 0, 0.1)]), encoding="utf-8")
        if log:
            suite_trees.write(out, {"east/testing/pluto/one/OUTPUT/east.pluto.log": log})
        return judge.judge(loaded, out, ended)
    judged.case = loaded
    return judged


def test_judge_passes_what_is_expected(run):
    found = run("hello\n")
    assert (found.verdict, found.diffs, found.notes) == ("pass", [], {"rules": {}})


def test_judge_fails_what_differs(run):
    found = run("goodbye\n")
    assert (found.verdict, found.reason, found.notes["class"]) == ("fail", "console east differs (semantic)", "semantic")
    assert "-hello" in found.diffs[0]["text"] and "+goodbye" in found.diffs[0]["text"]


def test_judge_tells_blanks_from_words(run):
    found = run("hello   \n")
    assert (found.verdict, found.reason, found.notes["class"]) == ("fail", "console east differs (cosmetic)", "cosmetic")


def _rules(monkeypatch, tmp_path, *rules):
    rows = "".join(f"[[rules]]\nname = '{name}'\nwhy = 'a reason'\npattern = '{pattern}'\nreplacement = '{text}'\n"
                   for name, pattern, text in rules)
    suite_trees.write(tmp_path, {"libreswan/suite.toml": rows})
    made = layer.load("libreswan", tmp_path)
    monkeypatch.setattr(layer, "load", lambda kind: made)


def test_rule_for_the_environment_is_counted(run, monkeypatch, tmp_path):
    _rules(monkeypatch, tmp_path / "layer", ("greeting", "^(hello|good day)$", "GREETING"), ("unused", "nothing", "NOTHING"))
    found = run("good day\n")
    assert (found.verdict, found.diffs) == ("pass", [])
    assert found.notes == {"rules": {"greeting": 1}, "class": "environment"}


def test_rule_leaves_alone_what_is_the_same_without(run, monkeypatch, tmp_path):
    _rules(monkeypatch, tmp_path / "layer", ("greeting", "hello", "GREETING"))
    assert run("hello\n").notes == {"rules": {}}


def test_rule_takes_no_line_away(run, monkeypatch, tmp_path):
    _rules(monkeypatch, tmp_path / "layer", ("gone", "^extra$", ""))
    assert run("hello\nextra\n").verdict == "fail"


@pytest.mark.parametrize("log, issue", [
    ("ASSERTION FAILED: that", "ASSERTION in its log"), ("leak detective found 2 leaks", "LEAK in its log"),
    ("a (null) name", "PRINTF_NULL in its log")])
def test_judge_looks_into_the_log(run, log, issue):
    found = run("hello\n", log=f"so far so good\n{log}\n")
    assert (found.verdict, found.reason, found.notes["class"]) == ("fail", f"east: {issue}", "semantic")


def test_judge_takes_a_time_out_for_what_it_is(run):
    found = run("hello\n", Ended("timeout", "east did not return within 120 s from: say"))
    assert (found.verdict, found.reason) == ("timeout", "east did not return within 120 s from: say")


def test_console_without_expected_file(run):
    (run.case.folder / "east.console.txt").unlink()
    found = run("hello\n")
    assert (found.verdict, found.reason) == ("unresolved", "the tree has no expected console of east")


def test_sanitizer_that_fails(run):
    path = run.case.suite.tree / "testing/utils/sanitizer.sh"
    path.write_text("#!/bin/sh\necho 'no such fixup' >&2\n", encoding="utf-8")
    with pytest.raises(UnresolvedError, match="the tree's sanitizer failed on east.console.verbose.txt: no such fixup"):
        run("hello\n")


def test_sanitizers_get_the_awk_that_they_want(run, tmp_path):
    suite_trees.write(tmp_path, {"awk": "#!/bin/sh\necho say; echo mine; echo 'east # '\n"})
    (run.case.suite.tree / "testing/utils/sanitizer.sh").write_text("#!/bin/sh\nawk 1 \"$1\"\n", encoding="utf-8")
    assert "+mine" in run("hello\n").diffs[0]["text"]


def test_words_reopen_the_suite(tmp_path):
    from lab import suites
    suite = suite_trees.libreswan(tmp_path, {"one": {}})
    assert suites.reopen(json.loads(json.dumps(suite.words()))) == suite


_NETWORK = """\
[Match]
Name=eth1
MACAddress=12:00:00:64:64:23

[Network]
Address=192.1.2.23/24
Gateway=192.1.2.254
IPForward=yes

[Route]
Gateway=192.1.2.45
Destination=192.0.1.254/24
"""


def test_network_of_the_tree(tmp_path):
    suite = suite_trees.libreswan(tmp_path, {})
    suite_trees.write(tmp_path, {
        "testing/kvm/systemd/network/east.eth1.network": _NETWORK,
        "testing/kvm/systemd/network/other.eth0.network": "[Network]\nAddress=192.1.2.254/24\nAddress=192.1.2.45/24\n"})
    made = network.load(suite.tree)
    assert list(made.wires) == ["internet"] and list(made.hosts) == ["east", "other"]
    east = made.hosts["east"]
    assert east.interfaces["eth1"].mac == "12:00:00:64:64:23" and east.forward
    assert [(route.target, str(route.via)) for route in east.routes] == [
        ("default", "192.1.2.254"), ("192.0.1.0/24", "192.1.2.45")]
    assert [str(address) for address in made.hosts["other"].interfaces["eth0"].addresses] == ["192.1.2.254/24", "192.1.2.45/24"]


def test_network_without_files_is_the_swans(tmp_path):
    assert network.load(suite_trees.libreswan(tmp_path, {}).tree).name == "swan"


def test_network_file_that_cannot_be_read(tmp_path):
    suite_trees.write(tmp_path, {"testing/kvm/systemd/network/east.eth1.network": "[Match]\nnonsense\n"})
    with pytest.raises(UsageError, match="east.eth1.network:2: neither a section nor NAME=VALUE: 'nonsense'"):
        network.load(tmp_path)


@pytest.mark.parametrize("line, cygnet, needs", [
    ("ipsec start", False, ["kernel-esp"]), ("ipsec start", True, ["tun"]), ("strongswan start", True, ["kernel-esp"]),
    ("../../guestbin/strongswan-start.sh", True, ["kernel-esp"]), ("ipsec --version", False, [])])
def test_cygnet_brings_its_own_stack(tmp_path, line, cygnet, needs):
    suite = suite_trees.libreswan(tmp_path / "tree", {"one": {"eastinit.sh": f"{line}\n"}})
    suite_trees.write(tmp_path / "build", {"usr/local/sbin/klipsd": "\n"} if cygnet else {"usr/sbin/ipsec": "\n"})
    built = type(suite)(suite.kind, suite.tree, str(tmp_path / "build"))
    assert case.load(built, suite.tree / "testing/pluto/one").needs == needs
