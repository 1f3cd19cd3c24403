# SPDX-License-Identifier: GPL-2.0-or-later
"""The shipped topology against the facts, and what can be asked of a topology."""

import json

import pytest

from lab import topology
from lab.errors import UsageError

PREFIXES = {
    "internet": ("192.1.2.0/24", "2001:db8:1:2::/64"),
    "nicnet": ("192.1.3.0/24", "2001:db8:1:3::/64"),
    "eastnet": ("192.0.2.0/24", "2001:db8:0:2::/64"),
    "westnet": ("192.0.1.0/24", "2001:db8:0:1::/64"),
    "northnet": ("192.0.3.0/24", "2001:db8:0:3::/64"),
    "darknet": ("198.18.1.0/24", "2001:db8:1::/64"),
}
ADDRESSES = """
east eth1 internet 192.1.2.23    west eth1 internet 192.1.2.45    nic eth1 internet 192.1.2.254
nic eth2 nicnet 192.1.3.254      road eth0 nicnet 192.1.3.209     north eth1 nicnet 192.1.3.33
east eth0 eastnet 192.0.2.254    rise eth1 eastnet 192.0.2.12     west eth0 westnet 192.0.1.254
set eth1 westnet 192.0.1.15      north eth0 northnet 192.0.3.254  pole eth0 northnet 192.0.3.90
set eth0 darknet 198.18.1.15     rise eth0 darknet 198.18.1.12
"""
MACS = {
    ("east", "eth0"): "12:00:00:dc:bc:ff", ("east", "eth1"): "12:00:00:64:64:23",
    ("west", "eth0"): "12:00:00:ab:cd:ff", ("west", "eth1"): "12:00:00:64:64:45",
    ("nic", "eth1"): "12:00:00:de:ad:ba", ("nic", "eth2"): "12:00:00:32:64:ba",
    ("north", "eth0"): "12:00:00:de:cd:49", ("north", "eth1"): "12:00:00:96:96:49",
    ("road", "eth0"): "12:00:00:ab:cd:02",
}
GATEWAYS = {  # (host, wire or "default"): the gateway and the wire it is reached by
    ("east", "default"): ("nic", "internet"), ("east", "westnet"): ("west", "internet"),
    ("west", "default"): ("nic", "internet"), ("west", "eastnet"): ("east", "internet"),
    ("nic", "westnet"): ("west", "internet"), ("nic", "eastnet"): ("east", "internet"),
    ("nic", "northnet"): ("north", "nicnet"),
    ("road", "default"): ("nic", "nicnet"), ("north", "default"): ("nic", "nicnet"),
    ("rise", "default"): ("east", "eastnet"), ("set", "default"): ("west", "westnet"),
    ("pole", "default"): ("north", "northnet"),
}


def facts():
    """(host, interface, wire, IPv4 address, IPv6 address) of each interface."""
    words = ADDRESSES.split()
    for host, port, wire, v4 in zip(*[iter(words)] * 4):
        yield host, port, wire, v4, PREFIXES[wire][1].removesuffix("/64") + v4.split(".")[3]


@pytest.fixture(scope="module")
def swan():
    return topology.load()


def test_wires_are_those_of_the_facts(swan):
    assert {w.name: tuple(map(str, w.prefixes)) for w in swan.wires.values()} == PREFIXES


def test_addresses_are_those_of_the_facts(swan):
    plan = swan.plan()["hosts"]
    found = {(host, i["name"], i["wire"], *i["addresses"]) for host in plan for i in plan[host]["interfaces"]}
    assert found == {(host, port, wire, f"{v4}/24", f"{v6}/64") for host, port, wire, v4, v6 in facts()}


def test_macs_are_those_of_the_facts_and_stable(swan):
    found = {(host.name, i.name): i.mac for host, i in swan.interfaces()}
    assert {key: found[key] for key in MACS} == MACS
    assert all(int(mac[:2], 16) & 3 == 2 for mac in found.values()), "a MAC is not locally administered"


