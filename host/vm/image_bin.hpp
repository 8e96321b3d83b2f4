#pragma once

#include "vm/offload.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::image {
class ImageStore;
}
namespace banger::store {
class Reserve;
}

namespace banger::vm {

/// Removes the files of images that were put away, and takes the reserve back with the room that
/// this gives. [loop]
class ImageBin {
  public:
    /// Takes what could not be removed; `level` as in log.level of config.yaml.
    using Log = std::function<void(std::string_view level, const std::string& text)>;

    ImageBin(Threads& threads, const image::ImageStore& store, store::Reserve& reserve, Log log)
        : threads_(threads), store_(store), reserve_(reserve), log_(std::move(log)) {}

    /// What cannot be removed is told to the log, returned one line each, and tried again the next
    /// time.
    asio::awaitable<std::vector<std::string>> empty() const;

  private:
    Threads& threads_;
    const image::ImageStore& store_;
    store::Reserve& reserve_;
    Log log_;
};

} // namespace banger::vm
