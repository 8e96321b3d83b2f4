#include "store/image_json.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "store/image_table.hpp"

#include <nlohmann/json.hpp>

namespace banger::store {
namespace fs = std::filesystem;

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ImageRow, name, kind, rootfs, kernel, initrd, modules, work_seed,
                                   created_at, size)

void write_images_json(const fs::path& folder, const std::vector<ImageRow>& rows) {
    try {
        os::write_file_atomic(folder / "images.json", nlohmann::json(rows).dump(2) + "\n");
    } catch (const nlohmann::json::exception& cause) {
        throw os::Error(os::ErrorKind::invalid, std::string("image record: ") + cause.what());
    }
}

std::vector<ImageRow> find_images_json(const fs::path& folder) {
    const auto text = os::find_file(folder / "images.json");
    if (!text) {
        return {};
    }
    try {
        return nlohmann::json::parse(*text).get<std::vector<ImageRow>>();
    } catch (const nlohmann::json::exception& cause) {
        throw os::Error(os::ErrorKind::invalid, std::string("images.json: ") + cause.what());
    }
}

} // namespace banger::store
