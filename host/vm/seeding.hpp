#pragma once

#include "image/image.hpp"
#include "vm/offload.hpp"

namespace banger::vm {

class Operation;
struct Settings;

/// The image with the seed of its own /root where it brings none; made when there is none yet,
/// which is a stage of `operation`. Where that fails it is the bundle's, with a warning. [loop]
[[nodiscard]] asio::awaitable<image::Image> with_work_seed(Threads& threads, Operation& operation,
                                                           const Settings& settings,
                                                           image::Image image);

} // namespace banger::vm
