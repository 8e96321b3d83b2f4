// The manifest.json of an archive: refused in words, or read as what it is written as again.

#include "archive_manifest.hpp"
#include "archive_names.hpp"
#include "failure.hpp"

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
    using namespace image_tool;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    try {
        const archive::Manifest manifest = archive::parse_manifest(text);
        require(manifest.find(archive::rootfs_name) != nullptr);
        const nlohmann::json written = archive::to_json(manifest);
        require(archive::to_json(archive::parse_manifest(written.dump())) == written);
        for (const archive::DeclaredFile& file : manifest.files) {
            require(file.disk_bytes <=
                    archive::whole_blocks(file.size) + file.count * archive::block_size);
        }
    } catch (const Failure& failure) { // anything else is a finding
        require(failure.kind() == FailureKind::invalid);
        for (const char c : std::string_view(failure.what())) {
            require(static_cast<unsigned char>(c) >= 0x20);
        }
    }
    return 0;
}
