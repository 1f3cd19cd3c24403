// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The platform's part of klipsdebug: it goes where the kernel's messages go, or, while somebody has the trace event
 * klips:klips_debug on, there alone: a trace takes more packets a second than a log does, and tells on which CPU.
 */
#include <linux/printk.h>

#include "../core/debug.h"
#define CREATE_TRACE_POINTS
#include "trace.h"

/* Called by klips_trace(), if the category's bit is set. */
void klips_trace_print(enum klips_debug category, const char *format, ...)
{
	struct va_format text = { .fmt = format };
	va_list args;

	va_start(args, format);
	text.va = &args;
	if (trace_klips_debug_enabled())
		trace_klips_debug(category, &text);
	else
		printk(KERN_DEBUG "%pV", &text);
	va_end(args);
}
