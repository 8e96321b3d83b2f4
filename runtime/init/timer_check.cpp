#include "init/timer_check.hpp"

#include <charconv>
#include <cmath>

namespace banger::init {
namespace {

/// The number after "key" in the text; nullopt without one.
std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key) {
    const std::size_t at = text.find(key);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    text.remove_prefix(at + key.size());
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} ? std::optional(number) : std::nullopt;
}

} // namespace

std::optional<std::uint64_t> local_timer_hz(std::string_view timer_list) {
    const std::size_t at = timer_list.find("Clock Event Device: lapic\n");
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view device = timer_list.substr(at);
    const auto mult = number_after(device, " mult:");
    const auto shift = number_after(device, " shift:");
    if (!mult || !shift || *shift > 63) {
        return std::nullopt;
    }
    // include/linux/clockchips.h: counts = ns * mult >> shift
    return static_cast<std::uint64_t>(
        std::llround(std::ldexp(static_cast<double>(*mult) * 1e9, -static_cast<int>(*shift))));
}

std::string timer_problem(std::string_view timer_list, std::uint64_t true_hz) {
    if (true_hz == 0 || timer_list.empty()) {
        return {};
    }
    const auto hz = local_timer_hz(timer_list);
    if (!hz) { // "APIC frequency too slow, disabling apic timer": nothing ticks at all
        return "the kernel measured next to nothing for a timer of " + std::to_string(true_hz) +
               " Hz, and does not use it";
    }
    if (*hz >= true_hz / 5 * 4 && *hz <= true_hz / 4 * 5) {
        return {};
    }
    return "the kernel measured " + std::to_string(*hz) + " Hz for a timer of " +
           std::to_string(true_hz) + " Hz";
}

} // namespace banger::init
