# SPDX-License-Identifier: GPL-2.0-or-later
"""A topology as an SVG drawing: wires are bars, hosts are boxes that stems join to their wires.

The file needs nothing else: no script, no font, no other file. It follows the reader's light or dark setting.
Widths of texts are reckoned from the widest glyphs that usual fonts have, so that no font makes texts overlap.
"""

from lab.topology.layout import Box, Layout, Plug, Sizes, lay_out
from lab.topology.model import Host, Interface, Topology, Wire

NAME, TEXT, MONO = 9.6, 6.6, 6.9  # widest advance of a character, in pixels: names, prose, addresses
LINE = 15  # from one line of text to the next
COLOURS = ("#2563eb", "#b45309", "#15803d", "#7c3aed", "#be123c", "#0f766e", "#4d5a6e", "#a21caf")
STYLE = """\
.paper { fill: #ffffff; }
.box { fill: #f8fafc; stroke: #94a3b8; stroke-width: 1.2; }
.band { fill: #e2e8f0; }
text { font-family: system-ui, "Segoe UI", "DejaVu Sans", Helvetica, Arial, sans-serif; text-anchor: middle; }
.name { font-size: 15px; font-weight: 600; fill: #0f172a; }
.about { font-size: 11px; fill: #475569; }
.port { font-size: 12px; font-weight: 600; fill: #0f172a; }
.address { font: 11px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #334155; }
.wire .name, .wire .address { fill: #ffffff; }
.stem { stroke-width: 2.5; }
@media (prefers-color-scheme: dark) {
  .paper { fill: #0f172a; }
  .box { fill: #1e293b; stroke: #64748b; }
  .band { fill: #334155; }
  .name, .port { fill: #f1f5f9; }
  .about, .address { fill: #cbd5e1; }
}
"""


def svg(topology: Topology) -> str:
    """The drawing as an SVG 1.1 document; the same topology always gives the same text."""
    sizes = Sizes(lambda wire: _wire_width(topology.wires[wire]), _host_size, _cell_size)
    plan = lay_out(topology, sizes)
    colours = {name: COLOURS[at % len(COLOURS)] for at, name in enumerate(topology.wires)}
    width, height = _n(plan.width), _n(plan.height)
    lines = [
        "<!-- SPDX-License-Identifier: GPL-2.0-or-later -->",
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img">',
        f"<title>{_escape(topology.about or topology.name)}</title>",
        f"<style>\n{STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
        *_stems(plan, colours),
        *(line for wire in topology.wires.values() for line in _wire(wire, plan.wires[wire.name], colours)),
        *(line for host in topology.hosts.values() for line in _host(host, plan, colours)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _prefixes(wire: Wire) -> str:
    return "  ".join(map(str, wire.prefixes))


def _wire_width(wire: Wire) -> float:
    return max(len(wire.name) * NAME, len(_prefixes(wire)) * MONO) + 28


def _host_size(host: Host) -> tuple[float, float]:
    """The room for the band with the name and what the host is."""
    texts = _notes(host)
    return max([len(host.name) * NAME, *(len(text) * TEXT for text in texts)]) + 28, 27 + LINE * len(texts)


def _notes(host: Host) -> list[str]:
    nat = f"can NAT {host.nat.inside} to {host.nat.outside}" if host.nat else ""
    return [text for text in (host.about, nat) if text]


def _cell_size(interface: Interface) -> tuple[float, float]:
    """The room for an interface's name and addresses."""
    widest = max([len(interface.name) * 9, *(len(str(a.ip)) * MONO for a in interface.addresses)])
    return widest + 28, 16 + LINE * (1 + len(interface.addresses))


def _stems(plan: Layout, colours: dict[str, str]) -> list[str]:
    """First in the document, so that a stem that passes a wire of another lane goes under it."""
    return [_stem(plan.wires[plug.interface.wire], plan.hosts[host], plug, colours[plug.interface.wire])
            for host, plugs in plan.plugs.items() for plug in plugs]


def _stem(bar: Box, box: Box, plug: Plug, colour: str) -> str:
    top, bottom = (bar.bottom, box.y) if plug.up else (box.bottom, bar.y)
    x = _n(plug.x)
    return f'<line class="stem" stroke="{colour}" x1="{x}" y1="{_n(top)}" x2="{x}" y2="{_n(bottom)}"/>'


def _wire(wire: Wire, bar: Box, colours: dict[str, str]) -> list[str]:
    middle = bar.x + bar.width / 2
    prefixes = _prefixes(wire)
    return [
        f'<g class="wire" id="wire-{wire.name}">',
        f"<title>{_escape(wire.name + (': ' + wire.about if wire.about else ''))}</title>",
        f'<rect {_rect(bar)} rx="7" fill="{colours[wire.name]}"/>',
        _text("name", middle, bar.y + (17 if prefixes else 25), wire.name),
        *([_text("address", middle, bar.y + 32, prefixes)] if prefixes else []),
        "</g>",
    ]


def _host(host: Host, plan: Layout, colours: dict[str, str]) -> list[str]:
    box, band, plugs = plan.hosts[host.name], plan.bands[host.name], plan.plugs[host.name]
    middle = box.x + box.width / 2
    y = band.y + (band.height - _host_size(host)[1]) / 2
    inside = Box(band.x + 0.6, band.y + 0.6, band.width - 1.2, band.height - 1.2)
    return [
        f'<g class="host" id="host-{host.name}">',
        f'<rect class="box" {_rect(box)} rx="7"/>',
        f'<rect class="band" {_rect(inside)} rx="6"/>',
        _text("name", middle, y + 19, host.name),
        *(_text("about", middle, y + 35 + LINE * at, text) for at, text in enumerate(_notes(host))),
        *(line for plug in plugs for line in _plug(host, box, plug, colours[plug.interface.wire])),
        "</g>",
    ]


def _plug(host: Host, box: Box, plug: Plug, colour: str) -> list[str]:
    interface, cell, x = plug.interface, plug.cell, plug.x
    addresses = [_text("address", x, cell.y + 19 + LINE * at, str(address.ip))
                 for at, address in enumerate(interface.addresses, 1)]
    return [
        f"<g><title>{host.name} {interface.name}: {interface.mac}</title>",
        f'<circle cx="{_n(x)}" cy="{_n(box.y if plug.up else box.bottom)}" r="4.5" fill="{colour}"/>',
        _text("port", x, cell.y + 19, interface.name),
        *addresses,
        "</g>",
    ]


def _text(kind: str, x: float, y: float, text: str) -> str:
    return f'<text class="{kind}" x="{_n(x)}" y="{_n(y)}" xml:space="preserve">{_escape(text)}</text>'


def _rect(box: Box) -> str:
    return f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'


def _n(value: float) -> str:
    """One decimal at most: more is noise in a diff."""
    return f"{value:.1f}".removesuffix(".0")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
