# SPDX-License-Identifier: GPL-2.0-or-later
grep -c "no proposal is acceptable" /var/log/pluto.log
ipsec stop
