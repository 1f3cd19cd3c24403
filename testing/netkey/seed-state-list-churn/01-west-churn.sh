# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
: >/tmp/late; (../../guestbin/xfrm-churn.sh --pauses 500 >/tmp/churned 2>&1 &)
