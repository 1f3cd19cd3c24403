# SPDX-License-Identifier: GPL-2.0-or-later
"""strongSwan's format: the tree, a test's lines as its shell reads them, hosts, plugins, the order of a run, and the judge."""

import io
import re
import tarfile
from dataclasses import replace

import pytest
import suite_trees

from lab.errors import UnresolvedError, UsageError
from lab.place.frames import unpack
from lab.scenario import Stopped
from lab.suites import Ended, Suite, layer
from lab.suites.strongswan import build, case, certs, dat, judge, play, plugins, specs, tree
from lab.transcript import Step, to_json

CONF = """\
: ${HOSTNAMEIPV4="\\
alice,10.1.0.10,192.168.0.50 \\
moon,192.168.0.1,10.1.0.1 \\
carol,192.168.0.100 \\
winnetou,192.168.0.150 \\
sun,192.168.0.2"}
: ${HOSTNAMEIPV6="\\
alice,fec1::10,fec0::5 \\
moon,fec0::1,fec1::1 \\
carol,fec0::10 \\
winnetou,fec0::15 \\
sun,fec0::2"}
"""
PLAIN = {"description.txt": "The gateway <b>moon</b> waits. More.\n",
         "test.conf": 'VIRTHOSTS="moon carol"\nIPSECHOSTS="moon"\n', "pretest.dat": "moon::true\n",
         "evaltest.dat": "moon::echo a::a::YES\n", "posttest.dat": "moon::true\n"}
RECIPE = "PV = 1\n\nCONFIG_OPTS = \\\n\t--enable-curl \\\n\t--enable-tkm\n\nall:\n"
LOADS = "charon {\n  load = random curl aes! # and more\n}\n"


def suite_of(top, tests, build=""):
    files = {"testing/do-tests": "#!/bin/sh\n", "testing/testing.conf": CONF, "configure.ac": "AC_INIT([strongSwan],[5.9.8])\n",
             "testing/scripts/build-certs-chroot": "#!/bin/sh\n", "src/libcharon/plugins/odd_one/odd.c": "",
             "testing/scripts/recipes/013_strongswan.mk": RECIPE}
    files |= {f"testing/hosts/{host}/etc/hosts": "" for host in ("default", "alice", "moon", "carol", "winnetou", "sun")}
    for name, contents in tests.items():
        files |= {f"testing/tests/{name}/{file}": text for file, text in contents.items()}
    suite_trees.write(top, files)
    return Suite("strongswan", top, build)


def one(top, **changed):
    """A case with these files in place of, or besides, the plain ones; '_' stands for '/' where it is doubled."""
    files = PLAIN | {name.replace("__", "/").replace("DOT", "."): text for name, text in changed.items()}
    suite = suite_of(top, {"group/one": files})
    return case.load(suite, top / "testing/tests/group/one")


def said(name, text):
    return [(call.line, call.what, call.host, call.text) for call in dat.calls(name, text, {"moon": "", "carol": ""})]


def test_tree_is_told_from_others(tmp_path):
    suite = suite_of(tmp_path / "tree", {"group/one": PLAIN})
    tree.check(suite.tree)
    assert tree.version(suite.tree) == "5.9.8"
    (tmp_path / "other").mkdir()
    with pytest.raises(UsageError, match="not strongSwan's source tree: it has no testing/do-tests"):
        tree.check(tmp_path / "other")


def test_list_passes_over_what_the_projects_runner_passes_over(tmp_path):
    half = {name: text for name, text in PLAIN.items() if name != "posttest.dat"}
    suite = suite_of(tmp_path, {"b/two": PLAIN, "a/one": half})
    assert [(entry.test, entry.status, entry.reason) for entry in tree.entries(suite)] == [
        ("strongswan/a/one", "skip", "it has no posttest.dat"), ("strongswan/b/two", "good", "")]


def test_addresses_take_their_places(tmp_path):
    suite = suite_of(tmp_path, {})
    text = b"PH_IP_MOON1 PH_IP_MOON PH_IP6_CAROL PH_IP_ALICE1:1"
    assert tree.filled(suite.tree, text) == b"10.1.0.1 192.168.0.1 fec0::10 192.168.0.50:1"


