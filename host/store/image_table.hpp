#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::store {

class Database;

/// What VMs can be made from. Paths are absolute; empty means that the bundle's is used.
struct ImageRow {
    std::string name;
    std::string kind; ///< "bundle" or "registered" (its files belong to somebody else)
    std::string rootfs;
    std::string kernel;
    std::string initrd;
    std::string modules;
    std::string work_seed;
    std::int64_t created_at = 0;
    std::int64_t size = 0; ///< bytes of the rootfs

    bool operator==(const ImageRow&) const = default;
};

/// Every change is also written to images.json beside the database, from which a lost database is
/// made again.
class ImageTable {
  public:
    explicit ImageTable(Database& database) : database_(database) {}

    void save(const ImageRow& row); ///< new, or instead of the one with that name
    bool remove(std::string_view name);

    [[nodiscard]] std::optional<ImageRow> find(std::string_view name) const;
    [[nodiscard]] std::vector<ImageRow> list() const; ///< by name

  private:
    Database& database_;
};

} // namespace banger::store
