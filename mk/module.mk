# SPDX-License-Identifier: GPL-2.0-or-later
# KLIPS as a kernel module: ipsec.ko.

# For which kernels: names of the lab's, or folders; KERNELSRC= is what others call the folder of a kernel's source or headers.
KERNEL ?= $(or $(KERNELSRC),/lib/modules/$(shell uname -r)/build)
# For which `make check` builds it, with all warnings.
MODULE_KERNELS ?= 6.1 6.12

CHECKS += 'kernel module: $(MAKE) module-check'

.PHONY: module module-check nattpatch

module: deps-klips ## build ipsec.ko (KERNELSRC=DIR, or KERNEL="6.12 uml-6.12" as 'lab kernels list' names them)
	@$(PYTHON) tools/module.py $(KERNEL)

module-check: deps-klips
	@$(PYTHON) tools/module.py --check $(MODULE_KERNELS)

nattpatch: ## say why no patch is needed for NAT traversal
	@echo "no patch is needed: ESP in UDP reaches KLIPS by the kernel's own UDP_ENCAP socket option (udp(7))"