@pytest.mark.parametrize(("line", "command"), [
    ("moon::rm rsa/*  x509/*", "rm rsa/* x509/*"),
    ('moon::"ip route add fec1:\\:/16 via fec0:\\:1"', "ip route add fec1::/16 via fec0::1"),
    ('moon::echo "+1" > /run/x', "echo +1 > /run/x"),
    ("moon::sed 's/a/b/' f 2> /dev/null", "sed 's/a/b/' f 2> /dev/null"),
    ("moon::echo `echo here`", "echo here"),
    ("moon::echo \\$HOME \\`date\\`", "echo $HOME `date`"),
])
def test_typed_lines_are_read_as_in_double_quotes(line, command):
    assert said("pretest.dat", f"# one::two\n\n{line}\n") == [(3, "ssh", "moon", command)]


def test_evaluated_lines_are_read_as_they_stand():
    text = ("moon::cat /var/log/x  2> /dev/null::a.*\\[b] \\(c\\|d\\)::YES\ncarol ::tcpdump::IP a > b::2\n"
            "moon:: ssh carol 'echo a && exit'::x::NO\nmoon::swanctl -t && sleep 1\n")
    assert said("evaltest.dat", text) == [
        (1, "ssh", "moon", "cat /var/log/x"), (1, "check", "YES", "a.*\\[b] \\(c\\|d\\)"),
        (2, "tcpdump", "carol", ""), (2, "check", "2", "IP a > b"),
        (3, "ssh", "moon", "ssh carol echo a && exit"), (3, "check", "NO", "x"),
        (4, "ssh", "moon", "swanctl -t"), (4, "sleep", "", "1"), (4, "check", "", "")]


def test_a_line_that_bash_cannot_read_is_named(tmp_path):
    loaded = one(tmp_path, pretestDOTdat="moon::echo \"a\n")
    with pytest.raises(UsageError, match=r"group/one/pretest.dat: .*(unexpected EOF|eval)"):
        loaded.calls("pretest.dat")


def test_hosts_are_those_of_the_settings_and_those_that_commands_name(tmp_path):
    loaded = one(tmp_path, testDOTconf='VIRTHOSTS="moon"\nIPSECHOSTS=$VIRTHOSTS\nTCPDUMPHOSTS="moon:eth1 carol"\n',
                 evaltestDOTdat="carol::ping -c 1 PH_IP_ALICE::64 bytes from PH_IP_SUN::YES\n")
    assert loaded.hosts == ["moon", "alice", "carol"]
    assert loaded.listed("IPSECHOSTS") == ["moon"] and loaded.taps == [("moon", "eth1"), ("carol", "eth0")]
    assert loaded.name == "strongswan/group/one" and loaded.title == "The gateway moon waits"
    assert loaded.needs == ["kernel-esp"]


@pytest.mark.parametrize(("command", "host"), [
    ("ping 10.1.0.10", True), ("ping 10.1.0.1", False), ("ping ip6-alice.strongswan.org", True), ("ping 192.168.0.254", False)])
def test_hosts_by_address_and_name(tmp_path, command, host):
    assert ("alice" in one(tmp_path, pretestDOTdat=f"moon::{command}\n").hosts) == host


def test_the_server_is_there_for_those_who_fetch(tmp_path):
    assert one(tmp_path, hosts__moon__etc__strongswanDOTconf=LOADS).hosts == ["moon", "carol", "winnetou"]


@pytest.mark.parametrize(("text", "why"), [
    ('VIRTHOSTS="moon mars"\n', "test.conf: unknown host 'mars'; known are moon"),
    ('VIRTHOSTS="moon\n', "test.conf:1: No closing")])
def test_settings_that_make_no_sense(tmp_path, text, why):
    with pytest.raises(UsageError, match=why):
        one(tmp_path, testDOTconf=text)


@pytest.mark.parametrize(("command", "why"), [
    ("tkm_keymanager -c x &", "tkm: "), ("iptables -A INPUT -j CLUSTERIP", "kernel-patch: "), ("init_tnc", "policy-server: ")])
def test_what_cannot_be_had_is_named(tmp_path, command, why):
    assert one(tmp_path, pretestDOTdat=f"moon::{command}\n").lacking.startswith(why)
    assert not one(tmp_path / "other", pretestDOTdat=f"# moon::{command}\n").lacking


