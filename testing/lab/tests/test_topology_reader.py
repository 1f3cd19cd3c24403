# SPDX-License-Identifier: GPL-2.0-or-later
"""What the reader of topologies takes, and how it refuses what is malformed."""

import pytest

from lab import topology
from lab.errors import UsageError

GOOD = """\
[wires.net]
ipv4 = "10.0.0.0/24"
ipv6 = ["2001:db8::/64", "2001:db8:9::/64"]

[wires.far]
ipv4 = "10.0.1.0/24"

[hosts.a]
routes = ["10.9.0.0/16 via 10.0.0.2"]

[hosts.a.eth0]
wire = "net"
mac = "02:00:00:00:00:0A"
addresses = ["10.0.0.1", "2001:db8::1", "2001:db8:9::1"]

[hosts.a.eth1]
wire = "far"
addresses = ["10.0.1.1"]

[hosts.a.nat]
inside = "eth1"
outside = "eth0"

[hosts.b.eth0]
wire = "net"
mac = "02:00:00:00:00:0b"
addresses = ["10.0.0.2", "2001:db8::2"]
"""

# What is replaced in GOOD, by what, and how the error goes on after the name of the file.
BAD = {
    "syntax": ("[wires.far]", "[wires.far", r"Expected ']' .*\(at line 5, column 11\)"),
    "interface twice": ("[hosts.a.nat]", "[hosts.a.eth0]", r"Cannot declare .*eth0.* twice \(at line 20"),
    "unknown key at the top": ("[wires.net]", "wirse = 1\n[wires.net]", "wirse: unknown key; known here: about, "),
    "unknown key of a wire": ("[wires.far]", "[wires.far]\nipv5 = 1", r"wires\.far\.ipv5: unknown key; .*ipv6"),
    "unknown key of a host": ("routes =", "rotues =", r"hosts\.a\.rotues: unknown key; .*routes"),
    "unknown key of an interface": ('mac = "02:00:00:00:00:0A"', "up = true", r"hosts\.a\.eth0\.up: unknown key"),
    "unknown key of a NAT": ('inside = "eth1"', "insite = 1", r"hosts\.a\.nat\.insite: unknown key"),
    "type": ("[hosts.a]", '[hosts.a]\nforward = "yes"', r"hosts\.a\.forward: must be true or false"),
    "number for a list": ('routes = ["10.9.0.0/16 via 10.0.0.2"]', "routes = 1", r"hosts\.a\.routes: must be a list"),
    "boolean for a number": ("[wires.far]", "[wires.far]\nmtu = true", r"wires\.far\.mtu: must be a whole number"),
    "type in a list": ('["10.0.1.1"]', "[10]", r"hosts\.a\.eth1\.addresses: 10 must be a string"),
    "wire that is no table": ("[wires.net]", "[wires]\nx = 1\n[wires.net]", r"wires\.x: must be a table"),
    "host that is no table": ("[hosts.a]", "[hosts]\nx = 1\n[hosts.a]", r"hosts\.x: must be a table"),
    "bad wire name": ("[wires.far]", "[wires.Far]", r"wires\.Far: 'Far' is not a hostname label"),
    "long wire name": ("[wires.far]", "[wires.far-far-far-away]", r"wires\.far-far-far-away: .*15 characters"),
    "reserved wire name": ("[wires.far]", "[wires.lo]", r"wires\.lo: .*reserved"),
    "bad host name": ("[hosts.b.eth0]", "[hosts.b_c.eth0]", r"hosts\.b_c: 'b_c' is not a hostname label"),
    "long port name": ("[hosts.b.eth0]", "[hosts.winnetou.ethernet]", r"hosts\.winnetou\.ethernet: .*15 characters"),
    "bad interface name": ("[hosts.b.eth0]", '[hosts.b."e 0"]', r"hosts\.b\.e 0: 'e 0' cannot be an interface"),
    "loopback": ("[hosts.b.eth0]", "[hosts.b.lo]", r"hosts\.b\.lo: 'lo' cannot be an interface"),
    "unknown wire": ('wire = "far"', 'wire = "fra"', r"hosts\.a\.eth1\.wire: no wire 'fra'; the wires are: net, far"),
    "no wire": ('wire = "far"', "", r"hosts\.a\.eth1: wire is missing"),
    "bad prefix": ("10.0.1.0/24", "10.0.1.0/33", r"wires\.far\.ipv4: bad prefix: .*10\.0\.1\.0/33"),
    "host bits": ("10.0.1.0/24", "10.0.1.1/24", r"wires\.far\.ipv4: bad prefix: 10\.0\.1\.1/24 has host bits set"),
    "no length": ("10.0.1.0/24", "10.0.1.0", r"wires\.far\.ipv4: bad prefix: 10\.0\.1\.0 has no /LENGTH"),
    "prefix of the other family": ('ipv4 = "10.0.1', 'ipv6 = "10.0.1', r"wires\.far\.ipv6: .* is not IPv6"),
    "overlap": ("10.0.1.0/24", "10.0.0.0/23", r"wires\.far\.ipv4: .* overlaps 10\.0\.0\.0/24 of wires\.net"),
    "mtu": ("[wires.far]", "[wires.far]\nmtu = 60", r"wires\.far\.mtu: 60 is not in 68 to 65535"),
    "mtu for IPv6": ("[wires.net]", "[wires.net]\nmtu = 1279", r"wires\.net\.mtu: 1279 is not in 1280 to"),
    "bad address": ("10.0.1.1", "10.0.1.256", r"hosts\.a\.eth1\.addresses: bad address '10\.0\.1\.256'"),
    "address with a length": ("10.0.1.1", "10.0.1.1/24", r"hosts\.a\.eth1\.addresses: bad address '10"),
    "address with a zone": ("2001:db8::1", "2001:db8::1%eth0", r"hosts\.a\.eth0\.addresses: bad address"),
    "address off its wire": ("10.0.1.1", "10.0.2.1",
                             r"hosts\.a\.eth1\.addresses: 10\.0\.2\.1 is not in a prefix of the wire far \(10\.0\.1"),
    "broadcast address": ("10.0.1.1", "10.0.1.255", r"hosts\.a\.eth1\.addresses: 10\.0\.1\.255 is the first or last"),
    "address twice": ("10.0.0.2\", \"20", "10.0.0.1\", \"20",
                      r"hosts\.b\.eth0\.addresses: address 10\.0\.0\.1 is that of hosts\.a\.eth0 already"),
    "MAC twice": ("00:0b", "00:0a", r"hosts\.b\.eth0\.mac: MAC 02:.*:0a is that of hosts\.a\.eth0 already"),
    "bad MAC": ("02:00:00:00:00:0b", "02:00:00:00:0b", r"hosts\.b\.eth0\.mac: bad MAC '02:00:00:00:0b'"),
    "group MAC": ("02:00:00:00:00:0b", "03:00:00:00:00:0b", r"hosts\.b\.eth0\.mac: 03:.* of a group"),
    "route without via": ("16 via ", "16 by ", r"hosts\.a\.routes: bad route '10\.9\.0\.0/16 by"),
    "route to a bad prefix": ("10.9.0.0/16", "10.9.0.0/8", r"hosts\.a\.routes: bad prefix: 10\.9\.0\.0/8"),
    "bad gateway": ("via 10.0.0.2", "via b", r"hosts\.a\.routes: bad gateway 'b' in '10\.9"),
    "gateway of the other family": ("via 10.0.0.2", "via 2001:db8::2", r"hosts\.a\.routes: .* two families"),
    "gateway on no wire": ("via 10.0.0.2", "via 10.7.0.2", r"hosts\.a\.routes: gateway 10\.7\.0\.2 is not on any wire"),
    "gateway of no host": ("via 10.0.0.2", "via 10.0.0.3", r"hosts\.a\.routes: gateway 10\.0\.0\.3 is no other host"),
    "gateway of its own": ("via 10.0.0.2", "via 10.0.0.1", r"hosts\.a\.routes: gateway 10\.0\.0\.1 is no other host"),
    "route twice": ('.0.2"]', '.0.2", "10.9.0.0/16 via 10.0.0.2"]', r"hosts\.a\.routes: a second route to 10\.9"),
    "NAT by no interface": ('inside = "eth1"', 'inside = "eth7"',
                            r"hosts\.a\.nat\.inside: no interface 'eth7'; the host's are: eth0, eth1"),
    "NAT by half": ('inside = "eth1"', "", r"hosts\.a\.nat: inside is missing"),
    "NAT in a circle": ('inside = "eth1"', 'inside = "eth0"', r"hosts\.a\.nat\.outside: is the inside interface too"),
    "NAT without IPv4": ('addresses = ["10.0.1.1"]', "", r"hosts\.a\.nat\.inside: eth1 has no IPv4 address"),
    "port like a wire": ("[wires.far]", "[wires.b-eth0]\n[wires.far]", r"hosts\.b\.eth0: .* called b-eth0, as that of"),
    "no hosts": (GOOD[GOOD.index("[hosts.a]"):], "", "hosts: a topology needs some"),
}


