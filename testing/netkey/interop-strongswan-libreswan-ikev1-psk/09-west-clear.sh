# SPDX-License-Identifier: GPL-2.0-or-later
# east ends an IKE SA that has no child any more
../../guestbin/wait-for.sh --no-match --match west-east -- swanctl --list-sas
../../guestbin/ping-once.sh --down -I 192.0.1.254 192.0.2.254
