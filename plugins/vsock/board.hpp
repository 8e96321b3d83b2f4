#pragma once

#include "guest_view.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace vsock {

/// What is known of each guest that is watched, for whoever asks: nobody waits for a guest to read
/// it. Any thread.
class Board {
  public:
    using View = std::shared_ptr<const GuestView>;

    /// A guest is watched from now on. The number of this watch, which its views come with: one of
    /// an earlier watch changes nothing. 0 when this very run is watched already.
    [[nodiscard]] std::uint64_t open(const GuestVm& vm);
    void put(std::uint64_t number, GuestView view);
    void close(const std::string& vm_id);

    [[nodiscard]] View find(const std::string& vm_id) const; ///< null: it is not watched
    [[nodiscard]] std::vector<View> all() const;             ///< by name

    enum class Outcome { ready, gone, cancelled, timeout };
    /// Returns when the guest has been ready, is watched no more, `cancel_fd` is readable, or the
    /// time is over. Holds no lock meanwhile.
    [[nodiscard]] Outcome wait_ready(const std::string& vm_id, int cancel_fd,
                                     std::chrono::milliseconds limit);

  private:
    struct Entry {
        std::uint64_t number = 0;
        View view;
    };
    [[nodiscard]] bool is_over(const std::string& vm_id, Outcome& outcome) const;
    void wake(const std::string& vm_id);

    mutable std::mutex mutex_;
    std::map<std::string, Entry> entries_;
    std::multimap<std::string, int> waiting_; ///< eventfds, by VM
    std::uint64_t last_number_ = 0;
};

} // namespace vsock