def _with_plugins(top, monkeypatch, *names):
    suite_trees.write(top, {f"usr/lib/ipsec/plugins/libstrongswan-{name}.so": "" for name in names})
    monkeypatch.setattr(specs, "known_trees", lambda suite: [top])


@pytest.mark.parametrize(("loads", "why"), [
    (LOADS, ""), ("charon { load=random sql }\n", ""), ("charon {\n  load = aes odd-one\n}\n", "plugin odd-one: "),
    ("charon {\n  # load = odd-one\n}\n", ""), ("charon {\n  load_modular = yes\n}\n", "")])
def test_a_plugin_that_the_build_has_not_is_named(tmp_path, monkeypatch, loads, why):
    """'sql' is no plugin of this tree's: a test's own mistake."""
    _with_plugins(tmp_path / "build", monkeypatch, "random", "curl", "aes")
    plugins.found.cache_clear()
    loaded = one(tmp_path / "tree", hosts__moon__etc__strongswanDOTconf=loads,
                 hosts__carol__etc__strongswanDOTconf="load = odd-one\n")
    assert loaded.lacking.partition(" ")[0] == why.partition(" ")[0] and why in loaded.lacking


@pytest.mark.parametrize(("group", "plugins_loaded", "is_lacking"), [
    ("ikev2", "openssl kernel-netlink", True), ("ikev2", "openssl kdf kernel-netlink", False), ("ikev2", "openssl", False),
    ("ikev1", "openssl kernel-netlink", False), ("openssl-ikev1", "openssl kernel-netlink", False)])
def test_debians_build_cannot_derive_keys_by_openssl_alone(tmp_path, monkeypatch, group, plugins_loaded, is_lacking):
    _with_plugins(tmp_path / "build", monkeypatch, "openssl", "kdf", "kernel-netlink")
    plugins.found.cache_clear()
    files = PLAIN | {"hosts/moon/etc/strongswan.conf": f"charon {{\n  load = {plugins_loaded}\n}}\n"}
    for built in ("", str(tmp_path / "build")):
        suite = suite_of(tmp_path / "tree", {f"{group}/one": files}, built)
        lacking = case.load(suite, suite.tree / "testing/tests" / group / "one").lacking
        assert lacking.startswith("openssl-salt: ") == (is_lacking and not built)


class FakePlace:
    """Answers commands, and keeps them."""

    def __init__(self, answers=None):
        self.told, self.answers = [], answers or {}

    def run(self, host, argv, stdin=b"", limit=30.0):
        self.told.append((host, argv[2]))
        return self.answers.get(argv[2], (0, b"", b""))


@pytest.fixture(name="quick")
def _quick(monkeypatch):
    monkeypatch.setattr(play, "_SSH", 0.0)
    monkeypatch.setattr(play, "_SETTLE", 0.0)


def test_a_run_goes_as_the_projects_own(tmp_path, quick):
    loaded = one(tmp_path, testDOTconf='VIRTHOSTS="moon"\nIPSECHOSTS="moon"\nTCPDUMPHOSTS="moon"\nDBHOSTS="moon"\n',
                 pretestDOTdat="moon::first\noon::never\n", evaltestDOTdat="moon::tcpdump::x::NO\n",
                 posttestDOTdat="moon::last\n")
    place = FakePlace({"first": (3, b"out\n", b"err\n")})
    played = play.Played(loaded, place)
    played.play()
    commands = [command for _, command in place.told]
    assert commands[0].startswith(specs.BOOT) and "mount -t ramfs" in commands[0]
    assert "tcpdump -l --immediate-mode -i eth0" in commands[0]
    assert commands[1] == "first" and commands[2].startswith("killall tcpdump") and commands[3] == "cat /tmp/tcpdump.log"
    assert commands[4:] == ["last", play.STATE, play.POLICY]
    kept = {step.script: (step.output, step.status) for step in played.steps["moon"]}
    assert kept["pretest.dat:1"] == ("out\n", 3) and kept["pretest.dat:1 errors"] == ("err\n", 3)


def test_a_line_that_does_not_return_ends_the_run(tmp_path, quick):
    loaded = one(tmp_path, pretestDOTdat="moon::hang\nmoon::more\n")
    loaded.limit = 0.0
    place = FakePlace({"hang": (137, b"", b"")})
    with pytest.raises(Stopped, match=r"moon did not return within .* from: hang \(pretest.dat:1\)"):
        play.Played(loaded, place).play()
    assert ("moon", "more") not in place.told


