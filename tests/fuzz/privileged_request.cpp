// What a hostile caller can hand to the program that runs as root: any verb, any bytes.

#include "os/error.hpp"
#include "privileged/verb.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace banger;
    const auto all = privileged::verbs();
    if (size == 0) {
        return 0;
    }
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    try {
        (void)privileged::parse_request(all[data[0] % all.size()], text);
    } catch (const os::Error&) { // a refusal is an answer; anything else is a finding
    }
    return 0;
}
