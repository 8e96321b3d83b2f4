// What config.yaml can hold: any bytes. Each problem is a line with its place, and a file without
// one gives a configuration that can be shown.

#include "config/config.hpp"
#include "config/effective.hpp"
#include "os/error.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace banger;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const config::Config config = config::parse_config(text, "config.yaml");
        for (const auto& [id, entry] : config.plugins.entries) {
            require(!id.empty() && id.size() <= 32);
            require(entry.config.starts_with('{'));
        }
        require(!config::to_json(config).dump().empty());
    } catch (const os::Error& error) {
        require(error.kind() == os::ErrorKind::invalid);
        require(std::string_view(error.what()).starts_with("config.yaml"));
        for (const std::string& line : error.details()) {
            require(line.starts_with("config.yaml:"));
        }
    }
    return 0;
}
