#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""module-control: how ipsec.ko is controlled and looked at, beside what scenarios of klips do, in a guest.

The trace event; klipsdebug and net.ipsec.* in several namespaces; devices by ip(8); tables that change while they are read;
words that the parameters do not have; and the module's end while somebody reads. Exit status 1 if anything is otherwise than
documented, or if the guest's kernel reports anything. What loads the module anew is left out under KASAN, as module-torture
tells.
"""

import argparse
import re
import sys
from pathlib import Path

from guest import ROOT, Failed, Guest, play

TUNNEL = "/testing/module/tunnel.sh"
SETTINGS = {"icmp", "inbound_policy_check", "tos"}  # without those that are the machine's
EVENT = "/sys/kernel/tracing/events/klips/klips_debug"
MODULE = "/tmp/ipsec.ko"
PARAMETER = "/sys/module/ipsec/parameters/offload"
WRONG = ("nobody", "''", "NONE", "none,pcrypt", "pcrypt2", "a" * 200)  # for offload


def control(options: argparse.Namespace, folder: Path) -> None:
    """All of it, in a guest of its own."""
    with Guest(folder, options.kernel) as guest:
        guest.put("table_reader")
        guest.at(f"{TUNNEL} klips")
        trace(guest)
        sysctls(guest)
        links(guest)
        guest.at(f"/tmp/table_reader {options.sas}", limit=600)
        if not guest.has("CONFIG_KASAN=y"):
            guest.at(f"cat >{MODULE}", source=(ROOT / "build/module" / guest.kernel / "ipsec.ko").read_bytes())
            guest.at("/tmp/table_reader held")
            parameters(guest)
        guest.check_leaks()


def trace(guest: Guest) -> None:
    """What klipsdebug says goes into the trace while its event is on, and else into the log: the same either way."""
    mount = "mount -t tracefs none /sys/kernel/tracing 2>/dev/null || true"
    if guest.at(f"{mount}; [ -d {EVENT} ] && echo there || echo none", quiet=True).strip() != "there":
        print("module-control: this kernel has no trace events")
        return
    traced = _lines(_watch(guest, 1), r"klips_debug: (\d+ .*)")
    logged = _lines(_watch(guest, 0), r"(klips_debug:.*)")
    categories = {line.split(" ", 1)[0] for line in traced}
    if {line.split(" ", 1)[1] for line in traced} != set(logged) or len(categories) < 5:
        raise Failed(f"traced:\n{chr(10).join(traced)}\nlogged:\n{chr(10).join(logged)}")
    one = min(categories)
    filtered = _lines(_watch(guest, 1, f"category == {one}"), r"klips_debug: (\d+ .*)")
    if not filtered or {line.split(" ", 1)[0] for line in filtered} != {one}:
        raise Failed(f"of category {one} alone:\n{chr(10).join(filtered)}")
    print(f"module-control: {len(traced)} lines of {len(categories)} categories traced, as they are logged")


def _watch(guest: Guest, on: int, choice: str = "0") -> str:
    """What one ping's way through the tunnel leaves in the trace and in the log, with the event on or off."""
    return guest.at(f"echo '{choice}' >{EVENT}/filter; echo {on} >{EVENT}/enable; echo >/sys/kernel/tracing/trace; dmesg -C\n"
                    "ipsec klipsdebug --all; ip netns exec own ping -c 1 -W 5 -q -I 192.0.2.12 192.0.2.11\n"
                    f"ipsec klipsdebug --none; echo 0 >{EVENT}/enable; cat /sys/kernel/tracing/trace; dmesg", quiet=True)


def _lines(text: str, pattern: str) -> list[str]:
    """What the pattern's group is of each line that has it, with x for each number but the first word's."""
    found = (re.search(pattern, line) for line in text.splitlines())
    return [re.sub(r"(?<=\D)(?<!^)\b(0x)?[0-9a-f]*\d[0-9a-f]*\b", "x", match[1]) for match in found if match]


