#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace web {

/// Several things done by one click, and how each of them went.
struct Batch {
    struct Item {
        std::string name;
        std::string op;          ///< that it became; empty: none
        std::string wrong, hint; ///< why it was refused; empty: it was not
    };
    std::string title;  ///< "Stop 3 VMs"
    std::string nav;    ///< "vms"
    std::string action; ///< "stop"
    std::string done;   ///< of an item without an operation: "deleted"
    std::string page;   ///< "/vms": where these things are; its bulk form is at page + "/bulk"
    std::string note;   ///< a sentence more; empty: none
    std::vector<Item> items;
};

/// Keeps them, so that their page can be read again. Gone with the daemon. Any thread.
class Batches {
  public:
    static constexpr std::size_t most = 100; ///< the oldest is forgotten first

    /// Its id.
    [[nodiscard]] std::string keep(Batch batch);
    [[nodiscard]] std::optional<Batch> find(const std::string& id) const;

  private:
    mutable std::mutex mutex_;
    std::deque<std::pair<std::string, Batch>> batches_; ///< under mutex_; the oldest first
};

} // namespace web
