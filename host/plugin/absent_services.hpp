#pragma once

#include "plugin/services.hpp"

#include <memory>

namespace banger::plugin {

/// Services of a process that is no daemon: each is there, so that a plugin finds the extensions it
/// needs, and refuses every call as unavailable.
class AbsentServices {
  public:
    AbsentServices();
    ~AbsentServices();
    [[nodiscard]] Services get() const; ///< of those that live as long as this

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace banger::plugin
