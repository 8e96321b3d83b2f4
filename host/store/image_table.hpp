#pragma once

#include "store/image_kind.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::store {

class Database;

/// What VMs can be made from. Paths are absolute, those of a managed image names in its folder;
/// empty means that the bundle's is used.
struct ImageRow {
    std::string name;
    ImageKind kind = ImageKind::registered;
    std::string rootfs;
    std::string kernel;
    std::string initrd;
    std::string modules;
    std::string work_seed;
    std::int64_t created_at = 0;
    std::int64_t size = 0; ///< bytes of the rootfs

    std::string kernel_elf;
    std::string folder;             ///< of a managed image, in the image store
    bool kept_default = false;      ///< what `banger image default` chose; of one at most
    std::int64_t disk_bytes = 0;    ///< of all files of a managed image; 0: not known
    std::int64_t content_bytes = 0; ///< what is in its root file system; 0: not known
    std::int64_t packages = 0;      ///< in its packages.txt
    std::string kernel_version;     ///< of its own kernel
    std::string made_from;          ///< name of an image
    ImageSource source = ImageSource::unknown;
    std::string recipe; ///< digest
    std::string note;

    bool operator==(const ImageRow&) const = default;
};

/// Every change is also written to images.json beside the database, from which a lost database is
/// made again.
class ImageTable {
  public:
    explicit ImageTable(Database& database) : database_(database) {}

    void save(const ImageRow& row); ///< new, or instead of the one with that name
    bool remove(std::string_view name);
    /// Of these the one that is the default; none of them when there is no such name.
    void keep_default(std::string_view name);

    [[nodiscard]] std::optional<ImageRow> find(std::string_view name) const;
    [[nodiscard]] std::vector<ImageRow> list() const; ///< by name

  private:
    Database& database_;
};

} // namespace banger::store
