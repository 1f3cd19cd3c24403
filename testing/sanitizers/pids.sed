# SPDX-License-Identifier: GPL-2.0-or-later
# Process ids: the shell's notices about jobs, "pid 1234" in its spellings, and syslog's "name[1234]:".
s/^\[([0-9]+)\] [0-9]+$/[\1] PID/
s/^\[([0-9]+)\]([-+ ]) +[0-9]+ /[\1]\2 PID /
# A shell that runs a script says which process a signal ended.
s/(: line [0-9]+: +)[0-9]+ (Killed|Terminated|Aborted|Segmentation fault|Hangup|Quit)/\1PID \2/
s/\b([Pp][Ii][Dd])([ =:#]|: | = |=")[0-9]+\b/\1\2PID/g
s/\b(kill: \()[0-9]+(\) - )/\1PID\2/
# The name has a letter before the bracket, so 192.1.2.23[500]: stays; so do IKE SAs, which no colon follows.
s/\b([a-z][a-z_-]*)\[[0-9]+\]: /\1[PID]: /
