# SPDX-License-Identifier: GPL-2.0-or-later
# KLIPS: what of its tables and events is a question of when one looks, and of who else has a hand on an SA.
/ life\(c,s,h\)=/s/(addtime|usetime)\([0-9]+,/\1(TIME,/g
# Without a limit, the first second is told from none.
/ life\(c,s,h\)=/s/(addtime|usetime)\(TIME,0,0\)//g
/ life\(c,s,h\)=/s/ (idle|refcount)=[0-9]+//g
/^expire (soft|hard) /s/ (addtime|usetime)=[0-9]+/ \1=TIME/g
# Which library it is depends on the machine.
/^crypto: /s/: [^ ]+ [0-9][^ ]*$/: LIBRARY/
/^Cygnet KLIPS version: /s/: (\(not released\)|[0-9][^ ]*)$/: VERSION/
/^ipsec klips: klipsd runs already/s/process [0-9]+/process PID/
