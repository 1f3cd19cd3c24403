# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/xfrm-churn.sh 10
before=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
../../guestbin/xfrm-churn.sh 1000
../../guestbin/wait-for.sh --match back -- awk -v before="$before" '/^MemAvailable/ { print(before - $2 < 4096 ? "memory is back" : before " kB before, now " $2) }' /proc/meminfo
ip xfrm state count
ip xfrm policy count
