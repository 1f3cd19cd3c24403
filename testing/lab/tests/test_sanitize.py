# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the sanitizers' machinery and of each sanitizer, on what the programs really print."""

import subprocess
from pathlib import Path

import pytest

from lab import sanitize as module
from lab.errors import UnresolvedError, UsageError
from lab.sanitize import DEFAULT_CHAIN, known, resolve, sanitize

FOLDER = Path(__file__).resolve().parents[2] / "sanitizers"


def clean(text, *names):
    return sanitize(text, resolve(names or DEFAULT_CHAIN, [FOLDER]))


def written(folder, **files):
    """Paths of the files FOLDER/NAME.SUFFIX for each NAME_SUFFIX=TEXT."""
    paths = []
    for name, text in files.items():
        path = folder / ".".join(name.rsplit("_", 1))
        path.write_text(text)
        paths.append(path)
    return paths


# What each sanitizer masks: (its name, printed, masked).
MASKED = [
    ("ping", "64 bytes from 192.0.2.254: icmp_seq=1 ttl=64 time=0.053 ms",
     "64 bytes from 192.0.2.254: icmp_seq=1 ttl=64 time=TIME ms"),
    ("ping", "2 packets transmitted, 2 received, 0% packet loss, time 1007ms",
     "2 packets transmitted, 2 received, 0% packet loss, time TIMEms"),
    ("ping", "2 packets transmitted, 0 received, +2 errors, 100% packet loss, time 1001ms",
     "2 packets transmitted, 0 received, +2 errors, 100% packet loss, time TIMEms"),
    ("ping", "rtt min/avg/max/mdev = 0.864/0.936/1.009/0.072 ms, pipe 3, ipg/ewma 1.0/0.9 ms",
     "rtt min/avg/max/mdev = TIMES"),
    ("dates", "2026-11-22T00:39:18.123456+01:00 up", "DATE up"),
    ("dates", "add 2026-11-22 00:39:18 use 2026-11-22 00:39:19", "add DATE use DATE"),
    ("dates", "Not Before: Nov 22 00:39:18 2026 GMT", "Not Before: DATE"),
    ("dates", "Sun Nov  1 00:39:18 UTC 2026", "DATE"),
    ("dates", "Sun,  1 Nov 2026 00:39:18 +0000", "DATE"),
    ("dates", "Nov 22 00:39:18 west charon: up", "DATE west charon: up"),
    ("dates", "00:39:18.123456 IP 192.1.2.45 > 192.1.2.23: ESP", "TIME IP 192.1.2.45 > 192.1.2.23: ESP"),
    ("pids", "[1] 4711", "[1] PID"),
    ("pids", "[1]+  4711 Terminated              ping", "[1]+ PID Terminated              ping"),
    ("pids", "charon is up, pid 4711, pid=4712, PID: 4713", "charon is up, pid PID, pid=PID, PID: PID"),
    ("pids", "west charon-systemd[4711]: up", "west charon-systemd[PID]: up"),
    ("pids", "./run: line 3:  4711 Killed                  charon",
     "./run: line 3:  PID Killed                  charon"),
    ("certificate-hashes", "GET /certs/da39a3ee5e6b4b0d3255bfef95601890afd80709 200", "GET /certs/HASH 200"),
    ("tmp", "cat /tmp/tmp.aB3dE5gH9k/x /tmp/tmpab_d3f9z", "cat /tmp/tmp.RANDOM/x /tmp/tmpRANDOM"),
    ("strongswan", "  established 1s ago, rekeying in 14276s, reauth",
     "  established TIME ago, rekeying in TIME, reauth"),
    ("strongswan", "    installed 1s ago, rekeying in 3285s, expires in 3959s",
     "    installed TIME ago, rekeying in TIME, expires in TIME"),
    ("strongswan", "    in  8f8e7931,    168 bytes,     2 packets,    12s ago",
     "    in  8f8e7931,    168 bytes,     2 packets, TIME ago"),
    ("strongswan", "[ENC] parsed QUICK_MODE response 2029993521 [ HASH SA No ID ID ]",
     "[ENC] parsed QUICK_MODE response MSGID [ HASH SA No ID ID ]"),
    ("strongswan", "[IKE] scheduling rekeying in 14277s", "[IKE] scheduling rekeying in TIME"),
    ("strongswan", "[IKE] maximum IKE_SA lifetime 15717s", "[IKE] maximum IKE_SA lifetime TIME"),
    ("strongswan", "[IKE] received AUTH_LIFETIME of 9959s, scheduling reauthentication in 9419s",
     "[IKE] received AUTH_LIFETIME of TIME, scheduling reauthentication in TIME"),
    ("strongswan", "[NET] sending packet: from 192.1.2.45[500] to 192.1.2.23[500] (232 bytes)",
     "[NET] sending packet: from 192.1.2.45[500] to 192.1.2.23[500] (SIZE bytes)"),
    ("strongswan", "[ENC] splitting IKE message (1729 bytes) into 2 fragments",
     "[ENC] splitting IKE message (SIZE bytes) into 2 fragments"),
    ("strongswan", "established=1 rekey-time=14276 install-time=1 use-in=0 bytes-in=168",
     "established=TIME rekey-time=TIME install-time=TIME use-in=TIME bytes-in=168"),
    ("strongswan", "strongSwan swanctl 5.9.8", "strongSwan swanctl VERSION"),
    ("strongswan", "Starting charon-systemd (strongSwan 5.9.8, Linux 6.1.0-9-amd64, x86_64)",
     "Starting charon-systemd (strongSwan VERSION)"),
    ("strongswan", "uptime: 3 seconds, since Nov 22 00:39:18 2026", "uptime: TIME"),
    ("strongswan", "DATE 07[IKE] peer supports MOBIKE", "DATE NN[IKE] peer supports MOBIKE"),
    ("strongswan", "07[IKE] peer supports MOBIKE", "NN[IKE] peer supports MOBIKE"),
    ("strongswan", "01:29:05 11[IKE] sending DPD request", "TIME NN[IKE] sending DPD request"),
    ("strongswan", "plugin 'tpm' failed to load: libtss2-sys.so.1: cannot open", ""),
    ("strongswan-ids", "[IKE] IKE_SA west-east[3] established", "[IKE] IKE_SA west-east[ID] established"),
    ("strongswan-ids", "[IKE] establishing CHILD_SA net{2}", "[IKE] establishing CHILD_SA net{ID}"),
    ("strongswan-ids", "  net: #2, reqid 1, INSTALLED", "  net: #ID, reqid ID, INSTALLED"),
    ("strongswan-fragments", "[ENC] parsed IKE_AUTH response 1 [ EF(2/3) ]",
     "[ENC] parsed IKE_AUTH response 1 [ EF(N/3) ]"),
    ("strongswan-fragments", "[ENC] generating IKE_AUTH request 1 [ EF(2/3) ]",
     "[ENC] generating IKE_AUTH request 1 [ EF(2/3) ]"),
    ("strongswan-fragments", "[ENC] received fragment #1 of 2, waiting for complete IKE message",
     "[ENC] received fragment #N of 2, waiting for complete IKE message"),
    ("libreswan", '006 #2: "west-east", type=ESP, add_time=1767225610, inBytes=84',
     '006 #2: "west-east", type=ESP, add_time=TIME, inBytes=84'),
    ("libreswan", "#1: deleting state (STATE_V2_ESTABLISHED_IKE_SA) aged 0.000715s and sending notification",
     "#1: deleting state (STATE_V2_ESTABLISHED_IKE_SA) aged TIME and sending notification"),
    ("libreswan", "{using isakmp#1 msgid:8f52bda8 proposal=AES_CBC_256-HMAC_SHA2_256_128 pfsgroup=MODP2048}",
     "{using isakmp#1 msgid:MSGID proposal=AES_CBC_256-HMAC_SHA2_256_128 pfsgroup=MODP2048}"),
    ("klips", "esp0x1002@192.1.2.23 ESP_NULL: dir=out src=192.1.2.45 life(c,s,h)=bytes(84,0,0)addtime(3,0,0)usetime(2,1,9)"
     "packets(1,0,0) idle=2 natencap=none refcount=3 ref=1",
     "esp0x1002@192.1.2.23 ESP_NULL: dir=out src=192.1.2.45 life(c,s,h)=bytes(84,0,0)usetime(TIME,1,9)packets(1,0,0) "
     "natencap=none ref=1"),
    ("klips", "expire hard esp0x1002@192.1.2.23 bytes=84 packets=1 addtime=2 usetime=0",
     "expire hard esp0x1002@192.1.2.23 bytes=84 packets=1 addtime=TIME usetime=TIME"),
    ("klips", "crypto: intel-ipsec-mb 1.3", "crypto: LIBRARY"),
    ("klips", "Cygnet KLIPS version: 0.1", "Cygnet KLIPS version: VERSION"),
    ("klips", "ipsec klips: klipsd runs already, as process 25", "ipsec klips: klipsd runs already, as process PID"),
    ("stacks", "type=ESP, inBytes=140, outBytes=84", "type=ESP, inBytes=BYTES, outBytes=84"),
    ("openiked", "iked_sas: 0x552ab8a810 rspi 0x4b ispi 0x5e 192.1.2.45:500->192.1.2.23:500 nexti (nil) pol 0x552ab8bd30",
     "iked_sas: MEMORY rspi 0x4b ispi 0x5e 192.1.2.45:500->192.1.2.23:500 nexti (nil) pol MEMORY"),
    ("openiked", "  sa_childsas: 0x552aba2d80 ESP 0x9c2aa0f9 out (L) B=(nil) P=0x552aba2e30 @0x552ab8a810",
     "  sa_childsas: MEMORY ESP 0x9c2aa0f9 out (L) B=(nil) P=MEMORY @MEMORY"),
    ("ip", "2: eth1@if7: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP",
     "N: eth1@ifN: <BROADCAST,UP> mtu 1500 qdisc noqueue state UP"),
    ("ip", "3: ipsec0: <NOARP,UP> mtu 1400 qdisc fq_codel state",
     "N: ipsec0: <NOARP,UP> mtu 1400 qdisc DEFAULT state"),
    ("ip", "       valid_lft 86399sec preferred_lft 14399sec",
     "       valid_lft TIMEsec preferred_lft TIMEsec"),
    ("ip", "    inet6 fe80::da4e:9f9e:539a:cb2d/64 scope link stable-privacy ",
     "    inet6 fe80::RANDOM/64 scope link stable-privacy "),
    ("ip", "local fe80::da4e:9f9e:539a:cb2d dev ipsec0 table local",
     "local fe80::RANDOM dev ipsec0 table local"),
    ("ip", "192.1.2.23 dev eth1 lladdr 12:00:00:64:64:23 DELAY ",
     "192.1.2.23 dev eth1 lladdr 12:00:00:64:64:23 REACHABLE "),
    ("ip-xfrm", f"\tauth-trunc hmac(sha1) 0x{'1a' * 20} 96", "\tauth-trunc hmac(sha1) KEY:160bits 96"),
    ("ip-xfrm", "\tenc cbc(blowfish) 0x1234abcd", "\tenc cbc(blowfish) KEY:otherbits"),
    ("ip-xfrm", f"\taead rfc4106(gcm(aes)) 0x{'a1' * 20} (160 bits) 128",
     "\taead rfc4106(gcm(aes)) KEY:160bits (160 bits) 128"),
    ("ip-xfrm", "\tenc cbc(aes) 0x00112233445566778899aabbccddeeff\n", "\tenc cbc(aes) KEY:128bits\n"),
    ("ip-xfrm", "\tproto esp spi 0x0b82fbf6(192085000) reqid 1(0x00000001) mode tunnel\n",
     "\tproto esp spi 0x0b82fbf6(N) reqid 1(0x00000001) mode tunnel\n"),
    ("ip-xfrm", "\t  expire add: soft 3296(sec), hard 3960(sec)\n", "\t  expire add: soft TIME(sec), hard TIME(sec)\n"),
    ("ip-xfrm", "\treplay-window 0 seq 0x00000012 flag  (0x00000000)\n",
     "\treplay-window 0 seq 0xN flag  (0x00000000)\n"),
    ("ip", "\tdir out action allow index 17 priority 1757393",
     "\tdir out action allow index N priority 1757393"),
    ("ip-counters", "    RX:  bytes packets errors\n          2125      15      0 \nend",
     "    RX:  bytes packets errors\n    NUMBERS\nend"),
    ("nft", "\t\tcounter packets 12 bytes 840 drop # handle 3",
     "\t\tcounter packets SOME bytes SOME drop # handle N"),
    ("nft", "Chain INPUT (policy ACCEPT 12 packets, 34K bytes)",
     "Chain INPUT (policy ACCEPT N packets, N bytes)"),
    ("x509", "serial=2190792750C21AF9", "serial=SERIAL"),
    ("x509", "  serial:    21:90:79:27", "  serial:    SERIAL"),
    ("x509", "  authkeyId: ff:79:44:f2", "  authkeyId: KEYID"),
    ("x509", "SHA1 Fingerprint=5B:B1:9F", "SHA1 Fingerprint=FINGERPRINT"),
    ("x509", "             not after  Dec 22 00:39:18 2026, ok (expires in 29 days)",
     "             not after  DATE, ok"),
    ("x509", "  validity:  not before Nov 22 00:39:18 2026, not valid yet (valid in 2 days)",
     "  validity:  not before DATE, not valid yet"),
    ("x509", "             not after  Dec 22 00:39:18 2025, expired (335 days ago)",
     "             not after  DATE, expired"),
    ("x509", "notAfter=Dec 22 00:39:18 2026 GMT", "notAfter=DATE"),
    ("slow", '010 "west-east"[1] 192.1.2.23 #1: STATE_V2_PARENT_I2: retransmission; will wait 0.5 seconds for response\nend',
     "end"),
    ("x509-blocks", "    Signature Value:\n        30:46:02:21:\n        74:13:b0\nend",
     "    Signature Value:\n        OCTETS\nend"),
    ("x509-blocks", "  pub:\n    04:b5:e0:\n    41\n  OID: x\n", "  pub:\n    OCTETS\n  OID: x\n"),
]


