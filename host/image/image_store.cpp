#include "image/image_store.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/random.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace banger::image {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::string_view staging_prefix = "st-";
constexpr std::size_t id_bytes = 6;

bool is_hex_id(std::string_view id) {
    return id.size() == 2 * id_bytes && std::all_of(id.begin(), id.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

bool is_staging_id(std::string_view id) {
    return id.starts_with(staging_prefix) && is_hex_id(id.substr(staging_prefix.size()));
}

/// The move is on the disk when it returns.
void move_folder(const fs::path& from, const fs::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0) {
        throw os::errno_error("rename " + from.string() + " to " + to.string());
    }
    for (const fs::path& dir : {to.parent_path(), from.parent_path()}) {
        const os::UniqueFd fd = os::open_file(dir, O_RDONLY | O_DIRECTORY);
        if (::fsync(fd.get()) != 0) {
            throw os::errno_error("sync " + dir.string());
        }
    }
}

std::vector<std::string> ids_in(const fs::path& dir, bool (*is_id)(std::string_view)) {
    std::vector<std::string> ids;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(dir, code)) {
        const std::string name = entry.path().filename();
        if (is_id(name) && fs::is_directory(entry.symlink_status(code))) {
            ids.push_back(name);
        }
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

} // namespace

ImageStore::Staging ImageStore::open_staging() const {
    os::make_private_dir(dir_);
    os::make_private_dir(stagings_dir());
    const std::string id = std::string(staging_prefix) + os::random_hex(id_bytes);
    os::make_private_dir(stagings_dir() / id);
    return {id, stagings_dir() / id};
}

fs::path ImageStore::staging(const std::string& id) const {
    if (!is_staging_id(id)) {
        throw Error(ErrorKind::invalid, "'" + id.substr(0, 80) + "' is no id of a staging",
                    "POST /v1/image-stagings gives one");
    }
    return stagings_dir() / id;
}

std::vector<std::string> ImageStore::stagings() const {
    return ids_in(stagings_dir(), is_staging_id);
}

std::vector<std::string> ImageStore::folders() const {
    return ids_in(dir_, is_hex_id);
}

std::string ImageStore::publish(const std::string& staging_id) const {
    std::string id = os::random_hex(id_bytes);
    move_folder(staging(staging_id), folder(id));
    return id;
}

void ImageStore::take_back(const std::string& id, const std::string& staging_id) const {
    move_folder(folder(id), staging(staging_id));
}

void ImageStore::put_away(const std::string& id) const {
    os::make_private_dir(bin());
    move_folder(folder(id), bin() / id);
}

void ImageStore::bring_back(const std::string& id) const {
    move_folder(bin() / id, folder(id));
}

bool ImageStore::is_put_away(const std::string& id) const {
    std::error_code code;
    return !fs::exists(folder(id), code) && fs::exists(bin() / id, code);
}

void ImageStore::put_away_staging(const std::string& id) const {
    const fs::path from = staging(id);
    os::make_private_dir(dir_);
    os::make_private_dir(bin());
    const fs::path to = bin() / (id + "-" + os::random_hex(4));
    if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) {
        throw os::errno_error("rename " + from.string() + " to " + to.string());
    }
}

std::vector<std::string> ImageStore::empty_bin() const {
    std::error_code code;
    std::vector<fs::path> all;
    for (const auto& entry : fs::directory_iterator(bin(), code)) {
        all.push_back(entry.path());
    }
    std::vector<std::string> problems;
    for (const fs::path& path : all) {
        if (const auto problem = os::try_remove_tree(path)) {
            problems.emplace_back(problem->what());
        }
    }
    return problems;
}

} // namespace banger::image
