# SPDX-License-Identifier: GPL-2.0-or-later
"""The text and the drawing of topologies: complete, well formed, and nothing on top of anything else."""

import itertools
import json
import random
import xml.etree.ElementTree as ElementTree

import pytest

from lab import topology
from lab.topology.reader import parse

SVG = "{http://www.w3.org/2000/svg}"
WIDEST = {"name": 9.5, "about": 6.5, "port": 8.5, "address": 6.65}  # advances measured in DejaVu, a wide font
STRONG = {
    "about": "moon & sun <their network>",
    "wires": {"inet": {"ipv4": "192.168.0.0/24", "ipv6": "fec0::/64"}, "moonnet": {"ipv4": "10.1.0.0/16"},
              "sunnet": {"ipv4": "10.2.0.0/16"}, "spare": {}},
    "hosts": {
        "carol": {"eth0": {"wire": "inet", "addresses": ["192.168.0.100", "fec0::10"]}},
        "moon": {"eth0": {"wire": "inet", "addresses": ["192.168.0.1"]},
                 "eth1": {"wire": "moonnet", "addresses": ["10.1.0.1"]}},
        "sun": {"eth0": {"wire": "inet", "addresses": ["192.168.0.2"]},
                "eth1": {"wire": "sunnet", "addresses": ["10.2.0.1"]}},
        "alice": {"eth0": {"wire": "moonnet", "addresses": ["10.1.0.10"]},
                  "eth1": {"wire": "inet", "addresses": ["192.168.0.50"]}},
        "bob": {"eth0": {"wire": "sunnet", "addresses": ["10.2.0.10"]}},
        "winnetou": {"about": "has no network"},
    },
}


def mesh(seed):
    """Hosts plugged into wires at random: what no one would draw by hand."""
    dice = random.Random(seed)
    wires = {f"w{n}": {"ipv4": f"10.0.{n}.0/24"} for n in range(dice.randint(1, 6))}
    hosts = {}
    for n in range(1, dice.randint(2, 9)):
        chosen = dice.sample(sorted(wires), dice.randint(0, min(3, len(wires))))
        hosts[f"h{n}"] = {f"eth{at}": {"wire": w, "addresses": [wires[w]["ipv4"].replace("0/24", str(n))]}
                          for at, w in enumerate(chosen)}
    return parse({"wires": wires, "hosts": hosts}, f"mesh{seed}", "mesh.toml")


SWAN = topology.load()
NETS = {"swan": SWAN, "apart": SWAN.subset(["east", "road"]), "none": SWAN.subset([]),
        "strong": parse(STRONG, "strong", "strong.toml"), **{f"mesh{n}": mesh(n) for n in range(12)}}


@pytest.fixture(params=NETS)
def net(request):
    return NETS[request.param]


def drawing(net):
    return ElementTree.fromstring(topology.svg(net))


