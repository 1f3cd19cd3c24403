# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --rekey --ike west-east
../../guestbin/wait-for.sh --match '^west-east: #2,' -- swanctl --list-sas
