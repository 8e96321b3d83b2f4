#include "plugin/gate.hpp"

#include <thread>

namespace banger::plugin {

bool Gate::close(std::chrono::steady_clock::time_point deadline) {
    closed_ = true;
    while (inside_ > 0) { // rare, and short: what they wait for is cancelled before
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return true;
}

} // namespace banger::plugin