def box(element):
    x, y, width, height = (float(element.get(key)) for key in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def apart(one, two):
    return one[2] <= two[0] or two[2] <= one[0] or one[3] <= two[1] or two[3] <= one[1]


def boxes(root):
    """The boxes of wires and hosts by id."""
    groups = [g for g in root.iter(f"{SVG}g") if g.get("class") in ("wire", "host")]
    return {g.get("id"): box(g.find(f"{SVG}rect")) for g in groups}


def text_box(element):
    """What a text covers at most: its middle is at x, its baseline at y."""
    half = len(element.text) * WIDEST[element.get("class")] / 2
    x, y = float(element.get("x")), float(element.get("y"))
    return x - half, y - 10, x + half, y + 3


def test_svg_has_each_wire_and_host_with_its_addresses(net):
    root = drawing(net)
    groups = {g.get("id"): "\n".join(g.itertext()) for g in root.iter(f"{SVG}g") if g.get("id")}
    assert set(groups) == {f"wire-{w}" for w in net.wires} | {f"host-{h}" for h in net.hosts}
    for wire in net.wires.values():
        assert all(str(prefix) in groups[f"wire-{wire.name}"] for prefix in wire.prefixes)
    for host, interface in net.interfaces():
        lines = groups[f"host-{host.name}"].split("\n")
        assert {host.name, interface.name, *(str(a.ip) for a in interface.addresses)} <= set(lines)


def test_no_boxes_overlap_and_all_are_on_the_paper(net):
    root = drawing(net)
    found = boxes(root)
    for (one, first), (two, second) in itertools.combinations(found.items(), 2):
        assert apart(first, second), f"{one} and {two} overlap"
    for x1, y1, x2, y2 in found.values():
        assert 0 <= x1 < x2 <= float(root.get("width")) and 0 <= y1 < y2 <= float(root.get("height"))


def test_the_check_for_overlap_can_fail():
    assert not apart((0, 0, 10, 10), (9, 9, 20, 20))
    assert apart((0, 0, 10, 10), (10, 0, 20, 10))


def test_texts_are_inside_their_box_and_do_not_overlap(net):
    root = drawing(net)
    found = boxes(root)
    for group in root.iter(f"{SVG}g"):
        if group.get("id"):
            x1, y1, x2, y2 = found[group.get("id")]
            texts = [(t.text, text_box(t)) for t in group.iter(f"{SVG}text")]
            for text, (left, top, right, bottom) in texts:
                assert x1 <= left and right <= x2 and y1 <= top and bottom <= y2, f"{text!r} leaves its box"
            for (one, first), (two, second) in itertools.combinations(texts, 2):
                assert apart(first, second), f"{one!r} and {two!r} overlap"


def test_each_interface_is_joined_to_its_wire(net):
    root = drawing(net)
    found = boxes(root)
    stems = [tuple(float(s.get(k)) for k in ("x1", "y1", "x2", "y2")) for s in root.iter(f"{SVG}line")]

    def joins(host, wire):
        upper, lower = sorted((found[f"host-{host}"], found[f"wire-{wire}"]), key=lambda b: b[1])
        return sum(x1 == x2 and (y1, y2) == (upper[3], lower[1]) and
                   all(b[0] <= x1 <= b[2] for b in (upper, lower)) for x1, y1, x2, y2 in stems)

    assert len(stems) == len(list(net.interfaces()))
    for host, interface in net.interfaces():
        assert joins(host.name, interface.wire) >= sum(
            i.wire == interface.wire for i in host.interfaces.values()), f"{host.name} {interface.name}"


def test_stems_pass_no_host(net):
    root = drawing(net)
    hosts = [b for name, b in boxes(root).items() if name.startswith("host-")]
    for stem in root.iter(f"{SVG}line"):
        x, top, bottom = (float(stem.get(key)) for key in ("x1", "y1", "y2"))
        assert all(apart((x, top, x, bottom), host) for host in hosts)


def test_all_is_deterministic(net):
    for form in (topology.svg, topology.show, topology.to_json):
        assert form(net) == form(net)


def test_text_has_each_name_address_and_route(net):
    words = topology.show(net).replace(",", " ").split()
    for host, interface in net.interfaces():
        assert {host.name, interface.name, interface.wire, interface.mac} <= set(words)
        assert set(map(str, interface.addresses)) <= set(words)
        assert {str(route.via) for route in host.routes} <= set(words)
    assert all(line == line.rstrip() for line in topology.show(net).split("\n"))


def test_picture_of_two_gateways():
    picture = topology.show(SWAN.subset(["west", "east", "nic"])).split("\n\n")[1]
    assert picture.split("\n") == [
        "          west   east   nic",
        "           |      |      |",
        "internet -eth1---eth1---eth1-",
        "           |      |      |",
        "nicnet     |      |    -eth2-",
        "           |      |",
        "westnet  -eth0-   |",
        "                  |",
        "eastnet         -eth0-",
    ]


def test_json_is_the_plan_with_what_it_is_about(net):
    document = json.loads(topology.to_json(net))
    plan = net.plan()
    assert list(document["wires"]) == plan["wires"]
    assert {name: (host["interfaces"], host["routes"]) for name, host in document["hosts"].items()} == {
        name: (host["interfaces"], host["routes"]) for name, host in plan["hosts"].items()}
