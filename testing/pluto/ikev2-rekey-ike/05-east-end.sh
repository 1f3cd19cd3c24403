# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --no-match --match '#1, [A-Z]+, IKEv2' -- swanctl --list-sas
swanctl --list-sas