def sysctls(guest: Guest) -> None:
    """Settings are a namespace's, and its root's; klipsdebug is the machine's."""
    guest.at("ip netns exec own sysctl -qw net.ipsec.tos=0 net.ipsec.icmp=0")
    _expect(guest, "ip netns exec own sysctl -n net.ipsec.tos net.ipsec.icmp net.ipsec.inbound_policy_check", "0\n0\n1\n")
    _expect(guest, "ip netns exec peer sysctl -n net.ipsec.tos net.ipsec.icmp net.ipsec.inbound_policy_check", "1\n1\n1\n")
    _expect(guest, "ip netns exec own ipsec klips settings | grep -e icmp -e tos", "icmp=0\ntos=0\n")
    _expect(guest, "unshare -rn sh -c 'sysctl -n net.ipsec.tos; sysctl -w net.ipsec.tos=0'", "1\nnet.ipsec.tos = 0\n")
    names = set(guest.at("unshare -rn ls /proc/sys/net/ipsec", quiet=True).split())
    if names != SETTINGS:
        raise Failed(f"a user namespace's root has net.ipsec.*: {names}")
    _expect(guest, "ip netns exec own sysctl -qw net.ipsec.debug_esp=1 net.ipsec.debug_rcv=7; "
                   "ip netns exec peer sysctl -n net.ipsec.debug_rcv; ipsec klipsdebug | grep -v =0*[.]",
            "1\ndebug_rcv=00000080.\ndebug_esp=00000100.\n")
    guest.at("ipsec klipsdebug --none")
    _expect(guest, "sysctl -n net.ipsec.debug_esp net.ipsec.debug_rcv", "0\n0\n")
    nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups"
    for refused in (f"{nobody} sysctl -w net.ipsec.debug_esp=1", "sysctl -w net.ipsec.debug_esp=x",
                    f"{nobody} sysctl -w net.ipsec.tos=1", "sysctl -w net.ipsec.tos=2", "sysctl -w net.ipsec.icmp=-1",
                    f"{nobody} ipsec klipsdebug --all", "unshare -rn ipsec klipsdebug --all"):
        guest.at(f"if ip netns exec own {refused} 2>/dev/null; then echo '{refused} is allowed'; exit 1; fi")
    _expect(guest, "ip netns exec own sysctl -n net.ipsec.tos net.ipsec.icmp; ipsec klipsdebug | grep -v =0*[.] || true",
            "0\n0\n")
    print("module-control: settings are a namespace's, klipsdebug is the machine's")


def links(guest: Guest) -> None:
    """Devices come and go by ip(8) as they do by tncfg, and each knows those of the other."""
    show = "ip -n own -br link show type klips | cut -d ' ' -f 1; ip -n own -br link show type mast | cut -d ' ' -f 1"
    guest.at("ip -n own link add ipsec7 type klips; ip -n own link add mast7 type mast\n"
             "ip netns exec own ipsec tncfg --create ipsec8")
    _expect(guest, show, "ipsec0\nipsec7\nipsec8\nmast7\n")
    guest.at("ip netns exec own ipsec tncfg --attach --virtual ipsec7 --physical lo")
    _expect(guest, "ip netns exec own ipsec tncfg | sed 's/ mtu=.*//' | sort",
            "ipsec0 -> wire0\nipsec7 -> lo\nipsec8 -> NULL\nmast7 -> NULL\n")
    guest.at("if ip -n own link add ipsec8 type klips 2>/dev/null; then echo ipsec8 is made twice; exit 1; fi")
    guest.at("for one in ipsec7 ipsec8 mast7; do ip -n own link delete $one; done")
    _expect(guest, show, "ipsec0\n")
    _expect(guest, "unshare -rn sh -c 'ip link add ipsec3 type klips; ipsec tncfg | cut -d \" \" -f 1'; ip link show type mast",
            "ipsec3\n")
    print("module-control: devices come and go by ip(8)")


def parameters(guest: Guest) -> None:
    """Words that are none of a parameter's are refused, and change nothing; the module is not there, and is in the end."""
    for word in WRONG:
        guest.at(f"dmesg -C; if insmod {MODULE} offload={word} 2>/dev/null; then echo loaded with {word}; exit 1; fi\n"
                 "[ ! -e /proc/sys/net/ipsec ]; dmesg | grep -q 'klips: offload=.*: not none, pcrypt or cryptd'", quiet=True)
    guest.at(f"dmesg -C; insmod {MODULE} nobody=1; dmesg | grep -q \"unknown parameter 'nobody' ignored\"", quiet=True)
    for word in WRONG:
        guest.at(f"if echo {word} 2>/dev/null >{PARAMETER}; then echo {word} was taken; exit 1; fi", quiet=True)
    _expect(guest, f"cat {PARAMETER}", "none\n")
    print(f"module-control: {len(WRONG)} wrong words for offload refused, when it is loaded and later")


def _expect(guest: Guest, script: str, text: str) -> None:
    """Failed if a script prints anything else."""
    told = guest.at(script, quiet=True)
    if told != text:
        raise Failed(f"'{script}' says '{told}' and not '{text}'")


if __name__ == "__main__":
    sys.exit(play("module-control", __doc__, control, "uml-kasan", sas=(10000, "how many SAs the table has that is read")))
