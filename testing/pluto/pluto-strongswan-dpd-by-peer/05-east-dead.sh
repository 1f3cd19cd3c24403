# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/wait-for-log.sh /var/log/charon.log 'giving up after'
../../guestbin/wait-for.sh --no-match --match . -- swanctl --list-sas
