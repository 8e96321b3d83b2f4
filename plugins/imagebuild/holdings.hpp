#pragma once

#include "daemon_api.hpp"
#include "under_way.hpp"

#include <banger/plugin.hpp>

#include <cstddef>
#include <string>

#include <nlohmann/json.hpp>

namespace imagebuild {

/// What a job holds of the daemon while it makes an image. Kept in the plugin's store, so that the
/// next daemon finds it when this one is killed.
struct Holding {
    std::string note;    ///< its key
    std::string vm;      ///< name of a builder VM; empty: none
    std::string vm_id;   ///< empty: not known yet
    std::string since;   ///< when the name was drawn: what had it before is somebody else's
    std::string staging; ///< id; empty: none
    std::string image;   ///< that was registered for the builder VM alone; empty: none
};

class Holdings {
  public:
    explicit Holdings(banger::Host host) : host_(host), kv_(host), api_(host) {}

    /// Durable on return.
    void keep(const Holding& holding) const;
    void forget(const Holding& holding) const;

    /// Each is fine with what is gone already. Throws Error when it cannot be removed.
    /// A VM of that name which is not this holding's stays.
    void remove_vm(const Holding& holding) const;
    void remove_staging(const std::string& id) const;
    void remove_image(const std::string& name) const;

    /// Removes the plugin's own files that a killed daemon left; nobody may be at work.
    void remove_files() const;
    /// Gives back all that is kept and that nobody at work holds.
    void tidy(banger::Job& job, const UnderWay& under_way) const;
    /// How many nobody at work holds.
    [[nodiscard]] std::size_t left(const UnderWay& under_way) const;

  private:
    [[nodiscard]] nlohmann::json notes() const;

    banger::Host host_;
    banger::Kv kv_;
    DaemonApi api_;
};

} // namespace imagebuild
