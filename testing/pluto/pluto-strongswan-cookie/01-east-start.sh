# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/block-non-ipsec.sh
../../guestbin/strongswan-start.sh
# charon takes no cookie within 10 s of when its count of them begins, by chance as early as the host
../../guestbin/wait-for.sh --every 5 --match '^(2[1-9]|[3-9][0-9]|[0-9]{3,})[.]' -- cat /proc/uptime >/dev/null
