#pragma once

#include "image/image.hpp"
#include "image/image_store.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace banger::image {

/// Something of ours on the disk that nothing needs.
struct Leftover {
    enum class Kind {
        folder,   ///< of the store, without a record
        staging,  ///< that nobody fills any more
        work_disk ///< a template of a work seed that no image has, or one that was never finished
    };
    Kind kind;
    std::string id; ///< of the folder or staging
    std::filesystem::path path;
    std::uint64_t bytes = 0; ///< that it occupies
};

/// "an image without a record", ...
[[nodiscard]] const char* to_text(Leftover::Kind kind) noexcept;

/// What is in use, as the loop knows it.
struct InUse {
    std::vector<Image> images;
    std::vector<std::string> folders;
    std::set<std::string> stagings;
};

/// Looks through the store and the templates. [pool thread]
[[nodiscard]] std::vector<Leftover> find_leftovers(const ImageStore& store,
                                                   const std::filesystem::path& templates,
                                                   const InUse& in_use);

/// Templates of work disks and seeds that are there for the image of that name alone. [pool thread]
[[nodiscard]] std::vector<std::filesystem::path>
templates_of(const ImageStore& store, const std::filesystem::path& templates, const InUse& in_use,
             const std::string& name);

/// Bytes that a file, or all in a folder, occupies.
[[nodiscard]] std::uint64_t occupied_bytes(const std::filesystem::path& path);

} // namespace banger::image
