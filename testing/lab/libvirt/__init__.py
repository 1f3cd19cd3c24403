# SPDX-License-Identifier: GPL-2.0-or-later
"""Hosts as libvirt domains: to be started by hand with virsh or virt-manager, and used by the lab.

A domain is called cygnet-HOST. By hand it boots the host alone, with a root shell on its console, on wires that the domains
share; the lab starts the same domains with a test's files and with wires of the lab's own, which it captures.
"""

PREFIX = "cygnet-"
