# SPDX-License-Identifier: GPL-2.0-or-later
swanctl --initiate --child net
swanctl --list-sas | grep ESTABLISHED
swanctl --terminate --ike west-east | tail -n 1
