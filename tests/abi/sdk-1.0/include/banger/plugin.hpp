#pragma once

/// The C++17 layer over plugin.h. A plugin is a class with the static members id, name and version,
/// a constructor (banger::Host, banger::Call&, std::string_view config_json), and public hooks
/// named as in the C tables, taking (banger::Call&, ...) and returning void or banger_status. What
/// it does not have becomes a NULL slot. A hook fails by throwing banger::Error. docs/plugins.md
/// has the list and an example.
#include "plugin.h"

#include "cpp/background.hpp"
#include "cpp/export.hpp"
#include "cpp/extensions.hpp"
#include "cpp/following.hpp"
#include "cpp/operations.hpp"
#include "cpp/tag.hpp"

/// Defines the one exported symbol. At namespace scope, once per plugin.
#define BANGER_PLUGIN(T)                                                                           \
  extern "C" BANGER_EXPORT const banger_entry *banger_plugin_entry_v1(void) {                      \
    return &::banger::Export<T>::entry;                                                            \
  }