@pytest.mark.parametrize("name, printed, masked", MASKED)
def test_what_is_masked(name, printed, masked):
    assert clean(printed, name) == masked
    assert clean(masked, name) == masked


# What tests are about, and no sanitizer of the default chain may touch.
KEPT = [
    "west-east: #1, ESTABLISHED, IKEv2,",
    "  local  'west' @ 192.1.2.45[4500]",
    "  remote 'east' @ 2001:db8:1:2::23[4500] [10.0.0.1]",
    "[CFG] selected proposal: IKE:AES_GCM_16_128/PRF_HMAC_SHA2_256/CURVE_25519",
    "[IKE] IKE_SA west-east[1] established between 192.1.2.45[west]...192.1.2.23[east]",
    "[IKE] retransmit 1 of request with message ID 0",
    "[IKE] received AUTHENTICATION_FAILED notify error",
    "west-east: IKEv2, no reauthentication, rekeying every 14400s",
    "             not after  DATE, ok for whom",
    "initiate failed: CHILD_SA config 'nosuch' not found",
    "  net: #1, reqid 1, INSTALLED, TUNNEL-in-UDP, ESP:AES_GCM_16-128",
    "2 packets transmitted, 0 received, 100% packet loss",
    "From 192.1.2.254 icmp_seq=1 Destination Host Unreachable",
    "192.0.2.0/24 dev ipsec0 table 220 proto static src 192.0.1.254 ",
    "    link/ether 12:00:00:64:64:45 brd ff:ff:ff:ff:ff:ff",
    "    inet6 fe80::1000:ff:fe64:6445/64 scope link ",
    "192.1.2.23 dev eth1 FAILED ",
    "\t\tip saddr 1.2.3.4 counter packets 0 bytes 0 drop",
    "\tproto esp reqid 16385 mode tunnel",
    "\t  expire add: soft 0(sec), hard 0(sec)",
    "\t  limit: soft (INF)(bytes), hard 1000(bytes)",
    "\treplay-window 32 seq 0x00000000 flag  (0x00000000)",
    "\tanti-replay context: seq 0x3, oseq 0x12, bitmap 0x00000007",
    "\tmark 0x1/0xffffffff if_id 0x2a",
    "\tencap type espinudp sport 4500 dport 4500 addr 0.0.0.0",
    "cat /tmp/west.log /tmp/tmp/x",
    " [status 1]",
    "a word like deadbeef, or 12345678, is no SPI",
    "the limit is 10s and the time 12:30:00",
]


