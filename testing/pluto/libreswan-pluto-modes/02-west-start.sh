# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ip -batch /etc/addresses
../../guestbin/libreswan-start.sh
