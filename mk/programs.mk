# SPDX-License-Identifier: GPL-2.0-or-later
# What the ipsec commands and the control protocol need beside mk/klips.mk, which compiles them.

KLIPS_LIBS += -ljansson

CHECKS += 'control protocol: $(PYTHON) src/lib/generate_control.py --check' 'manual pages: $(MAKE) lint-man'

.PHONY: control lint-man

control: ## make the constants and tables of the control protocol of src/lib/klips-control.yaml
	$(PYTHON) src/lib/generate_control.py

lint-man: ## check the manual pages
	@mandoc -Tlint -Wwarning docs/man/*.[0-9]