@pytest.mark.parametrize("line", KEPT)
def test_what_is_kept(line):
    assert clean(line + "\n") == line + "\n"


SPIS = """\
[IKE] CHILD_SA net{1} established with SPIs 8f8e7931_i b2ae13fb_o and TS 192.0.1.0/24 === 192.0.2.0/24
west-east: #1, ESTABLISHED, IKEv2, 5957da27d81c9c8b_i* 93957925f3e6be79_r
    in  8f8e7931,    168 bytes,     2 packets
    out b2ae13fb (0x00000017),    168 bytes
    in  8f8e7931/8061,     95 bytes,     2 packets
initiator-spi=5957da27d81c9c8b responder-spi=0000000000000000 spi-in=8f8e7931 spi-out=0b82fbf6
[IKE] sending DELETE for ESP CHILD_SA with SPI 0b82fbf6
\tproto esp spi 0x0b82fbf6 reqid 1 mode tunnel
\tproto esp spi 0xb82fbf6(192085000) reqid 1
\tproto comp spi 0x00008061 reqid 1 mode tunnel
"west" #2: IPsec SA established {ESP=>0x8f8e7931 <0xb2ae13fb xfrm=AES_GCM}
 000 #2: esp.8f8e7931@192.1.2.23 esp.11111111@192.1.2.45
closing with SPIs 8f8e7931_i (168 bytes) b2ae13fb_o (168 bytes)
spi=0x5957da27d81c9c8b: established peer 192.1.2.23:500
iked_sas: MEMORY rspi 0x93957925f3e6be79 ispi 0x5957da27d81c9c8b 192.1.2.45:500->192.1.2.23:500
  sa_childsas: MEMORY ESP 0x8f8e7931 in 192.1.2.23:500 -> 192.1.2.45:500 (LA)
iked_activesas: MEMORY ESP 0xb2ae13fb out 192.1.2.45:500 -> 192.1.2.23:500 (L)
"""

