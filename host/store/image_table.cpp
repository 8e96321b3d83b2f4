#include "store/image_table.hpp"

#include "store/database.hpp"
#include "store/image_json.hpp"
#include "store/query.hpp"

namespace banger::store {
namespace {

constexpr const char* save_sql =
    "INSERT OR REPLACE INTO image "
    "(name, kind, rootfs, kernel, initrd, modules, work_seed, created_at, size) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
constexpr const char* find_sql =
    "SELECT name, kind, rootfs, kernel, initrd, modules, work_seed, created_at, size "
    "FROM image WHERE name = ?";
constexpr const char* list_sql =
    "SELECT name, kind, rootfs, kernel, initrd, modules, work_seed, created_at, size "
    "FROM image ORDER BY name";

ImageRow read_image(Query& query) {
    return ImageRow{.name = query.text(),
                    .kind = query.text(),
                    .rootfs = query.text(),
                    .kernel = query.text(),
                    .initrd = query.text(),
                    .modules = query.text(),
                    .work_seed = query.text(),
                    .created_at = query.integer(),
                    .size = query.integer()};
}

} // namespace

void ImageTable::save(const ImageRow& row) {
    Transaction transaction(database_);
    Query query(database_, save_sql);
    query.bind(row.name).bind(row.kind).bind(row.rootfs).bind(row.kernel).bind(row.initrd);
    query.bind(row.modules).bind(row.work_seed).bind(row.created_at).bind(row.size).run();
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

std::optional<ImageRow> ImageTable::find(std::string_view name) const {
    Query query(database_, find_sql);
    return query.bind(name).next() ? std::optional(read_image(query)) : std::nullopt;
}

std::vector<ImageRow> ImageTable::list() const {
    std::vector<ImageRow> rows;
    Query query(database_, list_sql);
    while (query.next()) {
        rows.push_back(read_image(query));
    }
    return rows;
}

} // namespace banger::store
