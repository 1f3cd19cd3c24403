# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/pass-time.sh 425
../../guestbin/wait-for.sh --timeout 600 --every 5 --no-match --match ESTABLISHED -- ikectl show sa
../../guestbin/wait-for.sh --no-match --match . -- ip xfrm state
