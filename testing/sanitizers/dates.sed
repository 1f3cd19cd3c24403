# SPDX-License-Identifier: GPL-2.0-or-later
# Dates and times of day, in the forms that ISO 8601, date(1), ctime(3), syslog, mail and tcpdump print.
s/\b[12][0-9]{3}-[01][0-9]-[0-3][0-9][T ][0-9:]{8}([.,][0-9]+)?( ?(Z|UTC|GMT|[-+][0-9]{2}:?[0-9]{2}))?/DATE/g
# Below, [JFMASOND][aceopu][bcglnprtvy] is the name of a month.
s/\b([MTWFS][a-z]{2},? )?[JFMASOND][aceopu][bcglnprtvy] [ 0-3][0-9] [0-9]{2}:[0-9:]{5}(\.[0-9]+)?\b/DATE/g
s/\bDATE( (UTC|GMT))?( [12][0-9]{3})( (UTC|GMT))?\b/DATE/g
s/\b[MTWFS][a-z]+,? +[0-9]+ [JFMASOND][aceopu][bcglnprtvy] [0-9]{4} [0-9:]{8}( (GMT|[-+][0-9]{4}))?/DATE/g
# tcpdump's stamp opens the line; elsewhere a time of day may be what the test is about.
s/^[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\.[0-9]{3,9} /TIME /
