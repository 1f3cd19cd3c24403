# SPDX-License-Identifier: GPL-2.0-or-later
"""What the hosts of libreswan's tests are made of: layers, certificates, and the stand-ins laid over the packages' programs."""

import dataclasses
import subprocess
import tomllib
from pathlib import Path

import pytest
import suite_trees

from lab import debs, paths, topology
from lab.errors import UnresolvedError, UsageError
from lab.place import HostSpec
from lab.place.ns import Namespaces
from lab.suites import layer
from lab.suites.libreswan import certs, programs, specs

DATA = paths.TESTING / "suites" / "libreswan"
MAKES = """\
#!/usr/bin/python3
import os, pathlib
for name in ("selfsigned", "keys"):
    pathlib.Path(name).mkdir()
pathlib.Path("keys/mainca.key").write_text(os.environ.get("FAKETIME", "no clock"))
pathlib.Path("selfsigned/road-selfsigned.p12").touch()
with open("../count", "a") as file:
    file.write("x")
"""


def say(line):
    """Where progress goes."""


@pytest.fixture(name="cache", autouse=True)
def _cache(tmp_path, monkeypatch):
    """A cache of one's own, into which small trees are put instead of packages."""
    monkeypatch.setenv("CYGNET_CACHE", str(tmp_path / "cache"))
    swan, beneath, tools = (tmp_path / "debs" / name for name in ("swan", "beneath", "tools"))
    suite_trees.write(swan, {"usr/sbin/ipsec": "#!/bin/sh\n", "usr/libexec/ipsec/pluto": "own pluto\n",
                             "usr/libexec/ipsec/addconn": "own addconn\n", "usr/share/i18n/none": "",
                             "usr/lib/some-linux-gnu/faketime/libfaketime.so.1": "none\n"})
    suite_trees.write(beneath, {"usr/sbin/ipsec": '#!/bin/sh\nIPSEC_SCRIPT="ipsec"\necho $IPSEC_SCRIPT\n'})
    suite_trees.write(tools, {"usr/lib/some-linux-gnu/faketime/libfaketime.so.1": ""})
    trees = {"packages": swan, "libraries": beneath, "beneath": beneath}
    monkeypatch.setattr(debs, "fetch", lambda names, into, *rest: trees.get(into.name, tools))
    monkeypatch.setattr(programs, "_locale", lambda main, draft: None)
    return tmp_path / "cache"


def tree(tmp_path, script=MAKES, **files):
    """A suite whose one test says it wants certificates."""
    contents = {"eastinit.sh": "swan-prep --x509\n", "westinit.sh": "true\n", **files}
    suite = suite_trees.libreswan(tmp_path / "tree", {"one": contents})
    suite_trees.write(suite.tree, {"testing/x509/dist_certs.py": script,
                                   "testing/baseconfigs/all/etc/hosts": "192.1.2.23 east\n",
                                   "testing/baseconfigs/east/etc/resolv.conf": "nameserver 192.1.2.254\n"})
    return suite


def one(suite):
    """Its test."""
    return suite.project.load(suite, suite.tree / "testing/pluto/one")


def test_certificates_are_made_once_by_the_trees_script_with_a_guests_clock(tmp_path):
    suite = tree(tmp_path)
    folder = certs.ensure(suite, certs.X509, say)
    assert (folder / "x509/keys/mainca.key").read_text() == "@2025-12-31 23:00:00"
    assert certs.ensure(suite, certs.X509, say) == folder
    assert (folder / "count").read_text() == "x"
    assert not (suite.tree / "testing/x509/keys").exists()


def test_another_script_makes_other_certificates(tmp_path):
    suite = tree(tmp_path)
    before = certs.folder(suite.tree, certs.X509)
    (suite.tree / "testing/x509/dist_certs.py").write_text(MAKES + "# changed\n")
    assert certs.folder(suite.tree, certs.X509) != before


