// What the catalog does with folders of the store: stagings become images, and what a daemon left
// is taken up by the next one.
#include "image/catalog.hpp"
#include "image/image_folder.hpp"
#include "os/clock.hpp"
#include "os/error.hpp"
#include "store/image_table.hpp"
#include "store/reserve.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace banger::image {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

/// Of a step without which all goes well, too.
void attempt(void (*step)(const fs::path&), const fs::path& dir) {
    try {
        step(dir);
    } catch (const Error&) { // NOLINT(bugprone-empty-catch)
    }
}

} // namespace

void Catalog::require_replaceable(const Adoption& wanted) {
    require_free(wanted.name);
    if (!wanted.replace && table_.find(wanted.name)) {
        throw Error(ErrorKind::conflict, "image " + wanted.name + " is there already",
                    "take another name, or replace it: VMs that were made of it keep what they "
                    "have");
    }
}

Catalog::Prepared Catalog::prepare(const Adoption& wanted) {
    require_replaceable(wanted);
    return {wanted, stagings_.claim(wanted.staging), folders_.staging(wanted.staging)};
}

store::ImageRow Catalog::complete(const Prepared& prepared) {
    const Adoption& wanted = prepared.wanted;
    store::ImageRow row;
    row.name = wanted.name;
    row.kind = store::ImageKind::managed;
    row.created_at = os::now_ms();
    row.made_from = wanted.made_from;
    row.content_bytes = wanted.content_bytes;
    row.kernel_version = wanted.kernel_version;
    row.source = wanted.source;
    row.recipe = wanted.recipe;
    row.note = wanted.note;
    require_sole_names(prepared.dir);
    take_stock(prepared.dir, row);
    seal(prepared.dir, row);
    return row;
}

void Catalog::publish(const Prepared& prepared, store::ImageRow& row) {
    require_replaceable(prepared.wanted); // others may have come first meanwhile
    row.folder = folders_.publish(prepared.wanted.staging);
    try {
        table_.save(row);
    } catch (...) {
        folders_.take_back(row.folder, prepared.wanted.staging);
        throw;
    }
}

std::string Catalog::finish(const Prepared& prepared, store::ImageRow row) {
    const store::ImageRow before = table_.find(row.name).value_or(store::ImageRow{});
    row.kept_default = before.kept_default;
    try {
        publish(prepared, row);
    } catch (...) { // the staging is again what was given
        attempt(drop_image_json, prepared.dir);
        throw;
    }
    stagings_.forget(prepared.wanted.staging);
    attempt(make_read_only, folders_.folder(row.folder)); // else when the daemon starts
    if (!before.folder.empty()) {
        attempt(drop_image_json, folders_.folder(before.folder)); // its name is taken all the same
    }
    return before.folder;
}

bool Catalog::put_away_unused(const std::string& folder) {
    const std::vector<std::string> used = used_folders();
    if (std::find(used.begin(), used.end(), folder) != used.end()) {
        return false;
    }
    std::error_code code;
    if (fs::exists(folders_.folder(folder), code)) {
        reserve_.lend();
        folders_.put_away(folder);
    }
    return true;
}

std::vector<std::string> Catalog::used_folders() const {
    std::vector<std::string> folders;
    for (const store::ImageRow& row : table_.list()) {
        if (!row.folder.empty()) {
            folders.push_back(row.folder);
        }
    }
    return folders;
}

Catalog::TakenUp Catalog::take_up() {
    TakenUp result;
    stagings_.drop_all();
    for (const store::ImageRow& row : table_.list()) {
        if (!row.folder.empty() && folders_.is_put_away(row.folder)) {
            table_.remove(row.name);
        } else if (!row.folder.empty()) {
            attempt(make_read_only, folders_.folder(row.folder)); // it may have been killed before
        }
    }
    take_up_folders(result);
    return result;
}

void Catalog::take_up_folders(TakenUp& result) {
    const std::vector<std::string> used = used_folders();
    std::vector<store::ImageRow> found;
    for (const std::string& id : folders_.folders()) {
        if (std::find(used.begin(), used.end(), id) != used.end()) {
            continue;
        }
        try {
            found.push_back(read_image_json(folders_.folder(id)));
        } catch (const std::exception& error) {
            result.problems.push_back(folders_.folder(id).string() + " is no image: " +
                                      error.what() + "; banger image prune removes it");
        }
    }
    // Of two with one name the newer one is the image.
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return a.created_at > b.created_at; });
    for (const store::ImageRow& row : found) {
        try {
            require_replaceable({.name = row.name});
            table_.save(row);
            attempt(make_read_only, folders_.folder(row.folder));
            result.images.push_back(row.name);
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::conflict) {
                throw; // the database itself fails
            }
            result.problems.push_back(folders_.folder(row.folder).string() + ": " + error.what() +
                                      "; banger image prune removes it");
        }
    }
}

} // namespace banger::image
