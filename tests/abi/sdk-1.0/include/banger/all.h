/* plugin.h and the drafts (draft/README.md). There is no draft at present. */
#ifndef BANGER_ALL_H
#define BANGER_ALL_H
#include "plugin.h"
#endif
