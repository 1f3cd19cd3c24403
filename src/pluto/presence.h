/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stack that is a program may end, and be started again, while pluto has SAs. */
#ifndef PLUTO_PRESENCE_H
#define PLUTO_PRESENCE_H

#include "pluto.h"

/* struct backend_events: the stack has gone; or it is there again, and gets what it has lost. */
void pluto_presence(struct pluto *pluto, bool there);

#endif