@pytest.mark.parametrize(("script", "words"), [
    ("#!/usr/bin/python3\nraise SystemExit('no such curve')\n", "no such curve"),
    ("#!/usr/bin/python3\nprint('all well')\n", "all well"),  # but it has left nothing
])
def test_a_script_that_fails_is_told_and_the_run_goes_on(tmp_path, script, words):
    suite, said = tree(tmp_path, script), []
    certs.provide(suite, [one(suite)], said.append)
    assert words in said[-1] and "dist_certs.py" in said[-1]
    with pytest.raises(UnresolvedError, match=words):
        specs.specs(suite, one(suite), say)


def test_a_script_that_does_not_end_is_ended(tmp_path):
    suite = tree(tmp_path, "#!/usr/bin/python3\nimport signal\nsignal.pause()\n")
    with pytest.raises(UnresolvedError, match="not done after 0.5 s"):
        certs.ensure(suite, dataclasses.replace(certs.X509, seconds=0.5), say)


@pytest.mark.parametrize(("line", "kinds"), [
    ("swan-prep --x509", ["x509"]), ("swan-prep --dnssec", ["zones"]), ("start-dns.sh", ["zones"]), ("swan-prep", []),
    ("openssl x509 -in ../../x509/certs/east.crt", ["x509"]),
    ("pk12util -i /testing/x509/strongswan/strongWest.p12", ["x509", "pki"])])
def test_what_a_test_needs_is_read_from_its_lines(tmp_path, line, kinds):
    suite_trees.write(tmp_path / "some", {"eastinit.sh": f"{line}\n"})
    assert [kind.name for kind in certs.needed(tmp_path / "some")] == kinds


def test_certificates_of_strongswans_program_are_made_on_a_host_that_has_it(tmp_path):
    suite = tree(tmp_path)
    script = suite.tree / "testing/x509/strongswan-ec-gen.sh"
    script.write_text('mkdir strongswan\n'
                      'echo "$PWD $FAKETIME $(readlink /usr/libexec/strongswan/pki)" > strongswan/strongWest.p12\n')
    made = certs.ensure(suite, certs.PKI, say)
    assert (made / "x509/strongswan/strongWest.p12").read_text() == "/testing/x509 @2025-12-31 23:00:00 /usr/bin/pki\n"
    assert sorted(path.name for path in (suite.tree / "testing/x509").iterdir()) == ["dist_certs.py", script.name]
    script.write_text("echo it has no curves\n")
    with pytest.raises(UnresolvedError, match="it has no curves"):
        certs.ensure(suite, certs.PKI, say)


def test_a_test_without_certificates_runs_where_none_can_be_made(tmp_path):
    suite = tree(tmp_path, "#!/bin/false\n", **{"eastinit.sh": "swan-prep\n"})
    hosts = {spec.name: spec for spec in specs.specs(suite, one(suite), say)}
    assert hosts["east"].binds["/testing"] == [str(suite.tree / "testing")]
    assert hosts["east"].shared == hosts["west"].shared == ["/testing/pluto/one/OUTPUT"]
    assert {"/etc/hosts", "/etc/resolv.conf", "/etc/passwd"} <= {file["path"] for file in hosts["east"].files}


def test_programs_are_wrapped_under_their_names(tmp_path):
    layers = programs.layers(tree(tmp_path), say)
    assert (layers[0] / "usr/libexec/ipsec/.wrapped/pluto").read_text() == "own pluto\n"
    assert (layers[0] / "usr/libexec/ipsec/pluto").read_bytes() == (DATA / "wrapped/pluto").read_bytes()
    assert (layers[0] / "usr/lib64/faketime").readlink() == Path("/usr/lib/some-linux-gnu/faketime")
    done = subprocess.run([layers[0] / "usr/libexec/strongswan/ipsec"], capture_output=True, check=True)
    assert done.stdout == b"strongswan\n"
    assert programs.layers(tree(tmp_path), say) == layers


