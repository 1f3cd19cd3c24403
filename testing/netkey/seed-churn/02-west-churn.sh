# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/xfrm-churn.sh 10
before=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
../../guestbin/xfrm-churn.sh 1000
after=$(awk '/^MemAvailable/ { print $2 }' /proc/meminfo)
((before - after < 4096)) && echo memory is back || echo "$before kB before, $after kB after"
ip xfrm state count
ip xfrm policy count