def _judged(tmp_path, evaltest, outputs, left=("", ""), ended=None):
    """outputs: of the lines of evaltest.dat, by number."""
    loaded = one(tmp_path / "tree", testDOTconf='VIRTHOSTS="moon"\nIPSECHOSTS="moon"\n', evaltestDOTdat=evaltest)
    steps = [Step(f"evaltest.dat:{number}", "command", text, 0, 0.0) for number, text in outputs.items()]
    steps += [Step(play.LEFT, play.STATE, left[0], 0, 0.0), Step(play.LEFT, play.POLICY, left[1], 0, 0.0)]
    (tmp_path / "moon.transcript.json").write_text(to_json(steps))
    return judge.judge(loaded, tmp_path, ended or Ended())


@pytest.mark.parametrize(("hit", "output", "verdict"), [
    ("YES", "x abc y\n", "pass"), ("YES", "x\n", "fail"), ("YES", "", "fail"), ("NO", "x\n", "pass"), ("NO", "abc\n", "fail"),
    ("2", "abc\nabc\n", "pass"), ("2", "abc\n", "fail"), ("1", "", "pass"), ("0", "", "fail"), ("YESno", "", "pass")])
def test_hits(tmp_path, hit, output, verdict):
    """A number of lines is counted as do-tests counts, which takes none for one."""
    found = _judged(tmp_path, f"moon::show::a[b]c::{hit}\n", {1: output})
    assert found.verdict == verdict and found.notes["class"] == ("semantic" if verdict == "fail" else "")
    assert found.notes["checks"] == 1 and found.notes["rules"] == {}


def test_a_difference_says_which_line_and_what_came(tmp_path):
    found = _judged(tmp_path, "moon::show::ok::YES\nmoon::tell::abc::YES\n", {1: "ok\n", 2: "else\n"})
    assert found.reason == "evaltest.dat:2: moon# command"
    assert found.diffs[0]["text"] == "evaltest.dat:2: moon# command\n- abc  [YES]\n+ else\n"


@pytest.mark.parametrize(("state", "policy", "verdict"), [
    ("", "", "pass"), ("src a dst b\n\tproto esp spi 0x1 reqid 1 mode tunnel\n", "", "fail"),
    ("src a dst b\n\tproto 4 spi 0x1 reqid 0 mode tunnel\n", "", "pass"), ("", "src a dst b\n", "fail")])
def test_what_is_left_behind_fails(tmp_path, state, policy, verdict):
    assert _judged(tmp_path, "moon::show::ok::YES\n", {1: "ok\n"}, (state, policy)).verdict == verdict


def test_a_run_that_ended_early_is_not_judged_by_lines(tmp_path):
    assert _judged(tmp_path, "moon::show::ok::YES\n", {}, ended=Ended("timeout", "it hung")).verdict == "timeout"
    crashed = _judged(tmp_path / "b", "moon::show::ok::YES\n", {1: "ok\n"}, ended=Ended("", "", ("charon was killed",)))
    assert (crashed.verdict, crashed.reason) == ("crash", "charon was killed")


def test_a_line_that_was_not_run_is_no_pass(tmp_path):
    with pytest.raises(UnresolvedError, match="evaltest.dat:2 was not run"):
        _judged(tmp_path, "moon::show::ok::YES\nmoon::more::ok::NO\n", {1: "ok\n"})


def test_rules_are_tried_only_where_the_letter_fails_and_are_counted(tmp_path, monkeypatch):
    rule = layer.Rule("spelling", "two ways to write it", re.compile("colour"), "color")
    real = layer.load("strongswan")
    monkeypatch.setattr(layer, "load", lambda kind: replace(real, rules=(rule,)))
    found = _judged(tmp_path, "moon::a::color::YES\nmoon::b::colour::YES\n", {1: "one\nthe colour\n", 2: "the colour\n"})
    assert found.verdict == "pass" and found.notes["rules"] == {"spelling": 1}


def test_services_are_those_that_a_test_speaks_of():
    assert specs.services("winnetou", []) == ["apache2"] and specs.services("moon", []) == []
    assert specs.services("winnetou", ["hosts/moon/etc/strongswan.conf: load = ldap"]) == ["apache2", "slapd"]
    assert specs.services("alice", ["evaltest.dat: carol::ssh PH_IP_ALICE hostname::alice::YES"]) == ["ssh"]


