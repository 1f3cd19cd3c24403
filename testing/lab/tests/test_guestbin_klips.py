# SPDX-License-Identifier: GPL-2.0-or-later
"""The command of guestbin that speaks KLIPS's control protocol by itself: its numbers are the protocol's."""

import re
import struct
import sys

import pytest

from lab import paths

sys.path.insert(0, str(paths.TESTING / "guestbin"))
many = __import__("klips-many")


def _numbers() -> dict[str, int]:
    text = (paths.ROOT / "src" / "lib" / "klips_control.h").read_text(encoding="ascii")
    return {name: int(value, 0) for name, value in re.findall(r"^\t(KLIPS_\w+) = (\w+),$", text, re.M)}


def _read(data: bytes) -> list[tuple[int, bytes]]:
    """The attributes of a message, by number without the mark of a nest."""
    found = []
    while data:
        length, number = struct.unpack_from("=HH", data)
        found.append((number & ~many.NEST, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


@pytest.mark.parametrize(("name", "number"), [
    ("CMD_SA_ADD", many.SA_ADD), ("CMD_EROUTE_ADD", many.EROUTE_ADD), ("CONTROL_MODE_TUNNEL", many.TUNNEL)])
def test_operations(name, number):
    assert _numbers()[f"KLIPS_{name}"] == number


def test_an_sa():
    attributes = dict(_read(many.sa(0x12345)))
    name = {key.removeprefix("KLIPS_A_SA_"): value for key, value in _numbers().items() if key.startswith("KLIPS_A_SA_")}
    assert set(attributes) == {name["SAID"], name["SRC"], name["KEYS"], name["MODE"]}
    said = {number: value for number, value in _read(attributes[name["SAID"]])}
    assert said[_numbers()["KLIPS_A_SAID_SPI"]] == bytes.fromhex("00012345")
    assert said[_numbers()["KLIPS_A_SAID_PROTO"]] == bytes([50])
    keys = dict(_read(attributes[name["KEYS"]]))
    assert keys == {_numbers()["KLIPS_A_KEYS_ENCR"]: b"aes-gcm-16\0", _numbers()["KLIPS_A_KEYS_ENCR_KEY"]: many.KEY}


def test_an_eroute():
    attributes = dict(_read(many.eroute(256, "10.1.2.3")))
    assert set(attributes) == {_numbers()["KLIPS_A_EROUTE_SELECTOR"], _numbers()["KLIPS_A_EROUTE_SAID"]}
    selector = dict(_read(attributes[_numbers()["KLIPS_A_EROUTE_SELECTOR"]]))
    assert selector[_numbers()["KLIPS_A_SELECTOR_SRC_BITS"]] == bytes([24])
    assert selector[_numbers()["KLIPS_A_SELECTOR_DST_BITS"]] == bytes([32])
    assert selector[_numbers()["KLIPS_A_SELECTOR_DST"]].endswith(bytes([10, 1, 2, 3]))
