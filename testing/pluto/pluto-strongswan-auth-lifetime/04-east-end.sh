# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --list-sas | grep -c INSTALLED
