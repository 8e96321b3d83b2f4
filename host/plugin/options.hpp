#pragma once

#include "plugin/catalog.hpp"
#include "plugin/schema.hpp"
#include "vm/capabilities.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::plugin {

/// The options that plugins give to VMs: {"<plugin>":{"<option>":value}}.
class Options {
  public:
    explicit Options(Catalog& catalog) : catalog_(catalog) {}

    [[nodiscard]] std::vector<vm::OptionSpec> list() const;
    /// Every option of every plugin, given or default, by their schemas. Throws invalid, naming the
    /// nearest. Plugins are not called: [any thread].
    [[nodiscard]] nlohmann::json checked(const nlohmann::json& options) const;
    /// Asks the plugins what schemas cannot say about the options of a VM. Throws their refusal.
    void validate(const vm::VmView& vm, const nlohmann::json& options,
                  vm::CallContext& context) const;
    /// Asks them whether what the options want can be had now. Throws their refusal.
    void require_available(const vm::VmView& vm, const nlohmann::json& options,
                           vm::CallContext& context) const;
    /// Tells each plugin whose live options differ; a veto takes back what was told before it.
    void change(const vm::VmView& vm, const nlohmann::json& before, const nlohmann::json& after,
                vm::CallContext& context) const;

  private:
    Catalog& catalog_;
};

} // namespace banger::plugin
