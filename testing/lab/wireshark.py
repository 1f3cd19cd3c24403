# SPDX-License-Identifier: GPL-2.0-or-later
"""A second opinion on what was on the wires: tshark's, with the keys that pluto has logged on the hosts of a test.

Pluto writes them where PLUTO_KEYLOG says, in files of the names that Wireshark's configuration has, one line an SA.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import sharkd
from lab.errors import UnresolvedError

KEYLOG = "/var/log/pluto-keys"  # on a host; its logs are kept with a run
MALFORMED = "malformed"  # the tag of tests that send such messages on purpose

_TABLES = ("ikev2_decryption_table", "esp_sa")
_NOT_DECRYPTED = "cannot be decrypted with the keys that were logged"
_DECRYPT = ("esp.enable_encryption_decode", "TRUE")
_MALFORMED_FRAMES = "_ws.malformed"  # display filters of Wireshark's
_FRAMES_WITH_ERRORS = "_ws.expert.severity >= 0x800000"  # PI_ERROR, the highest severity
# RFC 7296, SK, and RFC 7383, SKF
_OPAQUE_IKE = "(isakmp.typepayload == 46 or isakmp.typepayload == 53) and not isakmp.enc.decrypted"
_OPAQUE_ESP = 'frame.protocols matches ":esp$"'
_IKE = {"500": "isakmp", "4500": "udpencap"}


def has_keys(out: Path) -> bool:
    """Whether a run left keys, and there is a Wireshark to use them."""
    return any(_logs(out, _TABLES[0])) and sharkd.is_there()


def complaints(out: Path) -> list[str]:
    """What is wrong with the packets of the run in folder out, outside and inside; "WIRE packet N: WHY" of each."""
    keys = {name: _lines(out, name) for name in _TABLES}
    found = []
    for path in _captures(out):
        with _session(path, keys) as session:
            ports, complaints = _translated(session), _wrong(session, _known(keys))
        if ports:
            with _session(path, keys, ports) as session:
                complaints = _wrong(session, _known(keys))
        found += [f"{path.stem} packet {number}: {why}" for number, why in sorted(complaints.items())]
    return found


def show(out: Path, wire: str, options: list[str]) -> int:
    """Have tshark print a wire's packets, decrypted; its exit status."""
    with tempfile.TemporaryDirectory(prefix="lab-tshark-") as folder:
        for name in _TABLES:
            (Path(folder) / name).write_text("".join(f"{line}\n" for line in _lines(out, name)), encoding="utf-8")
        words = ["tshark", "-n", "-r", str(out / f"{wire}.pcap"), "-o", ":".join(_DECRYPT), *options]
        return subprocess.run(words, env={**os.environ, "WIRESHARK_CONFIG_DIR": folder}, check=False).returncode


@contextmanager
def _session(path: Path, keys: dict[str, list[str]], ports: dict[str, str] | None = None) -> Iterator[sharkd.Session]:
    """A capture, read with these keys, and with these ports for protocols."""
    with sharkd.Session() as session:
        for name, value in (_DECRYPT, *(ports or {}).items()):
            if not session.set(name, value):
                raise UnresolvedError(f"sharkd does not take {name}: {value}")
        for name, lines in keys.items():
            for line in lines:
                session.set(f"uat:{name}", line)  # it knows not all algorithms; what that leaves opaque will be found
        session.load(path)
        yield session


def _translated(session: sharkd.Session) -> dict[str, str]:
    """Preferences for ports that a NAT has put in IKE's place: the lower of two is taken for that of another protocol."""
    fields = ("udp.srcport", "udp.dstport")
    found = session.frames(fields, f"udp.port in {{{', '.join(_IKE)}}}")
    pairs = {tuple(row[field].split(",")[0] for field in fields) for row in found}  # of the outermost, if more are within
    ports = {here: {there for pair in pairs for there in pair if here in pair and int(there) < int(here)} - _IKE.keys()
             for here in _IKE}
    return {f"{_IKE[here]}.udp.port": ",".join([here, *sorted(others)]) for here, others in ports.items() if others}


def _wrong(session: sharkd.Session, known: set[tuple[str, str] | str]) -> dict[int, str]:
    """What is wrong with packets, by their numbers."""
    found = {}
    for row in session.frames(("frame.number", "isakmp.ispi", "isakmp.rspi"), _OPAQUE_IKE):
        if (row["isakmp.ispi"], row["isakmp.rspi"]) in known:
            found[int(row["frame.number"])] = _NOT_DECRYPTED
    for row in session.frames(("frame.number", "esp.spi"), _OPAQUE_ESP):
        if row["esp.spi"].split(",")[-1].split()[0] in known:  # "0x00001234 (4660)"
            found[int(row["frame.number"])] = _NOT_DECRYPTED
    for row in session.frames(("frame.number", "_ws.expert.message"), _FRAMES_WITH_ERRORS):
        found[int(row["frame.number"])] = row["_ws.expert.message"]
    return found | {int(row["frame.number"]): "malformed" for row in session.frames(("frame.number",), _MALFORMED_FRAMES)}


def _known(keys: dict[str, list[str]]) -> set[tuple[str, str] | str]:
    """The SAs whose keys there are: IKE SAs by both SPIs, Child SAs by theirs."""
    ike, esp = (keys[name] for name in _TABLES)
    return {tuple(line.split(",")[:2]) for line in ike} | {line.split(",")[3].strip('"') for line in esp}


def _lines(out: Path, name: str) -> list[str]:
    """The keys of all hosts for one of Wireshark's tables; both ends of an SA have logged the same line."""
    return sorted({_everywhere(line) for path in _logs(out, name) for line in path.read_text(encoding="utf-8").splitlines()})


def _everywhere(line: str) -> str:
    """A Child SA's line for any addresses: behind a NAT it has others than one end has logged."""
    words = line.split(",")
    return ",".join([words[0], '"*"', '"*"', *words[3:]]) if line.startswith('"IP') else line


def _captures(out: Path) -> list[Path]:
    """Those in which there is something to decrypt."""
    texts = {path: path.with_suffix(".capture.txt") for path in sorted(out.glob("*.pcap"))}
    return [path for path, text in texts.items() if not text.exists() or any(
        word in text.read_text(encoding="utf-8", errors="replace") for word in ("IKE", "ESP"))]


def _logs(out: Path, name: str) -> Iterator[Path]:
    return out.glob(f"*{KEYLOG}/{name}")