def test_routes_are_those_of_the_facts(swan):
    at = {(host, wire): (v4, v6) for host, _, wire, v4, v6 in facts()}
    expected = {(host, "default" if to == "default" else PREFIXES[to][family], at[by][family])
                for (host, to), by in GATEWAYS.items() for family in (0, 1)}
    plan = swan.plan()["hosts"]
    assert {(host, r["to"], r["via"]) for host in plan for r in plan[host]["routes"]} == expected


def test_all_forward_and_only_nic_can_nat(swan):
    assert all(host.forward for host in swan.hosts.values())
    assert [host.name for host in swan.hosts.values() if host.nat] == ["nic"]


def test_subset_has_the_wires_that_its_hosts_touch(swan):
    some = swan.subset(["road", "east"])
    assert set(some.hosts) == {"east", "road"}
    assert set(some.wires) == {"internet", "eastnet", "nicnet"}
    assert some.hosts["road"] == swan.hosts["road"], "a subset changed a host"
    assert set(swan.hosts) > {"east", "road"}, "the whole was changed"


def test_subset_of_nothing_is_empty(swan):
    assert swan.subset([]).plan() == {"wires": [], "hosts": {}}


def test_subset_names_an_unknown_host_and_the_known_ones(swan):
    with pytest.raises(UsageError, match=r"^topology swan: no host 'weast'; the hosts are: .*\beast\b.*pole"):
        swan.subset(["east", "weast"])


def test_plan_is_plain_json(swan):
    plan = swan.plan(nat=["nic"])
    assert json.loads(json.dumps(plan)) == plan
    assert list(plan) == ["wires", "hosts"]
    assert plan["hosts"]["road"] == {
        "interfaces": [{"name": "eth0", "wire": "nicnet", "mac": "12:00:00:ab:cd:02", "mtu": 1500,
                        "addresses": ["192.1.3.209/24", "2001:db8:1:3::209/64"]}],
        "routes": [{"to": "default", "via": "192.1.3.254"}, {"to": "default", "via": "2001:db8:1:3::254"}],
        "forward": True, "nft": "",
    }


def test_nat_is_off_unless_asked_for(swan):
    assert swan.plan()["hosts"]["nic"]["nft"] == ""
    rules = swan.plan(nat=["nic"])["hosts"]["nic"]["nft"]
    assert 'ip saddr { 192.1.3.0/24 } oifname "eth1" masquerade' in rules


def test_nat_of_a_host_without_one_is_refused(swan):
    with pytest.raises(UsageError, match="^host east has no NAT$"):
        swan.plan(nat=["east"])
    with pytest.raises(UsageError, match="no host 'nic'; the hosts are: east$"):
        swan.subset(["east"]).plan(nat=["nic"])


def test_hosts_are_found_by_mac_and_address(swan):
    for host, port, _, v4, v6 in facts():
        mac = swan.hosts[host].interfaces[port].mac
        assert {swan.host_of_mac(mac), swan.host_of_mac(mac.upper())} == {host}
        assert {swan.host_of_address(v4), swan.host_of_address(v6)} == {host}
    assert swan.host_of_address("2001:0db8:1:2:0:0:0:0023") == "east"
    assert swan.host_of_address("fe80::1000:ff:fe64:6423") == "east"
    assert swan.host_of_mac("12:00:00:00:00:00") is None
    assert swan.host_of_address("192.1.2.1") is None
    assert swan.host_of_address("no address") is None


def test_sysctls_follow_the_plan(swan):
    settings = topology.sysctls(swan.plan()["hosts"]["road"])
    assert settings["net/ipv4/ip_forward"] == settings["net/ipv6/conf/all/forwarding"] == "1"
    assert settings["net/ipv6/conf/eth0/accept_dad"] == settings["net/ipv6/conf/all/accept_ra"] == "0"
    assert settings["net/ipv4/conf/eth0/send_redirects"] == settings["net/ipv4/conf/all/send_redirects"] == "0"


def test_names_lists_the_shipped_topology():
    assert "swan" in topology.names()
