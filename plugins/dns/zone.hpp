#pragma once

#include "record.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace dns {

/// The private network whose addresses have names.
struct Network {
    std::uint32_t address = 0; ///< host byte order
    std::uint32_t mask = 0;
    [[nodiscard]] bool contains(std::uint32_t other) const { return (other & mask) == address; }
};

/// What stands at one name.
struct Node {
    std::shared_ptr<const Record> a; ///< null: the name exists, but has no address now
    bool wildcard = false;           ///< every name below that does not exist is this one
};

enum class Found {
    node,      ///< the name exists
    no_name,   ///< it is within our authority and does not
    elsewhere, ///< somebody else's: forward
};

struct Lookup {
    Found found = Found::elsewhere;
    const Node* node = nullptr;  ///< addresses, when the name has a place in the forward zone
    const Record* ptr = nullptr; ///< of an address in the reverse zone
    std::size_t apex = 0;        ///< length of the zone's name at the end of the name
    const Record* soa = nullptr; ///< of that zone, its owner being the apex
    const Record* name_server = nullptr; ///< at the apex itself
};

/// Everything we answer from memory for: the names of VMs below one domain, and their addresses'
/// names. A snapshot: nothing of it changes once it is shared. Names are in wire form, lower case.
class Zone {
  public:
    /// `domain`: "vm".
    Zone(std::string_view domain, Network network);

    void add(std::string name, Node node) { nodes_[std::move(name)] = std::move(node); }
    /// There are names below it, so it exists; whatever stands there otherwise stays.
    void add_empty(std::string name) { nodes_.try_emplace(std::move(name)); }
    void add_pointer(std::uint32_t address, std::shared_ptr<const Record> ptr) {
        pointers_[address] = std::move(ptr);
    }

    [[nodiscard]] Lookup find(std::string_view name) const;
    [[nodiscard]] const std::string& apex() const { return apex_; }
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  private:
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>()(text);
        }
    };
    [[nodiscard]] Lookup find_forward(std::string_view name) const;
    [[nodiscard]] Lookup find_reverse(std::string_view name) const;

    std::string apex_;
    Network network_;
    Record soa_;
    Record name_server_;
    Node none_; ///< at the apex and where only names below exist
    std::unordered_map<std::string, Node, Hash, std::equal_to<>> nodes_;
    std::unordered_map<std::uint32_t, std::shared_ptr<const Record>> pointers_;
};

} // namespace dns