NAMED = """\
[IKE] CHILD_SA net{1} established with SPIs SPI-1_i SPI-2_o and TS 192.0.1.0/24 === 192.0.2.0/24
west-east: #1, ESTABLISHED, IKEv2, IKE-1_i* IKE-2_r
    in  SPI-1,    168 bytes,     2 packets
    out SPI-2 (0x00000017),    168 bytes
    in  SPI-1/SPI-3,     95 bytes,     2 packets
initiator-spi=IKE-1 responder-spi=IKE-0 spi-in=SPI-1 spi-out=SPI-4
[IKE] sending DELETE for ESP CHILD_SA with SPI SPI-4
\tproto esp spi SPI-4 reqid 1 mode tunnel
\tproto esp spi SPI-4(192085000) reqid 1
\tproto comp spi SPI-3 reqid 1 mode tunnel
"west" #2: IPsec SA established {ESP=>SPI-1 <SPI-2 xfrm=AES_GCM}
 000 #2: esp.SPI-1@192.1.2.23 esp.SPI-5@192.1.2.45
closing with SPIs SPI-1_i (168 bytes) SPI-2_o (168 bytes)
spi=IKE-1: established peer 192.1.2.23:500
iked_sas: MEMORY rspi IKE-2 ispi IKE-1 192.1.2.45:500->192.1.2.23:500
  sa_childsas: MEMORY ESP SPI-1 in 192.1.2.23:500 -> 192.1.2.45:500 (LA)
iked_activesas: MEMORY ESP SPI-2 out 192.1.2.45:500 -> 192.1.2.23:500 (L)
"""