@pytest.fixture
def read(tmp_path):
    def reader(text):
        (tmp_path / "net.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return topology.load("net", tmp_path)
    return reader


def test_the_good_file_is_good(read):
    net = read(GOOD)
    assert net.name == "net"
    assert [str(a) for a in net.hosts["a"].interfaces["eth0"].addresses] == [
        "10.0.0.1/24", "2001:db8::1/64", "2001:db8:9::1/64"]
    assert net.hosts["a"].interfaces["eth0"].mac == "02:00:00:00:00:0a"
    assert not net.hosts["a"].forward


def test_a_mac_that_is_left_out_is_made_and_stays(read):
    first, second = (read(GOOD).hosts["a"].interfaces["eth1"].mac for _ in range(2))
    assert first == second
    assert first.startswith("02:00:")


def test_the_mtu_is_the_wires(read):
    interfaces = read(GOOD.replace("[wires.far]", "[wires.far]\nmtu = 1400")).plan()["hosts"]["a"]["interfaces"]
    assert [i["mtu"] for i in interfaces] == [1500, 1400]


@pytest.mark.parametrize("case", BAD)
def test_malformed_file(read, tmp_path, case):
    old, new, message = BAD[case]
    assert GOOD.count(old) >= 1, "the case no longer changes anything"
    with pytest.raises(UsageError, match=f"^{tmp_path}/net\\.toml: {message}") as caught:
        read(GOOD.replace(old, new, 1))
    assert "\n" not in str(caught.value)


def test_not_utf8(read):
    with pytest.raises(UsageError, match="net.toml: .*utf-8"):
        read(b"about = \"\xff\"\n")


@pytest.mark.parametrize("name", ["moon", "../net", "net.toml", ""])
def test_no_such_topology(read, tmp_path, name):
    read(GOOD)
    with pytest.raises(UsageError) as caught:
        topology.load(name, tmp_path)
    assert str(caught.value) == f"no topology {name!r} in {tmp_path}; the topologies are: net"
