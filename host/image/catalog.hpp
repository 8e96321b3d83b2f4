#pragma once

#include "image/lookup.hpp"

#include <string>
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
class Catalog : public Lookup {
  public:
    /// `configured` is the bundle's folder when config.yaml names one, else empty.
    Catalog(store::ImageTable& table, std::filesystem::path configured);

    /// Creates or replaces the record; the files stay the user's. Throws invalid or not_found.
    Image register_image(const std::string& name, const Registration& registration);
    /// Throws not_found, conflict for the bundle's image, or when `users` (VM names) is not empty.
    void remove(const std::string& name, const std::vector<std::string>& users);

  private:
    store::ImageTable& table_;
};

} // namespace banger::image
