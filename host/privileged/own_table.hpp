#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>
#include <sys/types.h>

namespace banger::net {
class Nftables;
}

namespace banger::privileged {

class Arguments;

/// What a table is for. The texts live as long as the program.
struct TableKind {
    std::string_view prefix; ///< of the names
    std::string_view family; ///< "inet", "bridge"
    bool operator==(const TableKind&) const = default;
};

/// "banger_1000_k3x9a0": an nft table of one banger of one user.
struct OwnTable {
    TableKind kind;
    uid_t uid = 0;
    std::string tag;

    [[nodiscard]] std::string name() const;
    /// Nothing for the name of a table that is not of this kind.
    [[nodiscard]] static std::optional<OwnTable> parse(const TableKind& kind,
                                                       std::string_view name);
    /// The argument "tag" in a table of the caller's, who is not known yet. Throws invalid.
    [[nodiscard]] static OwnTable asked(const TableKind& kind, Arguments& arguments);
    bool operator==(const OwnTable&) const = default;

    /// Commands for one transaction: it is there and empty, whatever it was; it is gone.
    [[nodiscard]] nlohmann::json renew() const;
    [[nodiscard]] nlohmann::json drop() const;
};

/// Those of this kind in an answer of nft.
[[nodiscard]] std::vector<OwnTable> own_tables(const TableKind& kind,
                                               const nlohmann::json& objects);
/// Those of this kind on this machine, whoever's.
[[nodiscard]] std::vector<OwnTable> own_tables(const TableKind& kind, net::Nftables& nftables);
/// The caller's table of that kind and tag. False when it was gone already.
[[nodiscard]] bool delete_table(OwnTable table, uid_t caller);

} // namespace banger::privileged
