# SPDX-License-Identifier: GPL-2.0-or-later
../../guestbin/swan-prep
ipsec start
ipsec verify | grep -E '^(configuration|pluto|other|ports|secrets|keys|certificates|crls|connections|updown|clock|random|crypto)'
ipsec barf | grep -c 'PSK .masked.'
