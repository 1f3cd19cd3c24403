# SPDX-License-Identifier: GPL-2.0-or-later
# What pluto and the commands that talk to it need beside the libraries of mk/klips.mk: its event loop, and JSON.

KLIPS_LIBS += -ljansson -levent_core

# Scripts that programs run; users do not type them.
PLUTO_SCRIPTS := src/programs/_updown
