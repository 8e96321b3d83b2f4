#include "store/image_json.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "store/image_table.hpp"
#include "store/row_json.hpp"

#include <nlohmann/json.hpp>

namespace banger::store {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

template <class Row, class Visitor>
void visit_image(Row& row, Visitor&& visit) {
    visit.field("name", row.name);
    visit.field("kind", row.kind);
    visit.field("rootfs", row.rootfs);
    visit.field("kernel", row.kernel);
    visit.field("initrd", row.initrd);
    visit.field("modules", row.modules);
    visit.field("work_seed", row.work_seed);
    visit.field("created_at", row.created_at);
    visit.field("size", row.size);
    visit.added("kernel_elf", row.kernel_elf);
    visit.added("folder", row.folder);
    visit.added("kept_default", row.kept_default);
    visit.added("disk_bytes", row.disk_bytes);
    visit.added("content_bytes", row.content_bytes);
    visit.added("packages", row.packages);
    visit.added("kernel_version", row.kernel_version);
    visit.added("made_from", row.made_from);
    visit.added("source", row.source);
    visit.added("recipe", row.recipe);
    visit.added("note", row.note);
}

} // namespace

void write_images_json(const fs::path& folder, const std::vector<ImageRow>& rows) {
    try {
        json list = json::array();
        for (const ImageRow& row : rows) {
            json entry = json::object();
            visit_image(row, RowWriter{entry});
            list.push_back(std::move(entry));
        }
        os::write_file_atomic(folder / "images.json", list.dump(2) + "\n");
    } catch (const json::exception& cause) {
        throw os::Error(os::ErrorKind::invalid, std::string("image record: ") + cause.what());
    }
}

std::vector<ImageRow> find_images_json(const fs::path& folder) {
    const auto text = os::find_file(folder / "images.json");
    if (!text) {
        return {};
    }
    try {
        const json list = json::parse(*text);
        std::vector<ImageRow> rows;
        for (const json& entry : list) {
            visit_image(rows.emplace_back(), RowReader{entry});
        }
        return rows;
    } catch (const json::exception& cause) {
        throw os::Error(os::ErrorKind::invalid, std::string("images.json: ") + cause.what());
    }
}

} // namespace banger::store
