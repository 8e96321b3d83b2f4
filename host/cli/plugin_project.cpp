#include "cli/plugin_project.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <string_view>

namespace banger::cli {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::string_view placeholder = "@NAME@";

void require_id(const std::string& name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    const bool starts = !name.empty() && name.front() >= 'a' && name.front() <= 'z';
    if (!starts || name.size() > 32 || !std::all_of(name.begin(), name.end(), allowed)) {
        throw Error(ErrorKind::invalid, "'" + name + "' cannot be the name of a plugin",
                    "a to z first, then a to z, 0 to 9 and '-'; at most 32 characters: my-plugin");
    }
}

/// The first file of an id in plugins.path is the plugin, and an installed one comes last.
void require_free(const fs::path& file, const std::string& name) {
    std::error_code code;
    if (fs::exists(file, code)) {
        throw Error(ErrorKind::conflict,
                    "'" + name + "' is the id of an installed plugin, " + file.string(),
                    "choose another name: yours would take its place");
    }
}

std::string filled_in(std::string text, const std::string& name) {
    for (auto at = text.find(placeholder); at != std::string::npos;
         at = text.find(placeholder, at + name.size())) {
        text.replace(at, placeholder.size(), name);
    }
    return text;
}

/// "plugin_test.cpp" is "NAME_test.cpp" in the project.
std::string renamed(const std::string& file, const std::string& name) {
    constexpr std::string_view stem = "plugin";
    return file.starts_with(stem) ? name + file.substr(stem.size()) : file;
}

} // namespace

std::vector<std::string> write_plugin_project(const std::string& name, const std::string& language,
                                              const fs::path& folder, const fs::path& templates,
                                              const fs::path& installed) {
    require_id(name);
    require_free(installed / (name + ".so"), name);
    const fs::path source = templates / language;
    std::error_code code;
    if (!fs::is_directory(source, code)) {
        throw Error(ErrorKind::not_found,
                    "the plugin SDK is not installed: no folder " + source.string(),
                    "install it: cmake --install BUILD --component sdk");
    }
    if (fs::symlink_status(folder, code).type() != fs::file_type::not_found) {
        throw Error(ErrorKind::conflict, folder.string() + " is there already",
                    "choose another folder: --dir PATH");
    }
    std::vector<std::pair<std::string, std::string>> files; // all are read before one is written
    for (const fs::directory_entry& entry : fs::directory_iterator(source)) {
        files.emplace_back(renamed(entry.path().filename(), name),
                           filled_in(os::read_file(entry.path()), name));
    }
    std::sort(files.begin(), files.end());
    if (!fs::create_directory(folder, code)) {
        throw Error(ErrorKind::not_found, "cannot make " + folder.string() + ": " + code.message(),
                    "its parent has to be there, and writable");
    }
    std::vector<std::string> written;
    try {
        for (const auto& [file, text] : files) {
            os::write_file_atomic(folder / file, text, 0644, os::Durability::rebuildable);
            written.push_back(file);
        }
    } catch (...) {
        (void)os::try_remove_tree(folder);
        throw;
    }
    return written;
}

} // namespace banger::cli
