# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --list-pools --leases
swanctl --list-sas | grep -c INSTALLED
