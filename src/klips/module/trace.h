/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The trace event klips:klips_debug: what klipsdebug says, with its category. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM klips

#if !defined(KLIPS_MODULE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KLIPS_MODULE_TRACE_H

#include <linux/tracepoint.h>

/* clang-format off */
TRACE_EVENT(klips_debug,
	TP_PROTO(u8 category, struct va_format *text),
	TP_ARGS(category, text),
	TP_STRUCT__entry(
		__field(u8, category)
		__vstring(text, text->fmt, text->va)
	),
	TP_fast_assign(
		__entry->category = category;
		__assign_vstr(text, text->fmt, text->va);
	),
	TP_printk("%u %s", __entry->category, __get_str(text))
);
/* clang-format on */

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
