// Forms and addresses as a browser, or somebody else, writes them: what is read says the same once
// it is written again, and nothing in it is what no text may be.

#include "http/params.hpp"
#include "http/percent.hpp"

#include <cstdint>
#include <cstdlib>

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

bool is_text(const std::string& text) {
    return web::is_utf8(text) && text.find('\0') == std::string::npos;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    require(web::percent_decode(web::percent_encode(text), true) ==
            (is_text(std::string(text)) ? std::optional(std::string(text)) : std::nullopt));
    const auto params = web::Params::parse(text);
    if (!params) {
        return 0;
    }
    std::string again;
    for (const auto& [name, value] : params->items()) {
        require(is_text(name) && is_text(value));
        again += "&" + web::percent_encode(name) + "=" + web::percent_encode(value);
    }
    const auto same = web::Params::parse(again);
    require(same && same->items() == params->items());
    return 0;
}
