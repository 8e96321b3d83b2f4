#include "daemon/taken_up_images.hpp"

#include "image/catalog.hpp"
#include "os/error.hpp"

#include <string>

#include <spdlog/logger.h>

namespace banger::daemon {

boost::asio::awaitable<void> take_up_images(image::Catalog& images, vm::Threads& threads,
                                            spdlog::logger& log) {
    const image::Catalog::TakenUp taken = images.take_up();
    for (const std::string& name : taken.images) {
        log.warn("image {} was found again in its folder", name);
    }
    for (const std::string& problem : taken.problems) {
        log.warn("{}", problem);
    }
    auto work = vm::offload(threads, [&store = images.store()] {
        try {
            store.empty_bin();
            return std::string();
        } catch (const os::Error& error) {
            return std::string(error.what());
        }
    });
    const std::string problem = co_await std::move(work);
    if (!problem.empty()) {
        log.warn("{}", problem);
    }
}

} // namespace banger::daemon
