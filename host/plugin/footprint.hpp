#pragma once

#include "plugin/catalog.hpp"

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::plugin {

/// What the plugins hold on the host, asked of them anew each time. [pool thread]
class Footprint {
  public:
    explicit Footprint(Catalog& catalog) : catalog_(catalog) {}

    /// For one VM: [{"plugin","kind","name","vm","state",...}], and {"plugin","error"} for a plugin
    /// that could not say.
    [[nodiscard]] nlohmann::json list(const vm::VmView& vm, vm::CallContext& context) const;
    /// The same as names; a plugin that could not say is left out.
    [[nodiscard]] std::vector<vm::Capabilities::HeldObject> names(const vm::VmView& vm,
                                                                  vm::CallContext& context) const;
    /// Everything that exists now.
    [[nodiscard]] nlohmann::json list_all(vm::CallContext& context) const;
    /// A text member of an object; empty when it has none.
    [[nodiscard]] static std::string text_at(const nlohmann::json& object, const char* key);
    /// "tap bgr0a1"
    [[nodiscard]] static std::string name_of(const nlohmann::json& object);
    /// Frees one object as it was listed. Throws what the plugin says.
    void release(const nlohmann::json& object, vm::CallContext& context) const;

  private:
    [[nodiscard]] nlohmann::json ask(const vm::VmView* vm, vm::CallContext& context) const;
    Catalog& catalog_;
};

} // namespace banger::plugin
