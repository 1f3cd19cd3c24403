# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the lint: each rule finds its fault in a directory that is otherwise clean."""

import pytest

from lab.testlint import lint, script_hosts

KNOWN = ["east", "west", "nic", "road", "north", "rise", "set"]
SPDX = "# SPDX-License-Identifier: GPL-2.0-or-later\n"
GOLDEN = "west #\n true\nwest #\n"

GOOD = {
    "description.txt": "IKEv2 with a PSK\n\nMore words, and how one may sleep 5 hours.\n",
    "01-east-west-prepare.sh": SPDX + "../../guestbin/prep.sh\n",
    "02-west-up.sh": SPDX + ("swanctl --initiate --child net  # no need to sleep 5\n"
                             "ping -n -c 4 -i 0.2 -W 1 192.0.2.254\n"),
    "eastinit.sh": SPDX + ("/testing/guestbin/start charon\ncat /etc/hosts > /tmp/x < /dev/null\n"
                           "read -r word < /proc/uptime\n"),
    "final.sh": SPDX + "ls /run/charon.vici /var/log /sys/class/net /usr/sbin\n",
    "west.conf": "connections { }\n",
    "east.secrets": "secrets { }\n",
    "west/etc/swanctl/conf.d/x.conf": "x\n",
    "west.console.txt": GOLDEN,
    "east.console.txt": GOLDEN,
    "internet.capture.txt": "west > east IKE_SA_INIT\n",
    "test.toml": "limit = 5\n",
    "run": "#!/bin/sh\n",
}


def made(folder, **changes):
    """A good test in `folder` with `changes`: file → text, or None to leave it out."""
    test = folder / "ikev2-psk"
    for name, text in {**GOOD, **changes.pop("files", {})}.items():
        if text is None:
            continue
        path = test / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return test


def found(folder, used=("east", "west"), **files):
    test = made(folder, files=files.pop("files", {}))
    return [row.removeprefix(f"{test}/") for row in lint(test, KNOWN, used, ["internet", "nicnet"])]


def test_a_good_test_has_no_findings(tmp_path):
    assert found(tmp_path) == []


def test_a_script_by_script_style_is_good_too(tmp_path):
    files = {name: None for name in GOOD if name.endswith(".sh")}
    assert found(tmp_path, files={**files, "westrun.sh": SPDX + "true\n",
                                  "eastinit.sh": SPDX + "true\n"}) == []


@pytest.mark.parametrize("files, finding", [
    ({"description.txt": None}, "description.txt:1: missing"),
    ({"description.txt": " \n"}, "description.txt:1: empty"),
    ({"description.txt": "\ntitle\n"}, "description.txt:1: the first line"),
    ({"east.console.txt": None}, "east.console.txt:1: missing: scripts run on east"),
    ({"east.console.txt": ""}, "east.console.txt:1: an empty golden"),
    ({"internet.capture.txt": "\n"}, "internet.capture.txt:1: an empty golden"),
    ({"west.console.txt": "west #\n cat\n [timed out after 5 s]\n"},
     "west.console.txt:3: the golden expects a time-out"),
    ({"nic.console.txt": GOLDEN}, "nic.console.txt:1: for nic, a host that the test does not use"),
    ({"wset.console.txt": GOLDEN}, "wset.console.txt:1: no host 'wset'"),
    ({"wset.conf": "x\n"}, "wset.conf:1: no host 'wset'"),
    ({"nic.conf": "x\n"}, "nic.conf:1: for nic, a host"),
    ({"road.secrets": "x\n"}, "road.secrets:1: for road, a host"),
    ({"nic.nft": "x\n"}, "nic.nft:1: for nic, a host"),
    ({"road/etc/x": "x\n"}, "road:1: for road, a host"),
    ({"wets/etc/x": "x\n"}, "wets:1: no host 'wets'"),
    ({"darknet.capture.txt": "x\n"}, "darknet.capture.txt:1: no wire 'darknet'"),
    ({"03-nic-nat.sh": SPDX + "true\n"},
     "03-nic-nat.sh:1: a script for nic, a host that the test does not use"),
    ({"03-wset-up.sh": SPDX + "true\n"}, "03-wset-up.sh:1: not a script's name"),
    ({"up.sh": SPDX + "true\n"}, "up.sh:1: not a script's name"),
    ({"final.sh": "true\n"}, "final.sh:1: no '# SPDX-License-Identifier:'"),
    ({"final.sh": "#!/bin/sh\n\n" + SPDX}, "final.sh:1: no '# SPDX-License-Identifier:'"),
    ({"final.sh": SPDX + "true \n"}, "final.sh:2: trailing blanks"),
    ({"final.sh": SPDX + "true\t\n"}, "final.sh:2: trailing blanks"),
    ({"final.sh": SPDX + "true\r\n"}, "final.sh:2: CRLF"),
    ({"final.sh": SPDX + "true"}, "final.sh:2: no newline at the end"),
    ({"west.conf": "file = /home/me/cert.pem\n"},
     "west.conf:1: '/home/me/cert.pem' is a path outside the host"),
    ({"west/etc/x": "a\nb /root/swan/x\n"}, "west/etc/x:2: '/root/swan/x' is a path outside the host"),
    ({"west.console.txt": GOLDEN + "x /home/me/x\n"}, "west.console.txt:4: '/home/me/x' is a path"),
])
def test_each_fault_is_found_and_nothing_else(tmp_path, files, finding):
    rows = found(tmp_path, files=files)
    assert len(rows) == 1 and rows[0].startswith(finding), rows


