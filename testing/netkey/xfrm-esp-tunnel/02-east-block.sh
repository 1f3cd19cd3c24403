# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/block-non-ipsec.sh
