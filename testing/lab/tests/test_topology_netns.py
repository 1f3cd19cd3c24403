# SPDX-License-Identifier: GPL-2.0-or-later
"""The batches of a plan, run for real in fresh namespaces and judged by the kernel's own answers."""

import json
import shutil
import subprocess

import pytest

from lab import topology

SERVE = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.bind((sys.argv[1], 7))
print("ready", flush=True)
data, peer = s.recvfrom(64)
print(peer[0], flush=True)
"""
SEND = """
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"x", (sys.argv[1], 7))
"""
PYTHON = "/usr/bin/python3"


class Field:
    """A user namespace with a switch and hosts; each namespace is held by a process that ends when its input does."""

    def __init__(self, net, nat=()):
        self.plan = net.plan(nat)
        self.holders = []
        self.switch = self._hold(["unshare", "-r", "-n"])
        self.pids = {host: self._hold([*self._enter(self.switch), "unshare", "-n"]) for host in self.plan["hosts"]}
        for batch in (topology.wires_batch(self.plan), topology.links_batch(self.plan, self.pids)):
            self.command(self.switch, ["ip", "-batch", "-"], batch)
        for host, part in self.plan["hosts"].items():
            for path, value in topology.sysctls(part).items():
                self.command(self.pids[host], ["tee", f"/proc/sys/{path}"], value)
            self.command(self.pids[host], ["ip", "-batch", "-"], topology.ip_batch(part))
            if part["nft"]:
                self.command(self.pids[host], ["nft", "-f", "-"], part["nft"])

    def _hold(self, prefix):
        holder = subprocess.Popen([*prefix, "sh", "-c", "echo $$; exec cat"], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.holders.append(holder)
        return int(holder.stdout.readline())

    def _enter(self, pid):
        return ["nsenter", "-t", str(pid), "-U", "-n", "--preserve-credentials", "--"]

    def command(self, pid, words, text=""):
        done = subprocess.run([*self._enter(pid), *words], input=text, text=True, capture_output=True, timeout=20)
        assert done.returncode == 0 and not done.stderr, f"{words}: {done.stderr}\n{text}"
        return done.stdout

    def ip(self, host, *words):
        return json.loads(self.command(self.pids[host], ["ip", "-j", *words]))

    def sender_seen(self, sender, receiver, address):
        """The address that a datagram from one host has when it reaches an address of the other."""
        server = subprocess.Popen([*self._enter(self.pids[receiver]), PYTHON, "-c", SERVE, address],
                                  stdout=subprocess.PIPE, text=True)
        with server:
            assert server.stdout.readline() == "ready\n"
            self.command(self.pids[sender], [PYTHON, "-c", SEND, address])
            return server.stdout.readline().strip()

    def close(self):
        for holder in reversed(self.holders):
            holder.communicate()


@pytest.fixture(scope="module", autouse=True)
def namespaces():
    missing = [name for name in ("unshare", "nsenter", "ip", "nft") if not shutil.which(name)]
    if missing:
        pytest.skip(f"not installed: {' '.join(missing)}")
    probe = subprocess.run(["unshare", "-r", "-n", "true"], capture_output=True, text=True)
    if probe.returncode:
        pytest.skip(f"namespaces are not permitted: {probe.stderr.strip()}")


@pytest.fixture(scope="module")
def field(namespaces):
    made = Field(topology.load(), nat=["nic"])
    yield made
    made.close()


def test_interfaces_have_their_macs_and_addresses_and_are_up(field):
    for host, part in field.plan["hosts"].items():
        found = {i["ifname"]: i for i in field.ip(host, "addr")}
        assert set(found) == {"lo", *(i["name"] for i in part["interfaces"])}
        for interface in part["interfaces"]:
            got = found[interface["name"]]
            assert got["address"] == interface["mac"]
            assert got["mtu"] == interface["mtu"]
            assert got["operstate"] == "UP"
            addresses = {f"{a['local']}/{a['prefixlen']}" for a in got["addr_info"] if a["scope"] == "global"}
            assert addresses == set(interface["addresses"])


def test_no_address_waits_for_duplicate_address_detection(field):
    for host in field.plan["hosts"]:
        for interface in field.ip(host, "addr"):
            inet6 = [a for a in interface["addr_info"] if a["family"] == "inet6"]
            assert not any(a.get("tentative") or a.get("dadfailed") for a in inet6)
            if interface["ifname"] != "lo":
                assert all(a["nodad"] for a in inet6), "only the sysctl keeps the kernel from it"
                assert [a["local"] for a in inet6 if a["scope"] == "link"] == [link_local(interface["address"])]


def link_local(mac):
    """By scapy, which has its own way from the one to the other."""
    utils = pytest.importorskip("scapy.utils6")
    return str(utils.in6_ptop(f"fe80::{utils.in6_mactoifaceid(mac)}"))


def test_routes_are_those_of_the_plan(field):
    for host, part in field.plan["hosts"].items():
        found = {(r["dst"], r["gateway"]) for family in ("-4", "-6")
                 for r in field.ip(host, family, "route") if "gateway" in r}
        assert found == {(r["to"], r["via"]) for r in part["routes"]}


def test_wires_are_bridges_with_their_ports(field):
    links = {i["ifname"]: i for i in json.loads(field.command(field.switch, ["ip", "-j", "-d", "link"]))}
    assert {name for name, i in links.items() if i.get("linkinfo", {}).get("info_kind") == "bridge"} == \
        set(field.plan["wires"])
    for wire in field.plan["wires"]:
        data = links[wire]["linkinfo"]["info_data"]
        assert (data["stp_state"], data["forward_delay"], data["mcast_snooping"]) == (0, 0, 0)
    ports = {f"{host}-{i['name']}": i["wire"] for host, p in field.plan["hosts"].items() for i in p["interfaces"]}
    assert {name: i["master"] for name, i in links.items() if "master" in i} == ports
    assert all(links[port]["gso_max_segs"] == 1 for port in ports)


def test_the_switch_has_no_address_of_its_own(field):
    links = json.loads(field.command(field.switch, ["ip", "-j", "addr"]))
    assert [i["ifname"] for i in links if i["addr_info"]] == []


def test_hosts_reach_each_other_by_their_routes(field):
    assert field.sender_seen("set", "pole", "192.0.3.90") == "192.0.1.15"
    assert field.sender_seen("rise", "pole", "2001:db8:0:3::90") == "2001:db8:0:2::12"
    assert field.sender_seen("set", "rise", "198.18.1.12") == "198.18.1.15"


def test_nat_translates_ipv4_from_inside_only(field):
    assert field.sender_seen("road", "east", "192.1.2.23") == "192.1.2.254"
    assert field.sender_seen("road", "east", "2001:db8:1:2::23") == "2001:db8:1:3::209"
    assert field.sender_seen("west", "road", "192.1.3.209") == "192.1.2.45"


def test_nat_rules_can_be_loaded_again(field):
    rules = field.plan["hosts"]["nic"]["nft"]
    before = field.command(field.pids["nic"], ["nft", "list", "ruleset"])
    field.command(field.pids["nic"], ["nft", "-f", "-"], rules)
    assert field.command(field.pids["nic"], ["nft", "list", "ruleset"]) == before


def test_without_nat_the_address_stays():
    field = Field(topology.load().subset(["road", "nic", "east"]))
    try:
        assert field.sender_seen("road", "east", "192.1.2.23") == "192.1.3.209"
    finally:
        field.close()
