# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/klips-start.sh
../../guestbin/klips-tunnel.sh --with ah=hmac-sha2-256-128 192.1.2.45 192.1.2.23
