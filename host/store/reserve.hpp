#pragma once

#include <filesystem>

namespace banger::store {

/// Room on the database's disk that is kept back, so that VMs can be stopped and deleted when the
/// disk is full. Never throws: without it only a full disk is worse. [one thread]
class Reserve {
  public:
    /// Lends it at once: a daemon writes when it starts.
    explicit Reserve(std::filesystem::path file);

    /// Gives the room to whoever writes next, when there is next to none left.
    void lend() noexcept;
    /// Takes it back, as soon as there is enough for both.
    void restore() noexcept;

  private:
    std::filesystem::path file_;
};

} // namespace banger::store
