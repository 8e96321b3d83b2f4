// What a plugin can give as a schema, and what can be given to it as a value: two texts. A value
// that was taken fits, and one that fits is taken.

#include "bytes.hpp"

#include "os/error.hpp"
#include "plugin/schema.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include <nlohmann/json.hpp>

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

std::optional<banger::plugin::Schema> read_schema(std::string_view text) {
    try {
        return banger::plugin::Schema(text);
    } catch (const banger::os::Error& error) { // a refusal; anything else is a finding
        require(error.kind() == banger::os::ErrorKind::invalid);
    }
    return std::nullopt;
}

} // namespace

/// The schema ends at the first line break.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace banger;
    const std::string_view all(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(all.find('\n'), all.size());
    const auto schema = read_schema(all.substr(0, end));
    if (!schema) {
        return 0;
    }
    const std::string_view text = all.substr(std::min(end + 1, all.size()));
    const nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
    try {
        const nlohmann::json taken = schema->checked_text(text, "value");
        require(value.is_discarded() || schema->problems(value).empty());
        require(!taken.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).empty());
    } catch (const os::Error& error) {
        require(error.kind() == os::ErrorKind::invalid);
        require(std::string_view(error.what()).starts_with("value: "));
        require(value.is_discarded() || !schema->problems(value).empty());
    }
    return 0;
}
