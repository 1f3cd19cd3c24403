# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the parts of a topology's drawing go, in pixels; nothing here knows how they look.

Wires and hosts take turns in rows: the busiest wire is on top, under it the hosts plugged into it, under these their
other wires, and so on (breadth first), so that a host touches wires only in the rows right above and below it. Who was
met first from whom makes a tree; its subtrees stand side by side, each as wide as it needs, so that no two boxes of a
row can overlap. A wire that is also reached by hosts outside its subtree is stretched to these; wires of one row
that would then meet are drawn in lanes, one under the other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations

from lab.topology.model import Host, Interface, Topology

MARGIN = 24  # around the drawing
GAP = 28  # between neighbours of a row
STEM = 30  # between a wire and a host's box
LANE = 10  # between wires of one row
BAR = 40  # a wire's height
PAD = 14  # how far a wire reaches past its outermost plug


@dataclass(slots=True)
class Box:
    """A rectangle; x and y are its upper left corner."""

    x: float = 0
    y: float = 0
    width: float = 0
    height: float = 0

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height


@dataclass(slots=True)
class Plug:
    """An interface in its host's box: its cell there, and the x of the stem to the wire."""

    interface: Interface
    up: bool
    cell: Box = field(default_factory=Box)

    @property
    def x(self) -> float:
        return self.cell.x + self.cell.width / 2


@dataclass(slots=True)
class Layout:
    """The drawing: boxes of wires and hosts by name, and in a host's box its plugs and the band with its name."""

    wires: dict[str, Box]
    hosts: dict[str, Box]
    plugs: dict[str, list[Plug]] = field(default_factory=dict)
    bands: dict[str, Box] = field(default_factory=dict)
    width: float = 0
    height: float = 0


@dataclass(slots=True)
class Sizes:
    """How much room the texts need: of a wire's, a host's own, and an interface's."""

    wire: Callable[[str], float]
    host: Callable[[Host], tuple[float, float]]
    cell: Callable[[Interface], tuple[float, float]]


@dataclass(slots=True)
class _Node:
    """A wire, a host, or (kind "plug") an interface to a wire of another subtree; row 0 is the topmost wire's."""

    kind: str
    name: str
    row: int
    children: list["_Node"] = field(default_factory=list)
    plug: Plug | None = None


def lay_out(topology: Topology, sizes: Sizes) -> Layout:
    """Places everything; the same topology and sizes always give the same layout."""
    plan = Layout({name: Box() for name in topology.wires}, {name: Box() for name in topology.hosts})
    roots = _forest(topology, plan)
    builder = _Builder(topology, sizes, plan)
    _untangle(roots, builder)
    builder.place(roots)
    _rows(roots, builder)
    return plan


def _forest(topology: Topology, plan: Layout) -> list[_Node]:
    """A tree for each part of the network that is not connected to the others."""
    busiest = sorted(topology.wires, key=lambda wire: -len(topology.on_wire(wire)))
    seen: dict[str, int] = {}
    roots = [_tree(topology, wire, seen, plan) for wire in busiest if f"wire {wire}" not in seen]
    return roots + [_Node("host", name, 1) for name, host in topology.hosts.items()
                    if not host.interfaces and not plan.plugs.setdefault(name, [])]


def _tree(topology: Topology, wire: str, seen: dict[str, int], plan: Layout) -> _Node:
    """Breadth first from a wire; `seen` keeps the rows of wires and hosts that have their place."""
    root = _Node("wire", wire, 0)
    seen[f"wire {wire}"] = 0
    queue = [root]
    for node in queue:
        if node.kind == "wire":
            node.children = _hosts_below(topology, node, seen)
        else:
            node.children = _wires_below(topology.hosts[node.name], node, seen, plan)
        queue += [child for child in node.children if child.kind != "plug"]
    return root


def _hosts_below(topology: Topology, wire: _Node, seen: dict[str, int]) -> list[_Node]:
    names = dict.fromkeys(host.name for host, _ in topology.on_wire(wire.name))
    new = [name for name in names if f"host {name}" not in seen]
    seen.update({f"host {name}": wire.row + 1 for name in new})
    return [_Node("host", name, wire.row + 1) for name in new]


def _wires_below(host: Host, node: _Node, seen: dict[str, int], plan: Layout) -> list[_Node]:
    below = []
    for interface in host.interfaces.values():
        key = f"wire {interface.wire}"
        new = key not in seen
        row = seen.setdefault(key, node.row + 1)
        plug = Plug(interface, up=row < node.row)
        plan.plugs.setdefault(host.name, []).append(plug)
        if not plug.up:
            below.append(_Node("wire" if new else "plug", interface.wire, row, plug=plug))
    return below


