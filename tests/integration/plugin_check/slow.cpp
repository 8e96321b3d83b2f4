// A plugin that says itself how long its hooks may take, and does not keep to it.
#include <banger/plugin.hpp>

#include <chrono>
#include <thread>

namespace {

class Slow {
  public:
    static constexpr const char* id = "slow";
    static constexpr const char* name = "Slow";
    static constexpr const char* version = "1.0.0";
    static constexpr std::uint32_t hook_timeout_ms = 300;
    Slow(banger::Host, banger::Call&, std::string_view) {}
    void before_start(banger::Call&, const banger::Vm&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(700));
    }
    void undo(banger::Call&, const banger::Vm&, std::uint32_t, std::uint32_t) {}
    void after_stop(banger::Call&, const banger::Vm&) {}
};

} // namespace

BANGER_PLUGIN(Slow)
