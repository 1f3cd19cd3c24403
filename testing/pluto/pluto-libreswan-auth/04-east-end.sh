# SPDX-License-Identifier: GPL-2.0-or-later
grep -o 'IKE SA; authenticated peer.*' /var/log/pluto.log
