#include "supervisor/last_words.hpp"

#include <algorithm>
#include <utility>

namespace banger::supervisor {
namespace {

constexpr std::string_view power_off_words = "banger: power-off";
constexpr std::size_t remembered = std::max(power_off_words.size(), panic_words.size()) - 1;
constexpr std::size_t few_lines = 20; ///< the kernel may say something behind the words
constexpr std::chrono::seconds short_while{5};

/// Behind the last `words` that end behind the first `heard` bytes; 0 when none do.
std::size_t end_of(std::string_view words, std::string_view text, std::size_t heard) {
    const std::size_t at = text.rfind(words);
    const bool found = at != std::string_view::npos && at + words.size() > heard;
    return found ? at + words.size() : 0;
}

} // namespace

void LastWords::hear(std::string_view bytes, Time now) {
    const std::size_t heard = end_.size();
    std::string text = std::move(end_);
    text += bytes;
    const std::size_t off = end_of(power_off_words, text, heard);
    const std::size_t panic = end_of(panic_words, text, heard);
    if (off > panic) {
        said_ = now;
        lines_ = 0;
    } else if (panic > off) {
        said_.reset();
    }
    const auto since = text.begin() + static_cast<std::ptrdiff_t>(std::max(off, heard));
    lines_ += static_cast<std::size_t>(std::count(since, text.end(), '\n'));
    end_ = text.substr(text.size() - std::min(text.size(), remembered));
}

bool LastWords::power_off(Time now) const noexcept {
    return said_ && (lines_ <= few_lines || now - *said_ <= short_while);
}

} // namespace banger::supervisor
