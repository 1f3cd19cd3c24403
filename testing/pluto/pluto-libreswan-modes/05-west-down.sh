# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for.sh --match '^2$' -- grep -c 1 /tmp/received
for name in ipcomp ipcomp-transport; do ipsec auto --down $name; done
