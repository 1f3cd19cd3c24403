# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
sysctl -w net.core.xfrm_acq_expires=10
ip xfrm policy add src 192.0.1.0/24 dst 192.0.2.0/24 dir out tmpl proto esp mode transport
../../guestbin/xfrm-monitor.sh --start acquire
