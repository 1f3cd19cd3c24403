# SPDX-License-Identifier: GPL-2.0-or-later
grep -o 'authentication of .*' /var/log/charon.log
swanctl --list-sas
