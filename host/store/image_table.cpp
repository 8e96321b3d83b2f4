#include "store/image_table.hpp"

#include "store/database.hpp"
#include "store/image_json.hpp"
#include "store/query.hpp"

namespace banger::store {
namespace {

// Not OR REPLACE: that would remove another image which has the same folder, or is the default.
constexpr const char* save_image_sql =
    "INSERT INTO image "
    "(name, kind, rootfs, kernel, initrd, modules, work_seed, created_at, size, kernel_elf, "
    "folder, "
    "kept_default, disk_bytes, content_bytes, packages, kernel_version, made_from, source, recipe, "
    "note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, rootfs = excluded.rootfs, "
    "kernel = excluded.kernel, initrd = excluded.initrd, modules = excluded.modules, "
    "work_seed = excluded.work_seed, created_at = excluded.created_at, size = excluded.size, "
    "kernel_elf = excluded.kernel_elf, folder = excluded.folder, kept_default = "
    "excluded.kept_default, "
    "disk_bytes = excluded.disk_bytes, content_bytes = excluded.content_bytes, "
    "packages = excluded.packages, kernel_version = excluded.kernel_version, "
    "made_from = excluded.made_from, source = excluded.source, recipe = excluded.recipe, "
    "note = excluded.note";
constexpr const char* find_image_sql =
    "SELECT name, kind, rootfs, kernel, initrd, modules, work_seed, created_at, size, kernel_elf, "
    "folder, kept_default, disk_bytes, content_bytes, packages, kernel_version, made_from, source, "
    "recipe, note FROM image WHERE name = ?";
constexpr const char* list_images_sql =
    "SELECT name, kind, rootfs, kernel, initrd, modules, work_seed, created_at, size, kernel_elf, "
    "folder, kept_default, disk_bytes, content_bytes, packages, kernel_version, made_from, source, "
    "recipe, note FROM image ORDER BY name";

ImageRow read_image(Query& query) {
    return ImageRow{.name = query.text(),
                    .kind = image_kind(query.text()),
                    .rootfs = query.text(),
                    .kernel = query.text(),
                    .initrd = query.text(),
                    .modules = query.text(),
                    .work_seed = query.text(),
                    .created_at = query.integer(),
                    .size = query.integer(),
                    .kernel_elf = query.text(),
                    .folder = query.text(),
                    .kept_default = query.integer() != 0,
                    .disk_bytes = query.integer(),
                    .content_bytes = query.integer(),
                    .packages = query.integer(),
                    .kernel_version = query.text(),
                    .made_from = query.text(),
                    .source = recorded_source(query.text()),
                    .recipe = query.text(),
                    .note = query.text()};
}

} // namespace

void ImageTable::save(const ImageRow& row) {
    Transaction transaction(database_);
    Query query(database_, save_image_sql);
    query.bind(row.name)
        .bind(to_string(row.kind))
        .bind(row.rootfs)
        .bind(row.kernel)
        .bind(row.initrd);
    query.bind(row.modules).bind(row.work_seed).bind(row.created_at).bind(row.size);
    query.bind(row.kernel_elf).bind(row.folder).bind(std::int64_t{row.kept_default ? 1 : 0});
    query.bind(row.disk_bytes).bind(row.content_bytes).bind(row.packages);
    query.bind(row.kernel_version).bind(row.made_from).bind(to_string(row.source)).bind(row.recipe);
    query.bind(row.note).run();
    write_images_json(database_.path().parent_path(), list());
    transaction.commit();
}

bool ImageTable::remove(std::string_view name) {
    Transaction transaction(database_);
    const bool found = Query(database_, "DELETE FROM image WHERE name = ?").bind(name).run() > 0;
    write_images_json(database_.path().parent_path(), list());
    transaction.commit();
    return found;
}

void ImageTable::keep_default(std::string_view name) {
    Transaction transaction(database_);
    Query(database_, "UPDATE image SET kept_default = 0 WHERE kept_default = 1").run();
    Query(database_, "UPDATE image SET kept_default = 1 WHERE name = ?").bind(name).run();
    write_images_json(database_.path().parent_path(), list());
    transaction.commit();
}

std::optional<ImageRow> ImageTable::find(std::string_view name) const {
    Query query(database_, find_image_sql);
    return query.bind(name).next() ? std::optional(read_image(query)) : std::nullopt;
}

std::vector<ImageRow> ImageTable::list() const {
    std::vector<ImageRow> rows;
    Query query(database_, list_images_sql);
    while (query.next()) {
        rows.push_back(read_image(query));
    }
    return rows;
}

} // namespace banger::store
