#include "os/random.hpp"

#include "os/base64.hpp"
#include "os/error.hpp"

#include <sys/random.h>

namespace banger::os {
namespace {

std::string random_bytes(std::size_t count) {
    std::string bytes(count, '\0');
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(count)) {
        throw errno_error("read random bytes");
    }
    return bytes;
}

} // namespace

std::string random_hex(std::size_t bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (const char c : random_bytes(bytes)) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

std::string random_base64(std::size_t bytes) {
    return base64(random_bytes(bytes));
}

} // namespace banger::os
