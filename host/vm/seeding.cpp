#include "vm/seeding.hpp"

#include "image/work_seeds.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "vm/operation.hpp"
#include "vm/settings.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

namespace banger::vm {

asio::awaitable<image::Image> with_work_seed(Threads& threads, Operation& operation,
                                             const Settings& settings, image::Image image) {
    const image::WorkSeeds seeds(settings.templates_dir, settings.image_tool);
    auto look = offload(threads, [seeds, image]() -> std::optional<std::filesystem::path> {
        return image::WorkSeeds::wanted(image) ? seeds.find(image) : std::filesystem::path();
    });
    std::optional<std::filesystem::path> seed = co_await std::move(look);
    if (!seed) {
        operation.stage("work seed");
        operation.log("info",
                      "image " + image.name + " has no work seed: one is made of its /root");
        const auto began = std::chrono::steady_clock::now();
        std::optional<os::Error> failure;
        try {
            auto work = offload(threads, [seeds, image, fd = operation.cancel_fd()] {
                return seeds.make(image, fd);
            });
            seed = co_await std::move(work);
        } catch (const os::Error& error) {
            failure = error;
        }
        operation.check();
        const auto took =
            std::chrono::ceil<std::chrono::seconds>(std::chrono::steady_clock::now() - began);
        operation.warn(
            failure ? "/root is the bundle's, not that of image " + image.name + ": " +
                          failure->what() + (failure->hint().empty() ? "" : "; " + failure->hint())
                    : "image " + image.name + " has no work seed: one was made of its /root (" +
                          os::period_text(took) +
                          "), so this create was slower once; the next are not");
    }
    if (seed && !seed->empty()) {
        image.work_seed = *seed;
    }
    co_return image;
}

} // namespace banger::vm
