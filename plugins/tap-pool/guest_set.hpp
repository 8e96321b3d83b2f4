#pragma once

#include <banger/cpp/settler.hpp>

#include <functional>
#include <map>
#include <string>

namespace tap_pool {

/// What may come in at the tap of one running VM.
struct Guest {
    std::string tap, mac, address;
    bool operator==(const Guest& other) const {
        return tap == other.tap && mac == other.mac && address == other.address;
    }
};

/// The guests that the packet filter is to know, and the one way to make it so. Any thread.
class GuestSet {
  public:
    using Guests = std::map<std::string, Guest>; ///< by VM id
    /// Makes the host's filter exactly this; throws when it cannot.
    using Apply = std::function<void(const Guests&)>;

    /// Only remembers.
    void put(const std::string& vm, Guest guest);
    void erase(const std::string& vm);
    [[nodiscard]] Guests all() const;

    /// Something outside of the guests changed (a new tap): the next settle() applies.
    void touch();
    /// Returns when the host has everything that was put or erased before this call.
    void settle(const Apply& apply);

  private:
    banger::Settler settler_;
    Guests guests_; ///< guarded by settler_
};

} // namespace tap_pool
