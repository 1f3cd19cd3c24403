# SPDX-License-Identifier: GPL-2.0-or-later
grep -E -o '(no issuer|  issuer is|no trusted).*' /var/log/charon.log
swanctl --list-sas
