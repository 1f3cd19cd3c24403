# SPDX-License-Identifier: GPL-2.0-or-later
"""What tests need: told by a kernel's configuration, and by trying on a kernel that runs."""

import os
import subprocess

import pytest

from lab import needs
from lab.errors import UnresolvedError

CONFIG = "CONFIG_XFRM_USER=y\nCONFIG_INET_ESP=m\nCONFIG_INET6_ESP=y\n# CONFIG_INET_AH is not set\nCONFIG_TUN=n\n"


@pytest.fixture(autouse=True)
def _asked_anew():
    for check in (needs._tun, needs._af_key, needs._tried):
        check.cache_clear()


@pytest.mark.parametrize(("names", "said"), [
    ([], ""), (["kernel-esp"], ""), (["virtual-time", "kernel-esp"], ""),
    (["kernel-esp", "kernel-ah"], "needs the kernel's AH, but kernel k is built without CONFIG_INET_AH"),
    (["tun"], "needs TUN devices, but kernel k is built without CONFIG_TUN"),
    (["vti"], "needs VTI devices, but kernel k is built without CONFIG_NET_IPVTI"),
])
def test_what_a_configuration_lacks(names, said):
    assert needs.lacking(names, CONFIG, "k", virtual=True) == said


def test_virtual_time_is_there_where_the_place_has_it():
    assert needs.missing(["virtual-time"], virtual=True) == ""
    assert needs.missing(["virtual-time"]) == ("needs a clock that jumps when nothing happens: '--place uml', without "
                                               "--real-time, has one")


@pytest.mark.parametrize(("privileged", "said"), [
    (True, ""),
    (False, "needs root that may change its groups, which an ordinary user's namespaces forbid; as root, or '--place uml' or "
            "'--place qemu' has it")])
def test_groups_are_roots_to_change(monkeypatch, privileged, said):
    from lab.place import userns
    monkeypatch.setattr(userns, "privileged", lambda: privileged)
    assert needs.missing(["groups"]) == said


def test_what_is_tried_tells(monkeypatch):
    """Commands of ours for trials: those that work mean that it is there, and one that does not that it is not."""
    monkeypatch.setitem(needs._NEEDS, "gold", needs.Need("gold", trial=("true", "test -e /proc/self")))
    monkeypatch.setitem(needs._NEEDS, "silver", needs.Need("silver", trial=("true", "false")))
    assert needs.missing(["gold"]) == ""
    assert needs.missing(["gold", "silver"]).startswith("needs silver, which this machine's kernel has not; '--place uml'")


def test_it_is_tried_as_root_in_a_network_of_its_own(monkeypatch, tmp_path):
    script = tmp_path / "try"
    script.write_text("#!/bin/sh\nip link add nl7 type veth peer name nl8 && ip link show nl7\n")
    script.chmod(0o755)
    monkeypatch.setitem(needs._NEEDS, "veth", needs.Need("veth", trial=(str(script), "ip link show nl8")))
    assert needs.missing(["veth"]) == ""
    assert subprocess.run(["ip", "link", "show", "nl7"], capture_output=True, check=False).returncode != 0


def test_each_is_tried_once(monkeypatch, tmp_path):
    script = tmp_path / "try"
    script.write_text(f"#!/bin/sh\necho tried >>{tmp_path}/log\n")
    script.chmod(0o755)
    monkeypatch.setitem(needs._NEEDS, "gold", needs.Need("gold", trial=(str(script),)))
    assert [needs.missing(["gold"]) for _ in range(3)] == [""] * 3
    assert (tmp_path / "log").read_text() == "tried\n"


def test_where_nothing_can_be_tried_nothing_is_known(monkeypatch):
    def refuse():
        raise OSError("no")
    monkeypatch.setattr(needs, "_unshare", refuse)
    with pytest.raises(UnresolvedError, match="cannot tell whether this kernel has the kernel's ESP"):
        needs.missing(["kernel-esp"])


@pytest.mark.skipif(not os.path.exists("/sys/module/esp4"), reason="this kernel has no ESP")
def test_esp_is_found():
    assert needs.missing(["kernel-esp"]) == ""


def test_klips_is_no_part_of_this_machines_kernel(monkeypatch):
    monkeypatch.setattr(needs.os.path, "isdir", lambda path: False)
    assert needs.missing(["klips-module"]) == ("needs KLIPS as a kernel module, which this machine's kernel has not loaded; "
                                               "'--place uml' has it")
    monkeypatch.setattr(needs.os.path, "isdir", lambda path: path == "/proc/net/ipsec")
    assert needs.missing(["klips-module"]) == "" == needs.lacking(["klips-module"], CONFIG, "k", virtual=False)