def test_a_build_takes_the_packages_place(tmp_path):
    build = tmp_path / "build"
    suite_trees.write(build, {"usr/local/sbin/ipsec": "#!/bin/sh\n", "usr/local/libexec/ipsec/pluto": "built\n"})
    suite = dataclasses.replace(tree(tmp_path), build=str(build))
    made, second, *_ = programs.layers(suite, say)
    assert second == build and (made / "usr/local/libexec/ipsec/.wrapped/pluto").read_text() == "built\n"
    (build / "usr/local/sbin/ipsec").unlink()
    with pytest.raises(UsageError, match="no libreswan is installed there"):
        programs.layers(suite, say)


def test_cygnet_takes_libreswans_place(tmp_path):
    build = tmp_path / "build"
    suite_trees.write(build, {"usr/local/sbin/ipsec": "#!/bin/sh\n", "usr/local/sbin/klipsd": "built\n"})
    made, *_ = programs.layers(dataclasses.replace(tree(tmp_path), build=str(build)), say)
    assert (made / "usr/sbin/ipsec").read_bytes() == (DATA / "cygnet/ipsec").read_bytes()
    assert (made / "usr/local/libexec/ipsec/import-nss").exists()
    (build / "usr/local/sbin/klipsd").unlink()
    made, *_ = programs.layers(dataclasses.replace(tree(tmp_path), build=str(build)), say)
    assert (made / "usr/sbin/ipsec").readlink() == Path("/usr/local/sbin/ipsec")


@pytest.mark.parametrize(("config", "seen"), [
    ("config setup\n\tlogtime=no\nconn a\n", "config setup\n\tikev1-policy=accept\n\tlogtime=no\nconn a\n"),
    ("conn a\n\tleft=1", "conn a\n\tleft=1\nconfig setup\n\tikev1-policy=accept\n"),
    ("config setup\n\tikev1-policy=drop\n", "config setup\n\tikev1-policy=drop\n")])
