# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/strongswan-stop.sh --kill