def test_spis_are_named_by_first_appearance():
    assert clean(SPIS, "spi") == NAMED
    assert clean(NAMED, "spi") == NAMED


def test_another_spi_in_one_place_shows():
    assert clean(SPIS.replace("    in  8f8e7931", "    in  8f8e7932"), "spi") != NAMED
    assert clean(SPIS.replace("8f8e7931", "00000042").replace("b2ae13fb", "cafe0000"), "spi") == NAMED


def test_the_default_chain_masks_a_masked_text_no_further():
    text = "\n".join(printed for _, printed, _ in MASKED) + "\n" + SPIS + "\n".join(KEPT) + "\n"
    once = clean(text)
    assert once != text
    assert clean(once) == once


def test_each_sanitizer_has_a_test_and_is_known():
    assert set(known([FOLDER])) == {name for name, _, _ in MASKED} | {"spi"}
    assert set(DEFAULT_CHAIN) <= set(known([FOLDER]))


def test_a_shared_sed_gives_what_a_pipeline_of_shells_gives():
    """The oracle is the shell's pipe, one process a file."""
    text = "\n".join(printed for _, printed, _ in MASKED) + "\n" + SPIS
    chain = resolve(DEFAULT_CHAIN, [FOLDER])
    assert len(module._stages(chain)) == 2
    pipe = " | ".join(f"{'awk' if path.suffix == '.awk' else 'sed -E'} -f {path}" for path in chain)
    done = subprocess.run(["sh", "-c", pipe], input=text, capture_output=True, text=True, env={"LC_ALL": "C"})
    assert sanitize(text, chain) == done.stdout


