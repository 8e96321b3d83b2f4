#include "daemon/taken_up_images.hpp"

#include "image/catalog.hpp"
#include "vm/image_bin.hpp"

#include <string>

#include <spdlog/logger.h>

namespace banger::daemon {

boost::asio::awaitable<void> take_up_images(image::Catalog& images, const vm::ImageBin& bin,
                                            spdlog::logger& log) {
    const image::Catalog::TakenUp taken = images.take_up();
    for (const std::string& name : taken.images) {
        log.warn("image {} was found again in its folder", name);
    }
    for (const std::string& problem : taken.problems) {
        log.warn("{}", problem);
    }
    auto emptied = bin.empty();
    co_await std::move(emptied);
}

} // namespace banger::daemon
