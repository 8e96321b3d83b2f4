#pragma once

#include "vm/jails.hpp"
#include "vm/settings.hpp"

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::vm {

/// What banger itself holds on the host beside its plugins: processes of VMs, their folders and
/// their addresses. Looked up on the host each time, so what nobody remembers is found, too.
/// Objects are as in a plugin's footprint, with "plugin":"banger" and one more state: "stray" is
/// what belongs to no VM that is known. [pool thread]
class HostObjects {
  public:
    /// A VM as the store knows it.
    struct Known {
        std::string id;
        std::string name;
        std::string address;
        bool at_work = false; ///< it runs, or an operation works on it
    };

    HostObjects(Settings settings, std::vector<Known> known, Jails jails = {})
        : settings_(std::move(settings)), known_(std::move(known)), jails_(std::move(jails)) {}

    [[nodiscard]] nlohmann::json list(const std::string& vm_id) const;
    [[nodiscard]] nlohmann::json list_all() const;
    /// Frees an object that list_all() called stray. Throws not_found when there is none such now,
    /// and conflict for a folder that still holds the disks of a VM.
    void release(const nlohmann::json& object) const;

  private:
    [[nodiscard]] const Known* find(const std::string& id) const;
    void add_processes(nlohmann::json& objects) const;
    void add_jails(nlohmann::json& objects) const;
    void release_jail(const std::string& name) const;
    void add_folders(nlohmann::json& objects) const;
    void add_run_folders(nlohmann::json& objects) const;
    void add_addresses(nlohmann::json& objects) const;

    Settings settings_;
    std::vector<Known> known_;
    Jails jails_;
};

} // namespace banger::vm
