# SPDX-License-Identifier: GPL-2.0-or-later
# What klipsd needs beside the libraries of mk/klips.mk: capabilities and the filter of system calls.

KLIPS_LIBS += -lcap -lseccomp
