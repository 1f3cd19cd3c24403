# SPDX-License-Identifier: GPL-2.0-or-later
grep -o 'IKE_SA .* established between.*' /var/log/charon.log
# its last answer may still be in its queue
../../guestbin/strongswan-stop.sh
