#pragma once

#include "image/bundle.hpp"
#include "image/image.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::store {
class ImageTable;
}

namespace banger::image {

/// What `banger image register` gives; empty paths are taken from the bundle.
struct Registration {
    std::filesystem::path rootfs;
    std::filesystem::path kernel;
    std::filesystem::path initramfs;
    std::filesystem::path modules;
};

/// The images there are: the bundle's and the registered ones. [loop]
class Catalog {
  public:
    /// `configured` is the bundle's folder when config.yaml names one, else empty.
    Catalog(store::ImageTable& table, std::filesystem::path configured);

    /// Reads the bundle again when its bundle.json changed since. Throws unavailable without one.
    [[nodiscard]] const Bundle& bundle();
    /// The same, or nullptr with the reason in `why`.
    [[nodiscard]] const Bundle* find_bundle(std::string& why);

    [[nodiscard]] std::vector<Image> list();
    [[nodiscard]] std::optional<Image> find(std::string_view name);
    /// Throws not_found with the names there are; an empty name is the default image.
    [[nodiscard]] Image get(std::string_view name);

    /// Creates or replaces the record; the files stay the user's. Throws invalid or not_found.
    Image register_image(const std::string& name, const Registration& registration);
    /// Throws not_found, conflict for the bundle's image, or when `users` (VM names) is not empty.
    void remove(const std::string& name, const std::vector<std::string>& users);

  private:
    [[nodiscard]] std::optional<Image> bundle_image();

    store::ImageTable& table_;
    std::filesystem::path configured_;
    std::optional<Bundle> bundle_;
    std::filesystem::file_time_type read_at_;
};

} // namespace banger::image
