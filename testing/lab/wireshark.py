# SPDX-License-Identifier: GPL-2.0-or-later
"""A second opinion on what was on the wires: tshark's, with the keys that pluto has logged on the hosts of a test.

Pluto writes them where PLUTO_KEYLOG says, in files of the names that Wireshark's configuration has, one line an SA.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEYLOG = "/var/log/pluto-keys"  # on a host; its logs are kept with a run
MALFORMED = "malformed"  # the tag of tests that send such messages on purpose

_TABLES = ("ikev2_decryption_table", "esp_sa")
_LIMIT = 60.0
_ERROR = 0x800000  # Wireshark's PI_ERROR, the highest severity
_PROTECTED = {"46", "53"}  # RFC 7296, SK, and RFC 7383, SKF
_FIELDS = ("frame.number", "_ws.malformed", "_ws.expert.severity", "_ws.expert.message", "isakmp.ispi", "isakmp.rspi",
           "isakmp.typepayload", "isakmp.enc.decrypted", "esp.spi", "frame.protocols", "udp.srcport", "udp.dstport")
_IKE = {"500": "isakmp", "4500": "udpencap"}
_DECRYPT = ("-o", "esp.enable_encryption_decode:TRUE")


def has_keys(out: Path) -> bool:
    """Whether a run left keys, and there is a tshark to use them."""
    return any(_logs(out, _TABLES[0])) and shutil.which("tshark") is not None


def complaints(out: Path) -> list[str]:
    """What is wrong with the packets of the run in folder out, outside and inside; "WIRE packet N: WHY" of each."""
    found = []
    with _configuration(out) as environment:
        known = _known(Path(environment["WIRESHARK_CONFIG_DIR"]))
        for path in _captures(out):
            done, rows = _dissect(path, [], environment)
            if others := _translated(rows):
                done, rows = _dissect(path, others, environment)
            found += [f"{path.stem} packet {row['frame.number']}: {why}" for row in rows if (why := _wrong(row, known))]
            if done.returncode:
                found.append(f"{path.stem}: tshark: {done.stderr.strip()}")
    return found


def show(out: Path, wire: str, options: list[str]) -> int:
    """Have tshark print a wire's packets, decrypted; its exit status."""
    with _configuration(out) as environment:
        words = ["tshark", "-n", "-r", str(out / f"{wire}.pcap"), *_DECRYPT, *options]
        return subprocess.run(words, env=environment, check=False).returncode


def _dissect(path: Path, options: list[str], environment: dict[str, str]) -> tuple[subprocess.CompletedProcess,
                                                                                   list[dict[str, str]]]:
    words = [word for field in _FIELDS for word in ("-e", field)]
    done = _tshark(path, ["-T", "fields", *words, *options], environment)
    return done, [dict(zip(_FIELDS, line.split("\t"), strict=False)) for line in done.stdout.splitlines()]


def _translated(rows: list[dict[str, str]]) -> list[str]:
    """Options for ports that a NAT has put in IKE's place: tshark takes the lower one for that of another protocol."""
    pairs = {(row.get("udp.srcport", ""), row.get("udp.dstport", "")) for row in rows}
    pairs |= {(there, here) for here, there in pairs}
    return [word for here, there in sorted(pairs) if here in _IKE and there not in _IKE
            for word in ("-d", f"udp.port=={there},{_IKE[here]}")]


def _wrong(row: dict[str, str], known: set[tuple[str, str] | str]) -> str:
    if row.get("_ws.malformed"):
        return "malformed"
    if any(int(one) >= _ERROR for one in row.get("_ws.expert.severity", "").split(",") if one):
        return row.get("_ws.expert.message", "")
    is_protected = _PROTECTED & set(row.get("isakmp.typepayload", "").split(","))
    is_opaque = is_protected and not row.get("isakmp.enc.decrypted")
    is_opaque_esp = row.get("frame.protocols", "").endswith(":esp")
    if (is_opaque and (row["isakmp.ispi"], row["isakmp.rspi"]) in known) or (is_opaque_esp and row["esp.spi"] in known):
        return "cannot be decrypted with the keys that were logged"
    return ""


def _known(folder: Path) -> set[tuple[str, str] | str]:
    """The SAs whose keys there are: IKE SAs by both SPIs, Child SAs by theirs."""
    ike, esp = ((folder / name).read_text(encoding="utf-8").splitlines() for name in _TABLES)
    return {tuple(line.split(",")[:2]) for line in ike} | {line.split(",")[3].strip('"') for line in esp}


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


def _tshark(path: Path, options: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(["tshark", "-n", "-r", str(path), *_DECRYPT, *options], env=environment, capture_output=True,
                          text=True, errors="replace", timeout=_LIMIT, check=False)


@contextmanager
def _configuration(out: Path) -> Iterator[dict[str, str]]:
    """An environment in which tshark has the keys of all hosts; both ends of an SA have logged the same line."""
    with tempfile.TemporaryDirectory(prefix="lab-tshark-") as folder:
        for name in _TABLES:
            lines = {_everywhere(line) for path in _logs(out, name)
                     for line in path.read_text(encoding="utf-8").splitlines()}
            (Path(folder) / name).write_text("".join(f"{line}\n" for line in sorted(lines)), encoding="utf-8")
        yield {**os.environ, "WIRESHARK_CONFIG_DIR": folder}
