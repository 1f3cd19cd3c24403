# SPDX-License-Identifier: GPL-2.0-or-later
"""tshark's opinion of captures: what it must find, and what it must not."""

import os
import shutil
import signal
import subprocess
import sys

import pytest
import scratch
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from scapy.layers.inet import IP, UDP
from scapy.layers.ipsec import ESP
from scapy.layers.l2 import Ether

from lab import paths, wireshark
from lab.capture.pcap import Writer

pytestmark = pytest.mark.skipif(shutil.which("sharkd") is None, reason="wireshark-common is not installed")

INITIATOR, RESPONDER = bytes(range(1, 9)), bytes(range(9, 17))
KEY, SALT = bytes(32), b"salt"
LINE = (f'{INITIATOR.hex()},{RESPONDER.hex()},{(KEY + SALT).hex()},{(KEY + SALT).hex()},'
        '"AES-GCM-256 with 16 octet ICV [RFC5282]",,,"NONE [RFC4306]"\n')
NOTIFY = bytes.fromhex("0000000800004000")  # INITIAL_CONTACT
TOO_LONG = bytes.fromhex("0000001800004000")  # it says 24 bytes and has 8


def message(inside: bytes, key: bytes = KEY) -> bytes:
    """An INFORMATIONAL request with a notification in its SK payload: RFC 7296, 3.14, RFC 5282."""
    plain, iv = inside + b"\0", bytes(8)
    body = 4 + len(iv) + len(plain) + 16
    head = INITIATOR + RESPONDER + bytes((46, 0x20, 37, 8)) + (2).to_bytes(4) + (28 + body).to_bytes(4)
    head += bytes((41, 0)) + body.to_bytes(2)
    return head + iv + AESGCM(key).encrypt(SALT + iv, plain, head)


def run_with(folder, *messages: bytes, keys: str = LINE, sport: int = 500):
    """A run's folder, with these messages on the internet and these keys on west."""
    logs = folder / "west/var/log/pluto-keys"
    logs.mkdir(parents=True)
    (logs / "ikev2_decryption_table").write_text(keys, encoding="utf-8")
    (logs / "esp_sa").write_text("", encoding="utf-8")
    with (folder / "internet.pcap").open("wb") as file:
        writer = Writer(file)
        for number, data in enumerate(messages):
            frame = Ether() / IP(src="192.1.2.45", dst="192.1.2.23") / UDP(sport=sport, dport=500) / data
            writer.packet(number, 0, bytes(frame))
    return folder


def test_right(tmp_path):
    out = run_with(tmp_path, message(NOTIFY), message(NOTIFY))
    assert wireshark.has_keys(out)
    assert wireshark.complaints(out) == []


def test_port_of_another_protocol(tmp_path):
    """A NAT may choose Auto-RP's."""
    assert wireshark.complaints(run_with(tmp_path / "good", message(NOTIFY), sport=496)) == []
    assert wireshark.complaints(run_with(tmp_path / "bad", message(TOO_LONG), sport=496)) != []


def test_malformed_inside(tmp_path):
    out = run_with(tmp_path, message(NOTIFY), message(TOO_LONG))
    assert [line.split(":")[0] for line in wireshark.complaints(out)] == ["internet packet 2"]


def test_malformed_outside(tmp_path):
    out = run_with(tmp_path, message(NOTIFY)[:-1])
    assert len(wireshark.complaints(out)) == 1


def test_other_key(tmp_path):
    out = run_with(tmp_path, message(NOTIFY, key=bytes([1] * 32)))
    assert len(wireshark.complaints(out)) == 1


def test_unknown_sa(tmp_path):
    """What nobody has keys for cannot be judged."""
    assert wireshark.complaints(run_with(tmp_path, message(TOO_LONG), keys="")) == []


def test_algorithm_that_tshark_does_not_know(tmp_path):
    """It says nothing of such a line, but then it has no key."""
    out = run_with(tmp_path, message(NOTIFY), keys=LINE.replace("AES-GCM-256", "AES-GCM-257"))
    assert "cannot be decrypted" in wireshark.complaints(out)[0]


@pytest.mark.parametrize("spi", ["0x00001234", "0x00001235"])
def test_esp(tmp_path, spi):
    """One whose SPI is in the table and that does not become a packet is complained of, others are not."""
    out = run_with(tmp_path)
    line = f'"IPv4","192.1.2.45","192.1.2.23","{spi}","AES-GCM with 16 octet ICV [RFC4106]","0x00","NULL",""\n'
    (out / "west/var/log/pluto-keys/esp_sa").write_text(line, encoding="utf-8")
    with (out / "internet.pcap").open("wb") as file:
        frame = Ether() / IP(src="192.1.2.45", dst="192.1.2.23") / ESP(spi=0x1234, seq=1, data=bytes(64))
        Writer(file).packet(0, 0, bytes(frame))
    assert bool(wireshark.complaints(out)) == (spi == "0x00001234")


def test_no_keys(tmp_path):
    assert not wireshark.has_keys(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_daemon_ends_with_who_started_it(number):
    """However that ends, and with all copies of it that are being asked."""
    script = "from lab import sharkd; s = sharkd.Session(); s.set('ip.defragment', 'TRUE'); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          env={**os.environ, "PYTHONPATH": str(paths.TESTING)}) as process:
        process.stdout.readline()
        daemons = [pid for pid, line in scratch.descendants(process.pid).items() if line.startswith("sharkd ")]
        assert len(daemons) == 2
        process.send_signal(number)
    scratch.until(lambda: not any(map(scratch.alive, daemons)), "the daemon to end")


def test_daemon_is_one(tmp_path):
    """Also of processes that are forked: to start it is what takes long."""
    assert wireshark.complaints(run_with(tmp_path, message(NOTIFY))) == []
    before = sharkds()
    if (pid := os.fork()) == 0:
        os._exit(bool(wireshark.complaints(tmp_path)))
    assert os.waitpid(pid, 0)[1] == 0
    assert before and sharkds() <= before  # each has a process a connection, which can take a while to end


def sharkds() -> set[str]:
    """The command lines of those that this process has, which tell them apart by their sockets."""
    return {line for line in scratch.descendants(os.getpid()).values() if line.startswith("sharkd ")}