class _Builder:
    """Gives each node its x from its subtree's width."""

    def __init__(self, topology: Topology, sizes: Sizes, plan: Layout) -> None:
        self.topology, self.sizes, self.plan = topology, sizes, plan
        self.widths: dict[int, float] = {}

    def place(self, roots: list[_Node]) -> None:
        """Places all subtrees side by side, then stretches the wires to their plugs."""
        self.widths.clear()
        self._row(roots, MARGIN)
        for name, bar in self.plan.wires.items():
            stems = [p.x for plugs in self.plan.plugs.values() for p in plugs if p.interface.wire == name]
            left = min([bar.x, *(x - PAD for x in stems)])
            bar.width = max([bar.right, *(x + PAD for x in stems)]) - left
            bar.x = left

    def length(self) -> float:
        """The wires' length in all: what a good order of the subtrees makes small."""
        return sum(bar.width for bar in self.plan.wires.values())

    def _width(self, node: _Node) -> float:
        if id(node) not in self.widths:
            self.widths[id(node)] = max(self._own(node), self._together(node.children))
        return self.widths[id(node)]

    def _together(self, nodes: list[_Node]) -> float:
        return sum(map(self._width, nodes)) + GAP * max(len(nodes) - 1, 0)

    def _own(self, node: _Node) -> float:
        cell = self.sizes.cell(node.plug.interface)[0] if node.plug else 0
        if node.kind == "plug":
            return cell
        if node.kind == "wire":
            return max(self.sizes.wire(node.name), cell)
        ups = [self.sizes.cell(plug.interface)[0] for plug in self.plan.plugs[node.name] if plug.up]
        return max(self.sizes.host(self.topology.hosts[node.name])[0], sum(ups))

    def _row(self, nodes: list[_Node], left: float) -> None:
        for node in nodes:
            self._node(node, left)
            left += self._width(node) + GAP

    def _node(self, node: _Node, left: float) -> None:
        """Puts the node in the middle of its children, and these under it."""
        middle = left + self._width(node) / 2
        self._row(node.children, middle - self._together(node.children) / 2)
        if node.plug:
            width = self.sizes.cell(node.plug.interface)[0]
            node.plug.cell.x, node.plug.cell.width = middle - width / 2, width
        if node.kind == "wire":
            width = self.sizes.wire(node.name)
            self.plan.wires[node.name] = Box(middle - width / 2, 0, width, BAR)
        elif node.kind == "host":
            self._host(node, middle)

    def _host(self, node: _Node, middle: float) -> None:
        """A box as wide as its own text, its upper plugs side by side, and the way to all its lower plugs."""
        plugs = self.plan.plugs[node.name]
        ups = [plug for plug in plugs if plug.up]
        x = middle - sum(self.sizes.cell(plug.interface)[0] for plug in ups) / 2
        for plug in ups:
            plug.cell.x, plug.cell.width = x, self.sizes.cell(plug.interface)[0]
            x += plug.cell.width
        own = self.sizes.host(self.topology.hosts[node.name])[0]
        left = min([middle - own / 2, *(plug.cell.x for plug in plugs)])
        right = max([middle + own / 2, *(plug.cell.right for plug in plugs)])
        self.plan.hosts[node.name] = Box(left, 0, right - left, 0)


def _untangle(roots: list[_Node], builder: _Builder) -> None:
    """Swaps neighbours as long as that shortens the wires: hosts of one wire come to stand together."""
    families = [family for family in (roots, *_families(roots)) if len(family) > 1]
    builder.place(roots)
    best, better = builder.length(), True
    while better:
        better = False
        for family in families:
            for one, two in combinations(range(len(family)), 2):
                family[one], family[two] = family[two], family[one]
                builder.place(roots)
                if builder.length() < best - 0.5:
                    best, better = builder.length(), True
                else:
                    family[one], family[two] = family[two], family[one]


def _families(nodes: list[_Node]) -> list[list[_Node]]:
    return [node.children for node in _all(nodes)]


def _all(nodes: list[_Node]) -> list[_Node]:
    found = list(nodes)
    for node in found:
        found += node.children
    return found


def _rows(roots: list[_Node], builder: _Builder) -> None:
    """Gives everything its y, row by row, and the drawing its size."""
    plan, nodes, y = builder.plan, _all(roots), MARGIN
    for row in range(max((node.row for node in nodes), default=-1) + 1):
        members = sorted({(node.kind, node.name) for node in nodes if node.row == row and node.kind != "plug"})
        if row % 2 == 0:
            y = _lanes([plan.wires[name] for _, name in members], y)
        else:
            y = _boxes(builder, [name for _, name in members], y + STEM) + STEM
    boxes = [*plan.wires.values(), *plan.hosts.values()]
    plan.width = max((box.right for box in boxes), default=0) + MARGIN
    plan.height = max((box.bottom for box in boxes), default=0) + MARGIN


def _lanes(bars: list[Box], y: float) -> float:
    """Puts each bar into the first lane where it has room; returns the y under the last lane."""
    lanes: list[list[Box]] = []
    for bar in sorted(bars, key=lambda bar: bar.x):
        lane = next((lane for lane in lanes if lane[-1].right + LANE <= bar.x), None)
        if lane is None:
            lane = []
            lanes.append(lane)
        lane.append(bar)
        bar.y = y + lanes.index(lane) * (BAR + LANE)
    return y + len(lanes) * (BAR + LANE) - (LANE if lanes else 0)


def _boxes(builder: _Builder, names: list[str], y: float) -> float:
    """Gives the boxes of a row their common height and their cells their y; returns the y under them."""
    plan, sizes = builder.plan, builder.sizes
    plugs = [plug for name in names for plug in plan.plugs[name]]
    up, down = (max((sizes.cell(p.interface)[1] for p in plugs if p.up is side), default=0) for side in (True, False))
    middle = max(sizes.host(builder.topology.hosts[name])[1] for name in names)
    for name in names:
        own_down = max((sizes.cell(p.interface)[1] for p in plan.plugs[name] if not p.up), default=0)
        box = plan.hosts[name]
        box.y, box.height = y, up + middle + own_down
        plan.bands[name] = Box(box.x, y + up, box.width, middle)
    for plug in plugs:
        height = sizes.cell(plug.interface)[1]
        plug.cell.height, plug.cell.y = height, (y if plug.up else y + up + middle)
    return y + up + middle + down
