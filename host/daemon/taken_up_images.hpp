#pragma once

#include <boost/asio/awaitable.hpp>

namespace banger::image {
class Catalog;
}
namespace banger::vm {
class ImageBin;
}
namespace spdlog {
class logger;
}

namespace banger::daemon {

/// At the start of the daemon: what the last one left of images is tidied up, and told to the log.
[[nodiscard]] boost::asio::awaitable<void>
take_up_images(image::Catalog& images, const vm::ImageBin& bin, spdlog::logger& log);

} // namespace banger::daemon
