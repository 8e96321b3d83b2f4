#include "vm/cid.hpp"

#include "os/random.hpp"

#include <string>

namespace banger::vm {

std::uint32_t make_cid(const std::function<bool(std::uint32_t)>& taken) {
    constexpr std::uint32_t lowest = 1U << 16U;
    constexpr std::uint32_t mask = 0x7fffffff; // some tools read them as signed numbers
    for (;;) {
        const auto cid =
            static_cast<std::uint32_t>(std::stoul(os::random_hex(4), nullptr, 16)) & mask;
        if (cid >= lowest && !taken(cid)) {
            return cid;
        }
    }
}

} // namespace banger::vm
