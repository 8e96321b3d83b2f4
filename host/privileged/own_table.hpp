#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <sys/types.h>

namespace banger::privileged {

class Arguments;

/// "banger_1000_k3x9a0": an nft table (family inet) of one banger of one user. The prefix says what
/// it is for, and lives as long as the program.
struct OwnTable {
    std::string_view prefix;
    uid_t uid = 0;
    std::string tag;

    [[nodiscard]] std::string name() const;
    /// Nothing for the name of a table that is not of this kind.
    [[nodiscard]] static std::optional<OwnTable> parse(std::string_view prefix,
                                                       std::string_view name);
    /// The argument "tag" in a table of the caller's, who is not known yet. Throws invalid.
    [[nodiscard]] static OwnTable asked(std::string_view prefix, Arguments& arguments);
    bool operator==(const OwnTable&) const = default;

    /// Commands for one transaction: it is there and empty, whatever it was; it is gone.
    [[nodiscard]] nlohmann::json renew() const;
    [[nodiscard]] nlohmann::json drop() const;
};

/// Those of this kind in an answer of nft.
[[nodiscard]] std::vector<OwnTable> own_tables(std::string_view prefix,
                                               const nlohmann::json& objects);

/// The expression of libnftables-json(5).
[[nodiscard]] nlohmann::json match(nlohmann::json left, nlohmann::json right,
                                   const char* op = "==");

} // namespace banger::privileged
