#pragma once

#include <chrono>
#include <list>
#include <map>
#include <mutex>
#include <string>

namespace banger::plugin {

/// Which actions of each plugin run or wait for it: a few at a time, so that one that hangs holds a
/// few threads and not all. What an action asks of its own plugin through the API counts as well.
/// Outlives its slots. Any thread.
class ActionSlots {
  public:
    /// One action, as long as it lives.
    class Slot {
      public:
        Slot(ActionSlots& of, const std::string& plugin, const std::string& what);
        ~Slot();
        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;

      private:
        ActionSlots& of_;
        const std::string plugin_;
        std::list<std::pair<std::string, std::chrono::steady_clock::time_point>>::iterator at_;
    };

  private:
    std::mutex lock_;
    /// "cli forward" and since when, by plugin; the oldest first.
    std::map<std::string, std::list<std::pair<std::string, std::chrono::steady_clock::time_point>>>
        busy_;
};

} // namespace banger::plugin
