#pragma once

#include "privileged/own_table.hpp"

#include <string>

#include <nlohmann/json.hpp>

namespace banger::privileged {

/// The commands of one transaction that makes a table of ours exactly what is added here, whatever
/// it was (libnftables-json(5)).
class TableCommands {
  public:
    explicit TableCommands(const OwnTable& table)
        : family_(table.kind.family), table_(table.name()), commands_(table.renew()) {}

    void chain(const char* name) { add("chain", named(name)); }
    /// Where packets come in; what no rule in it decides goes on.
    void base_chain(const char* name, const char* type, const char* hook, int priority);
    void rule(const char* chain, nlohmann::json expressions);
    void set(const char* name, nlohmann::json type, nlohmann::json elements,
             nlohmann::json flags = nlohmann::json::array());

    [[nodiscard]] nlohmann::json take() && { return std::move(commands_); }

  private:
    [[nodiscard]] nlohmann::json named(const char* name) const;
    void add(const char* kind, nlohmann::json object);

    std::string family_, table_;
    nlohmann::json commands_;
};

} // namespace banger::privileged
