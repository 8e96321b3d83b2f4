#include "lines.hpp"

#include "guest_json.hpp"

#include <utility>

namespace vsock {

void Lines::feed(std::string_view bytes, const std::function<void(std::string_view)>& line) {
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::string_view part = bytes.substr(0, end);
        if (begun_.size() + part.size() > longest_) {
            throw Refused("a line of more than " + std::to_string(longest_) + " bytes");
        }
        begun_ += part;
        if (end == std::string_view::npos) {
            return;
        }
        bytes.remove_prefix(end + 1);
        const std::string whole = std::exchange(begun_, {});
        if (!whole.empty()) {
            line(whole);
        }
    }
}

} // namespace vsock