@pytest.mark.parametrize("line", [
    "sleep 5", "sleep .5", "usleep 1000", "/bin/sleep 5", "for i in 1 2; do sleep $i; done",
    "true && sleep 1s",
    "(sleep 3; swanctl --stats) &", "sh -c 'sleep 5'", "sleep \"$limit\"", "sleep infinity",
    "python3 -c 'import time; time.sleep(5)'", "perl -e 'select(undef, undef, undef, 0.5)'",
    "perl -e 'sleep(5)'",
    "read -t 5", "read -t5 word < /dev/tcp/x", "read -r -t 0.5 word", "read -rt 2",
    "ping -i 2 -c 3 192.0.2.254", "ping -n -c 5 -i1.5 192.0.2.254", "ping -c 5 127.0.0.1", "ping localhost",
    "ping6 -c 3 ::1",
])
def test_delays_are_found(tmp_path, line):
    rows = found(tmp_path, files={"final.sh": SPDX + line + "\n"})
    assert len(rows) == 1 and rows[0].startswith("final.sh:2: sleeps"), rows


@pytest.mark.parametrize("line", [
    "# sleep 5", "true  # or sleep 5", "echo sleep well", "ls sleeping 5", "nosleep 5", "cat no-sleep 5",
    "read -r word", "read -p timeout word", "spread -t 5", "read -r word; mount -t 9p x y",
    "ping -c 3 -w 10 192.0.2.254", "ping -c 1 127.0.0.1", "ping -c 10 -i 0.1 127.0.0.1",
    "ping -c 2 -i 1 192.0.2.23",
    "../../guestbin/ping-once.sh --up -I 192.0.1.254 192.0.2.254", "timeout 5 cat",
])
def test_what_is_no_delay(tmp_path, line):
    assert found(tmp_path, files={"final.sh": SPDX + line + "\n"}) == []


@pytest.mark.parametrize("line", [
    "cat /home/me/x", "cp '/root/cygnet/x' /tmp", "X=/Users/me/x", "cat ~/x", "cat ~me/x", "cd /workspace/x",
    "cat ../../../x", "cat ../../../../etc/passwd", "../../baseconfigs/x", "cd ../..",
    "cat < ../../guestbin-old/x",
])
def test_paths_outside_the_host_are_found(tmp_path, line):
    rows = found(tmp_path, files={"final.sh": SPDX + line + "\n"})
    assert len(rows) == 1 and rows[0].startswith("final.sh:2: '"), rows


@pytest.mark.parametrize("line", [
    "../../guestbin/prep.sh", "sh ../../guestbin/x y", "cat /etc/x /opt/y /testing/home/x",
    "sed -e '/foo/d' x",
    "cat ../ikev2-rsa/west.conf", "curl http://east/home/x", "echo $X/root/y ${Y}/home/z",
    "ip route add 10.0.0.0/24",
    "cat /run/home/x", "echo a~/b",
])
def test_paths_on_the_host_are_fine(tmp_path, line):
    assert found(tmp_path, files={"final.sh": SPDX + line + "\n"}) == []


def test_final_runs_on_each_host_used(tmp_path):
    assert found(tmp_path, used=("east", "west", "nic")) == ["nic.console.txt:1: missing: scripts run on nic"]


def test_a_host_without_scripts_needs_no_golden(tmp_path):
    assert found(tmp_path, used=("east", "west", "nic"), files={"final.sh": None}) == []


def test_findings_are_sorted_by_file_and_line(tmp_path):
    rows = found(tmp_path, files={"final.sh": "sleep 1\n" * 11, "description.txt": None})
    places = [(row.split(":")[0], int(row.split(":")[1])) for row in rows]
    assert places == sorted(places) and len(rows) == 13


def test_no_scripts_and_no_directory(tmp_path):
    rows = found(tmp_path, files={name: None for name in GOOD if name.endswith(".sh")})
    assert [row.split(":1: ")[1] for row in rows] == ["no script"]
    assert lint(tmp_path / "nosuch", KNOWN, [], []) == [f"{tmp_path}/nosuch:1: no such test directory"]


def test_bytes_that_are_not_text_are_no_trouble(tmp_path):
    key = b"\x00\xff\xfe/\n".decode("utf-8", "surrogateescape")
    assert found(tmp_path, files={"west/etc/key.der": key}) == []


@pytest.mark.parametrize("name, hosts", [
    ("01-west-up.sh", ["west"]), ("10-east-west-road-x-y.sh", ["east", "west", "road"]),
    ("1-west.sh", ["west"]),
    ("westinit.sh", ["west"]), ("eastrun.sh", ["east"]), ("final.sh", []), ("01-up-west.sh", None),
    ("west-up.sh", None), ("init.sh", None), ("pluto.sh", None), ("01-.sh", None),
])
def test_script_hosts(name, hosts):
    assert script_hosts(name, KNOWN) == hosts
