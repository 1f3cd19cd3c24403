# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --list-sas
# its last answer may still be in its queue
../../guestbin/strongswan-stop.sh
