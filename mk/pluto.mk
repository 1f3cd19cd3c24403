# SPDX-License-Identifier: GPL-2.0-or-later
# What pluto and the commands that talk to it need beside the libraries of mk/klips.mk: its event loop, and JSON.

KLIPS_LIBS += -ljansson -levent_core

# Scripts that programs run; users do not type them.
PLUTO_SCRIPTS := src/programs/_updown

# The manual of ipsec.conf has the parser's own tables of keywords.
CHECKS += 'keywords: $(MAKE) lint-keywords'

.PHONY: keywords lint-keywords

keywords: $(KLIPS)/plain/programs/ipsec ## put the tables of keywords into docs/man/ipsec.conf.5
	@$(PYTHON) src/lib/generate_conf_man.py $<

lint-keywords: $(KLIPS)/plain/programs/ipsec
	@$(PYTHON) src/lib/generate_conf_man.py --check $<
