# SPDX-License-Identifier: GPL-2.0-or-later
"""`lab suite`, whole: small suites in the projects' formats, on hosts in namespaces with the projects' packages."""

import json
import shutil
import signal

import pytest
import scratch
import suite_trees

from lab import paths
from lab.suites.libreswan import programs

_TALK = {
    "description.txt": "Two hosts that talk\n",
    "eastinit.sh": "/testing/guestbin/swan-prep\nipsec --version | cut -d' ' -f2\nhostname | tee OUTPUT/east.txt\n",
    "westrun.sh": "# east was here\ncat OUTPUT/east.txt\nping -c 1 -q 192.1.2.23 | grep -c ' 0% packet loss'\nfalse\n",
    "final.sh": "iptables -A INPUT -s 192.0.2.1 -j DROP\niptables -L INPUT -n | tail -n 1 | tr -s ' '\n",
    "east.console.txt": "/testing/guestbin/swan-prep\neast # ipsec --version | cut -d' ' -f2\n4.10\n"
                        "east # hostname | tee OUTPUT/east.txt\neast\n"
                        "east # iptables -A INPUT -s 192.0.2.1 -j DROP\neast # iptables -L INPUT -n | tail -n 1 | tr -s ' '\n"
                        "DROP all -- 192.0.2.1 0.0.0.0/0 \n",
    "west.console.txt": "# east was here\nwest # cat OUTPUT/east.txt\neast\n"
                        "west # ping -c 1 -q 192.1.2.23 | grep -c ' 0% packet loss'\n1\nwest # false\n"
                        "west # iptables -A INPUT -s 192.0.2.1 -j DROP\nwest # iptables -L INPUT -n | tail -n 1 | tr -s ' '\n"
                        "DROP all -- 192.0.2.1 0.0.0.0/0 \n",
}
_WRONG = {"eastinit.sh": "echo one\n", "east.console.txt": "echo one\ntwo\neast # \n"}
_LACKING = {"eastinit.sh": "setenforce 1; semodule -l\n", "east.console.txt": "\n"}


@pytest.fixture(scope="module")
def lab():
    """The lab's command, in a checkout of its own with this machine's cache."""
    checkout = scratch.another()
    checkout.environment["CYGNET_CACHE"] = str(paths.cache())
    return checkout.lab


@pytest.fixture(scope="module")
def ran(tmp_path_factory, lab):
    """A suite like libreswan's that was run, its folder, and what was said."""
    top = tmp_path_factory.mktemp("suite")
    suite = suite_trees.libreswan(top / "tree", {"talk": _TALK, "wrong": _WRONG, "lacking": _LACKING})
    programs.layers(suite, print)  # what is fetched takes as long as it takes
    said = lab("suite", "libreswan", str(suite.tree), "--place", "ns", "--out", str(top / "out"),
               "--junit", str(top / "junit.xml"))
    assert (top / "out/suite.json").exists(), said.stdout + said.stderr
    return suite, top / "out", said


def test_each_test_is_accounted_for(ran):
    _, out, said = ran
    found = json.loads((out / "suite.json").read_text())
    assert found["counts"] == {"pass": 1, "fail": 1, "unsupported": 1}, said.stdout
    assert found["failures"]["wrong"] == ["fail", "semantic", "console east differs (semantic)"]
    assert list(found["unsupported"]) == ["selinux"]
    assert said.returncode == 1


def test_a_rule_had_its_part_in_it(ran):
    _, out, _ = ran
    found = json.loads((out / "suite.json").read_text())
    assert list(found["by_rules"]) == ["talk"] and sum(found["rules"].values()) == 2


def test_wires_are_captured(ran):
    _, out, _ = ran
    assert (out / "libreswan/talk/internet.pcap").stat().st_size > 24


def test_reports_have_them(ran):
    _, out, _ = ran
    text = (out.parent / "junit.xml").read_text()
    assert 'tests="3"' in text and 'name="wrong"' in text and "skipped" in text


def test_the_tree_is_only_read(ran):
    suite, _, _ = ran
    assert not list(suite.tree.rglob("OUTPUT"))


def test_other_commands_know_the_tests(ran, lab):
    said = lab("diff", "libreswan/wrong")
    assert said.returncode == 1 and "-two" in said.stdout and "+one" in said.stdout
    assert "passed" in lab("log", "libreswan/talk").stdout
    assert "only reads: bless does not go with it" in lab("bless", "libreswan/talk").stderr


def test_a_farm_runs_them_too(ran, lab, tmp_path):
    if not shutil.which("parallel"):
        pytest.skip("needs GNU parallel; 'tools/deps farm' installs it")
    suite, _, _ = ran
    ssh = tmp_path / "ssh"
    ssh.write_text(scratch.SSH)
    ssh.chmod(0o755)
    environment = {**lab.__self__.environment, "PARALLEL_SSH": str(ssh)}
    said = lab("suite", "libreswan", str(suite.tree), "talk", "--place", "ns", "--farm", "a", "--json", env=environment)
    (record,) = json.loads(said.stdout)
    assert (record["class"], record["cell"]["host"]) == ("pass", "a"), said.stderr
    assert "suites/trees/" in said.stderr and record["notes"]["rules"]


def test_what_is_done_is_kept_when_it_is_interrupted(tmp_path, lab):
    slow = {"eastinit.sh": "sleep 60\n", "east.console.txt": "\n"}
    suite = suite_trees.libreswan(tmp_path / "tree", {"a": {"eastinit.sh": "true\n"}, "b": slow})
    run = lab.__self__.start("suite", "libreswan", str(suite.tree), "-j1", "--place", "ns", "--out", str(tmp_path / "out"))
    assert any("libreswan/a" in line for line in iter(run.stdout.readline, ""))
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=scratch.LIMIT)
    assert json.loads((tmp_path / "out/suite.json").read_text())["counts"] == {"unresolved": 1} and run.returncode == 3
