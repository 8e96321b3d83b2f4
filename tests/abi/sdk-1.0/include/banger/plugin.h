/* Everything stable. */
#ifndef BANGER_PLUGIN_H
#define BANGER_PLUGIN_H
#include "abi.h"
#include "actions.h"
#include "footprint.h"
#include "guest_services.h"
#include "options.h"
#include "readiness.h"
#include "vm.h"

#include "ext/api.h"
#include "ext/events.h"
#include "ext/exec.h"
#include "ext/guest_channel.h"
#include "ext/guest_facts.h"
#include "ext/kv.h"
#include "ext/log.h"
#include "ext/network_info.h"
#include "ext/operations.h"
#include "ext/privileged.h"
#include "ext/thread.h"
#include "ext/timer.h"
#include "ext/vm_query.h"
#endif
