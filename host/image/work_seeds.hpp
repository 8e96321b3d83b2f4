#pragma once

#include "image/image.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace banger::image {

/// Work seeds of images that have none: an ext4 whose root is the /root of the image, made when a
/// VM is first created of it and kept for as long as its root file system is the same. What is in
/// an image is not to be trusted: a program of its own reads it (banger-image). [pool thread];
/// several at once are fine.
class WorkSeeds {
  public:
    /// `templates` is where they are kept; `tool` is the program.
    WorkSeeds(std::filesystem::path templates, std::filesystem::path tool)
        : templates_(std::move(templates)), tool_(std::move(tool)) {}

    /// Whether the image gets one: it has none of its own, and a root file system to take it from.
    [[nodiscard]] static bool wanted(const Image& image);

    /// What its /root is made of, when that is known: a seed, or an empty path for an image with
    /// nothing in /root, which gets the bundle's.
    [[nodiscard]] std::optional<std::filesystem::path> find(const Image& image) const;
    /// Makes it. Throws what the tool says, and cancelled when `cancel_fd` becomes readable.
    [[nodiscard]] std::filesystem::path make(const Image& image, int cancel_fd) const;

    /// How the names of what is kept for the image begin.
    [[nodiscard]] static std::string prefix_of(const Image& image);

  private:
    std::filesystem::path templates_;
    std::filesystem::path tool_;
};

} // namespace banger::image