@pytest.mark.parametrize("script", [
    "N\n", "n\n", "1d\n", "$d\n", "/a/,/b/d\n", "s/a/\\n/\n", "s/a/b/;s/b/c/\n", "s/a/b/p\n", "s//b/\n",
    "h\n",
    "/a/{\ns/a/b/\n}\n", "#n\n", "s/a/b/\nt\n", "y/a/b/\n", "s/a/b/m\n", "i\\\nx\n", "q\n", "s/a/x\\\ny/\n",
])
def test_a_file_that_sees_other_lines_runs_by_itself(tmp_path, script):
    plain, other = written(tmp_path, plain_sed="s/x/y/\n/z/!d\n# a comment\n\n/q/I s/a\\/b/c/2g\n",
                           other_sed=script)
    assert module._stages([plain, plain]) == [[plain, plain]]
    assert module._stages([plain, other, plain]) == [[plain], [other], [plain]]


def test_files_work_one_after_the_other(tmp_path):
    chain = written(tmp_path, one_sed="s/a/b/\n", two_awk="{ print NR \":\" $0 }\n",
                    three_sed="s/b/c/\n/2:/d\n")
    assert sanitize("a\nx\na\n", chain) == "1:c\n3:c\n"
    assert sanitize("a\n", []) == "a\n"
    assert sanitize("", chain) == ""


def test_all_bytes_survive(tmp_path):
    raw = bytes(range(1, 256)) + b"\n\xff\xfe\n\xc3\xa9\n"
    text = raw.decode("utf-8", "surrogateescape")
    chain = written(tmp_path, same_sed="s/qqq/q/\n", print_awk="{ print }\n")
    assert sanitize(text, chain).encode("utf-8", "surrogateescape") == raw
    assert clean(text).encode("utf-8", "surrogateescape") == raw


def test_a_text_larger_than_a_pipe(tmp_path):
    chain = written(tmp_path, one_sed="s/a/b/\n", two_awk="{ print }\n", three_sed="N\n")
    assert sanitize("a\n" * 400000, chain) == "b\n" * 400000


@pytest.mark.parametrize("name, script, word", [
    ("bad_sed", "s/(/x/\n", "bad.sed"), ("bad_sed", "s/a/b\n", "unterminated"),
    ("bad_awk", "{ print (\n", "bad.awk"),
    ("bad_awk", "{ exit 3 }\n", "exit status 3"), ("bad_sed", "s/a/b/\nw /tmp/x\n", "sandbox"),
    ("bad_sed", "N\ns/a/b/e\n", "bad.sed"),
])
def test_a_bad_sanitizer_is_named_with_what_it_said(tmp_path, name, script, word):
    good, bad = written(tmp_path, good_sed="s/a/b/\n", **{name: script})
    for chain in ([bad], [good, bad, good], [bad, good], [good, bad]):
        with pytest.raises(UnresolvedError) as caught:
            sanitize("a\n" * 100000, chain)
        assert word in str(caught.value)
        assert bad.name in str(caught.value)
        assert "good.sed" not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_sanitizer_that_does_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "TIME_LIMIT", 0.2)
    good, bad = written(tmp_path, good_sed="s/a/b/\n", bad_sed=":x\nb x\n")
    for chain in ([bad], [bad, good], [good, bad, good]):
        with pytest.raises(UnresolvedError, match=r"more than 0.2 s: .*bad\.sed"):
            sanitize("a\n" * 100000, chain)


def test_a_sanitizer_that_is_gone(tmp_path):
    with pytest.raises(UnresolvedError, match="gone.sed"):
        sanitize("a\n", [tmp_path / "gone.sed"])


def test_the_first_folder_that_has_a_name_decides(tmp_path):
    own = written(tmp_path, ping_awk="{ print }\n", mine_sed="s/a/b/\n")
    assert resolve(["ping", "mine", "nft"], [tmp_path, FOLDER]) == [*own, FOLDER / "nft.sed"]
    assert resolve(["ping.sed", "ping.awk"], [tmp_path, FOLDER]) == [FOLDER / "ping.sed", own[0]]
    assert resolve(["ping"], [tmp_path / "none", FOLDER]) == [FOLDER / "ping.sed"]


@pytest.mark.parametrize("name", ["pong", "../sanitizers/ping", "", "/etc/x.sed", "nft.awk"])
def test_an_unknown_name_lists_the_known(name):
    with pytest.raises(UsageError, match=r"unknown sanitizer '.*'; known: .*dates, ip, .*ping, .*") as caught:
        resolve(["ping", name], [FOLDER])
    assert f"'{name}'" in str(caught.value)