def test_pluto_accepts_ikev1_unless_told(tmp_path, config, seen):
    conf, shown = tmp_path / "ipsec.conf", tmp_path / "shown.conf"
    conf.write_text(config)
    text = (DATA / "wrapped/pluto").read_text().replace("/run/pluto.ipsec.conf", str(shown))
    suite_trees.write(tmp_path, {
        "pluto": text, ".wrapped/pluto": "#!/bin/bash\ncat \"$3\"\n",
        "bin/unshare": "#!/bin/bash\nshift\nexec \"$@\"\n", "bin/mount": "#!/bin/bash\ncp \"$2\" \"$3\"\n"})
    done = subprocess.run([tmp_path / "pluto", "--leak-detective", "--config", conf], capture_output=True, text=True,
                          check=True, env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin", "LD_PRELOAD": "/none"})
    assert done.stdout == seen


def test_addconn_names_the_folder_that_swan_prep_fills(tmp_path):
    suite_trees.write(tmp_path, {
        "addconn": (DATA / "wrapped/addconn").read_text(),
        ".wrapped/addconn": "#!/bin/bash\necho \"export nssdir='/var/lib/ipsec/nss'\"\necho \"$*\"\nexit 3\n"})
    asked = subprocess.run([tmp_path / "addconn", "--configsetup"], capture_output=True, text=True, check=False)
    assert (asked.stdout, asked.returncode) == ("export nssdir='/etc/ipsec.d'\n--configsetup\n", 3)
    other = subprocess.run([tmp_path / "addconn", "a b"], capture_output=True, text=True, check=False)
    assert other.stdout == "export nssdir='/var/lib/ipsec/nss'\na b\n"


@pytest.mark.parametrize(("config", "lines"), [
    ("conn a\n\tkeyexchange=ikev2\n",
     ["conn %default", "\tesp=aes128-aes192-aes256-sha256-sha384-sha512-sha1-aesxcbc-noesn!", ""]),
    ("conn a\n\tkeyexchange=ikev2\n\tesp=aes128-sha1\n", []), ("conn a\n\tkeyexchange=ikev1\n", []),
    ("# esp= and ikev1\nconn a\n",
     ["conn %default", "\tesp=aes128-aes192-aes256-sha256-sha384-sha512-sha1-aesxcbc-noesn!", ""])])
def test_strongswan_proposes_for_esp_what_libreswan_took_of_its_predecessor(tmp_path, config, lines):
    text = (DATA / "root/usr/sbin/strongswan").read_text()
    for inside in ("/etc/", "/run/", "/usr/libexec/strongswan/"):
        text = text.replace(inside, f"{tmp_path}{inside}")
    suite_trees.write(tmp_path, {
        "strongswan": text, "etc/strongswan/ipsec.conf": config, "run/none": "",
        "usr/libexec/strongswan/ipsec": f"#!/bin/sh\necho $1\ncat {tmp_path}/etc/ipsec.conf\n",
        "bin/mount": "#!/bin/sh\ncp \"$2\" \"$3\"\n"})
    done = subprocess.run([tmp_path / "strongswan", "--inside"], capture_output=True, text=True, check=True,
                          env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin"})
    assert done.stdout.splitlines() == ["start", *lines, *config.splitlines()]


class Units:
    """systemctl with folders of its own."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "units").mkdir()
        text = (DATA / "root/usr/bin/systemctl").read_text()
        for inside, here in (("/etc/systemd/system", "units"), ("/run/units", "state"), ("/var/log/units", "logs")):
            text = text.replace(inside, str(folder / here))
        suite_trees.write(folder, {"systemctl": text})

    def unit(self, name, *lines):
        """Write a unit file."""
        (self.folder / "units" / f"{name}.service").write_text("[Service]\n" + "".join(f"{line}\n" for line in lines))

    def do(self, *words):
        """Its status, and what it said."""
        done = subprocess.run([self.folder / "systemctl", *words], capture_output=True, text=True, check=False, timeout=20)
        return done.returncode, (done.stdout + done.stderr).strip()


def test_systemctl_starts_and_stops_a_service(tmp_path):
    units = Units(tmp_path)
    units.unit("one", "Description=One", f"ExecStartPre=/bin/touch {tmp_path}/pre",
               "ExecStart=/bin/sh -c 'exec tail -f /dev/null'",
               f"ExecStopPost=/bin/sh -c 'echo ended with $EXIT_STATUS > {tmp_path}/post'")
    assert units.do("is-active", "one") == (1, "inactive")
    assert units.do("start", "one.service") == (0, "")
    assert (tmp_path / "pre").exists() and units.do("is-active", "one") == (0, "active")
    assert units.do("stop", "one") == (0, "")
    assert (tmp_path / "post").read_text() == "ended with 143\n"
    assert units.do("is-active", "one") == (1, "inactive")


def test_systemctl_tells_what_failed(tmp_path):
    units = Units(tmp_path)
    units.unit("bad", "ExecStartPre=-/bin/false", "ExecStartPre=/bin/false", f"ExecStart=/bin/touch {tmp_path}/started")
    status, said = units.do("start", "bad")
    assert status == 1 and said.startswith("Job for bad.service failed") and not (tmp_path / "started").exists()
    assert units.do("stop", "none") == (5, "Failed to stop none.service: Unit none.service not found.")


def test_systemctl_waits_for_the_word_of_a_service_of_any_user(tmp_path, monkeypatch):
    units = Units(tmp_path)
    receives = ("#!/usr/bin/python3\nimport socket, sys\n"
                "name, log = sys.argv[2].partition(':')[2], sys.argv[3][5:].partition(',')[0]\n"
                "receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\nreceiver.bind(name)\n"
                "while True:\n    word = receiver.recv(99)\n    open(log, 'ab').write(word)\n")
    suite_trees.write(tmp_path, {"bin/socat": receives})
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    says = (f"import os, socket, stat, time\nname = os.environ['NOTIFY_SOCKET']\nmode = stat.S_IMODE(os.stat(name).st_mode)\n"
            f"open('{tmp_path}/mode', 'w').write(oct(mode))\n"
            "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', name)\n"
            "os.execlp('tail', 'tail', '-f', '/dev/null')\n")
    suite_trees.write(tmp_path, {"service.py": says})
    units.unit("told", "Type=notify", f"ExecStart=/usr/bin/python3 {tmp_path}/service.py")
    assert units.do("start", "told") == (0, "")
    assert (tmp_path / "mode").read_text() == "0o777"
    assert units.do("stop", "told") == (0, "")


def test_oneshot_is_done_when_systemctl_returns(tmp_path):
    units = Units(tmp_path)
    units.unit("once", "Type=oneshot", f"ExecStart=/bin/touch {tmp_path}/a", "ExecStart=/bin/touch \\", f"  {tmp_path}/b")
    assert units.do("start", "once") == (0, "")
    assert (tmp_path / "a").exists() and (tmp_path / "b").exists()


def test_hosts_share_a_folder_and_see_several_at_one_place(tmp_path):
    for name, text in (("upper", "ours"), ("lower", "theirs")):
        suite_trees.write(tmp_path / name, {"both": text, f"of-{name}": ""})
    (tmp_path / "out").mkdir()
    bind = {"/testing": [str(tmp_path / "upper"), str(tmp_path / "lower")]}
    hosts = [HostSpec(name, "/", {"PATH": "/usr/bin:/bin"}, binds=dict(bind), shared=["/testing/sub/OUTPUT"])
             for name in ("east", "west")]
    place = Namespaces()
    try:
        place.start(hosts, topology.load("swan").subset(["east", "west"]).plan([]), str(tmp_path / "out"))
        assert place.run("east", ["cat", "/testing/both"])[1] == b"ours"
        assert place.run("east", ["ls", "/testing"])[1].split() == [b"both", b"of-lower", b"of-upper", b"sub"]
        place.put("east", "/testing/sub/OUTPUT/east.log", b"seen")
        place.put("east", "/testing/mine", b"")
        assert place.get("west", "/testing/sub/OUTPUT/east.log") == b"seen"
        assert place.run("west", ["ls", "/testing/mine"])[0] != 0
    finally:
        place.stop()


def test_networks_are_settled_as_networkd_does_it(tmp_path):
    suite = tree(tmp_path, **{"nicinit.sh": "true\n", "west.conf": "conn a\n\tvti-interface=vti0\n"})
    asked, files = [], []

    class Place:
        """Notes what is run."""

        def run(self, host, argv, stdin=b"", limit=30):
            """See lab.place.Place."""
            asked.append((host, argv[0], stdin.decode()))
            files[:] = argv[3:]

    specs.settle(one(suite), Place())
    batches = {host: text for host, program, text in asked if program == "ip"}
    assert "route replace 192.0.2.0/24 via 192.1.2.23 proto static\n" in batches["west"]
    assert "route append fe80::/64 dev eth0" in batches["west"] and "dummy" not in batches["west"]
    assert "link add eth0 type dummy\n" in batches["nic"]
    assert all("link add ip_vti0 type vti\n" in text for text in batches.values())
    assert [host for host, program, _ in asked if program == "sysctl"] == one(suite).hosts
    assert files == ["/etc/sysctl.d/50-default.conf", "/testing/baseconfigs/all/etc/sysctl.conf"]
    assert "promote_secondaries = 1" in (DATA / f"root{files[0]}").read_text()


@pytest.mark.parametrize(("ours", "theirs"), [
    ("DROP       0    --  192.0.2.0/24         0.0.0.0/0           ",
     "DROP       all  --  192.0.2.0/24         0.0.0.0/0           "),
    ("ACCEPT     50   --  0.0.0.0/0            0.0.0.0/0", "ACCEPT     esp  --  0.0.0.0/0            0.0.0.0/0"),
    ("    RX:  bytes packets errors dropped  missed   mcast           ",
     "    RX: bytes  packets  errors  dropped missed  mcast   "),
    ("            84       1      0       0       0       0 ", "    84         1        0       0       0       0       "),
    ("icmp 1 XX src=10.0.0.1 id=X mark=0 use=1",
     "icmp 1 XX src=10.0.0.1 id=X mark=0 secctx=system_u:object_r:unlabeled_t:s0 use=1"),
])
def test_rules_bring_two_ways_to_say_it_together(ours, theirs):
    rules = layer.load("libreswan").rules
    assert layer.apply(rules, [ours])[0] == layer.apply(rules, [theirs])[0] != [""]


@pytest.mark.parametrize(("line", "other"), [
    ("ACCEPT     17   --  10.0.0.0/8", "ACCEPT     6    --  10.0.0.0/8"),
    ("ACCEPT     all  --  0.0.0.0/0", "DROP       0    --  0.0.0.0/0"), ("DROP 6 apples", "DROP tcp apples"),
    ("    84 1 of 6 errors", "    84 1 of 9 errors"), ("0 packets transmitted", "all packets transmitted"),
    ("002 added connection", "002 added connections"), ("icmp mark=0 use=1", "icmp mark=1 secctx=system_u use=1")])
def test_rules_leave_other_differences(line, other):
    rules = layer.load("libreswan").rules
    assert layer.apply(rules, [line])[0] != layer.apply(rules, [other])[0]


@pytest.mark.parametrize(("line", "other"), [
    ("4: ppp0: <UP> mtu 1395", "4: ppp0: <DOWN> mtu 1395"), ("4: eth0: <UP> mtu 1395", "5: eth0: <UP> mtu 1395"),
    ("numtxqueues 1 gso_max_size 1 gso_max_segs 2", "numtxqueues 1 gso_max_size 1 gso_max_segs 3"),
    ("numtxqueues 1 gso_max_size 1 gso_max_segs 2", "numtxqueues 2 gso_max_size 1 gso_max_segs 2"),
    ("2: vti0: <UP> mtu 10 qdisc noqueue state UP", "2: vti0: <UP> mtu 10 qdisc fq_codel state UP"),
    ("2: eth0: <UP> mtu 10 qdisc noqueue state UP", "2: eth0: <UP> mtu 10 qdisc noop state UP"),
    ("2: eth0: <UP> mtu 10 qdisc noqueue state UP", "2: eth0: <UP> mtu 20 qdisc fq_codel state UP")])
def test_rules_change_no_more_than_they_say(line, other):
    rules = layer.load("libreswan").rules
    assert layer.apply(rules, [line])[0] != layer.apply(rules, [other])[0]


@pytest.mark.parametrize(("line", "name"), [
    ("east.sh: semodule -i OUTPUT/ipsecspd.pp", "selinux"), ("05-nic.sh: ocspd -v -d", "ocspd"), ("east.sh: setenforce 0", ""),
    ("eastinit.sh: gcc -fPIC -c mypam.c", "compiler"), ("west.sh: swan-prep --fips", "fips"), ("east.sh: ipsec start", ""),
    ("final.sh: ausearch -r -m seccomp -ts recent", "audit"), ("west.conf: policy-label=ipsec_spd_t", "selinux")])
def test_what_cannot_be_had_is_named(line, name):
    assert layer.load("libreswan").lacking([line]).partition(":")[0] == name


def test_each_deviation_has_its_reason():
    described = layer.load("libreswan")
    table = tomllib.loads((DATA / "suite.toml").read_text())
    assert {"ikev1", "nss", "strongswan", "systemd"} <= {one.name for one in described.deviations}
    assert len(described.rules) == len(table["rules"]) and Path(described.folder) == DATA
