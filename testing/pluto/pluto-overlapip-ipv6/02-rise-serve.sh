# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
../../guestbin/udp-service.py serve 2001:db8:0:2::12 7008
