# SPDX-License-Identifier: GPL-2.0-or-later
ipsec stop
chmod 644 /etc/ipsec.secrets
sed -i 's/authby=secret/authby=rsasig\n\tleftcert=missing/' /etc/ipsec.conf
printf 'conn typo\n\tlfet=192.1.2.45\n' >> /etc/ipsec.conf
ipsec verify | grep -E -A1 '^(configuration|pluto|secrets|connections)'
ipsec verify > /dev/null