def test_a_build_takes_the_place_of_debians(tmp_path):
    ours, theirs = (specs.packages(Suite("strongswan", tmp_path, folder)) for folder in ("", str(tmp_path)))
    gone = set(ours) - set(theirs)
    assert {"charon-systemd", "libstrongswan", "strongswan-swanctl"} <= gone and "libbotan-2-19" in theirs
    assert all("strongswan" in name or "charon" in name for name in gone)


def test_how_a_tree_is_built_is_what_its_recipe_says(tmp_path):
    suite = suite_of(tmp_path, {})
    assert build.options(suite.tree) == ["--enable-curl"]
    (tmp_path / "testing/scripts/recipes/013_strongswan.mk").unlink()
    with pytest.raises(UnresolvedError, match="no recipe for strongSwan"):
        build.options(suite.tree)


def _archive(files):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return data.getvalue()


@pytest.fixture(name="kept")
def _kept(tmp_path, monkeypatch):
    """A cache of its own, where certificates are made by nobody; counts how often."""
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    made = []
    monkeypatch.setattr(specs, "trees", lambda suite, progress: [tmp_path / "debs"])
    monkeypatch.setattr(certs, "_make", lambda *rest: made.append(1) or _archive({
        "testing/hosts/moon/etc/key": "moon's", "testing/tests/group/one/hosts/moon/etc/key": "the test's", "log.txt": "",
        "winnetou/srv/www/crl": "list"}))
    return made


def test_what_the_scripts_make_is_laid_over_hosts_and_tests(tmp_path, kept):
    loaded = one(tmp_path / "tree", hosts__moon__etc__updown="#!/bin/sh\necho PH_IP_CAROL\n")
    suite_trees.write(tmp_path / "tree", {"testing/hosts/moon/etc/hosts": "own",
                                          "testing/hosts/default/etc/hosts": "all hosts'",
                                          "testing/hosts/default/root/.ssh/config": "sure"})
    made = certs.ensure(loaded.suite, print)
    (tmp_path / "debs").mkdir()
    assert (made / "hosts/moon/etc/hosts").read_text() == "all hosts'" and (made / "hosts/moon/etc/key").read_text() == "moon's"
    assert (made / "hosts/winnetou/srv/www/crl").read_text() == "list"
    spec = loaded.specs(print)[0]
    files = {file["path"]: (unpack(file["data"]), file["mode"]) for file in spec.files}
    assert spec.name == "moon" and spec.lowers == [str(made / "hosts/moon"), str(tmp_path / "debs")]
    assert files == {"/etc/updown": (b"#!/bin/sh\necho 192.168.0.100\n", 0o755), "/etc/key": (b"the test's", 0o644),
                     "/root/.ssh/config": (b"sure", 0o644)}
    assert spec.environment["STRONGSWAN_CONF"] and kept == [1]


def test_certificates_are_made_again_when_what_they_are_from_changes(tmp_path, kept):
    suite = suite_of(tmp_path / "tree", {"group/one": PLAIN})
    first = certs.ensure(suite, print)
    suite_trees.write(tmp_path / "tree", {"testing/tests/group/one/pretest.dat": "moon::other\n"})
    assert certs.ensure(suite, print) == first
    suite_trees.write(tmp_path / "tree", {"testing/scripts/build-certs-chroot": "#!/bin/sh\ntrue\n"})
    assert certs.ensure(suite, print) != first and kept == [1, 1]


def test_a_build_of_ones_own_brings_its_units(tmp_path, kept):
    unit = "lib/systemd/system/strongswan.service"
    suite_trees.write(tmp_path / "build", {unit: "[Service]\n", "usr/local/sbin/swanctl": ""})
    suite = suite_of(tmp_path / "tree", {"group/one": PLAIN}, str(tmp_path / "build"))
    spec = case.load(suite, suite.tree / "testing/tests/group/one").specs(print)[0]
    assert f"/usr/{unit}" in [file["path"] for file in spec.files] and "STRONGSWAN_CONF" not in spec.environment
    assert not any(path.endswith("/debian") for path in spec.trees)
