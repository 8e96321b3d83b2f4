#include "xbps/database.hpp"

#include "builder/archive.hpp"
#include "builder/digest.hpp"
#include "os/error.hpp"
#include "xbps/tree.hpp"

#include <algorithm>
#include <ctime>

namespace banger::xbps {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

constexpr const char* database_path = "var/db/xbps/pkgdb-0.38.plist";

std::string now() {
    const std::time_t time = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&time, &parts);
    char text[64] = {};
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
    return {text, size};
}

/// "LINK:TARGET": the target is absolute in the guest, a link without a slash is beside it.
void make_link(const std::string& entry, const std::string& package, const Tree& tree) {
    const auto colon = entry.find(':');
    const std::string link = entry.substr(0, colon);
    const std::string target = colon == std::string::npos ? "" : entry.substr(colon + 1);
    if (link.empty() || target.size() < 2 || target[0] != '/') {
        throw Error(ErrorKind::invalid,
                    package + " has the alternative '" + entry + "', which says no link and file",
                    "leave that package out");
    }
    const fs::path from = link[0] == '/' ? fs::path(link) : fs::path(target).parent_path() / link;
    const std::string path = bundle::checked_entry_path(from.string().substr(1));
    (void)bundle::checked_entry_path(target.substr(1));
    tree.link(path, fs::path(target).lexically_relative(from.parent_path()).string(), {});
}

} // namespace

void Database::add(const Package& package, const Metadata& metadata, const std::string& mirror,
                   bool by_name) {
    Plist record = package.properties;
    const auto set = [&](const std::string& key, Plist value) {
        record.members.insert_or_assign(key, std::move(value));
    };
    for (const auto& [key, value] : metadata.properties.members) {
        record.members.emplace(key, value);
    }
    set("state", Plist::of("unpacked"));
    set("install-date", Plist::of(now()));
    set("repository", Plist::of(mirror));
    set("metafile-sha256", Plist::of(bundle::sha256(metadata.files)));
    if (!by_name) {
        set("automatic-install", Plist::boolean(true));
    }
    if (!metadata.install.empty()) {
        set("install-script", Plist::data(metadata.install));
    }
    if (!metadata.remove.empty()) {
        set("remove-script", Plist::data(metadata.remove));
    }
    if (const Plist* alternatives = record.find("alternatives")) {
        for (const auto& [group, links] : alternatives->members) {
            groups_[group].push_back(package.name);
        }
    }
    packages_.members.insert_or_assign(package.name, std::move(record));
    files_.insert_or_assign(package.name, metadata.files);
}

void Database::set_configured(const std::string& name) {
    packages_.members.at(name).members.insert_or_assign("state", Plist::of("installed"));
}

void Database::apply_alternatives(const std::map<std::string, std::string>& preferred,
                                  const Tree& tree) {
    for (const auto& [group, name] : preferred) {
        auto& names = groups_[group];
        const auto found = std::find(names.begin(), names.end(), name);
        if (found == names.end()) {
            throw Error(ErrorKind::invalid,
                        "the package '" + name + "' is no alternative for '" + group + "' here",
                        "add the package, or take the preference out");
        }
        std::rotate(names.begin(), found, found + 1);
    }
    Plist all = Plist::dict();
    for (const auto& [group, names] : groups_) {
        const Plist& package = packages_.members.at(names.front());
        for (const std::string& entry : package.find("alternatives")->texts_of(group)) {
            make_link(entry, names.front(), tree);
        }
        all.members.emplace(group, Plist::list(names));
    }
    packages_.members.insert_or_assign("_XBPS_ALTERNATIVES_", std::move(all));
}

void Database::write(const Tree& tree) const {
    for (const auto& [name, text] : files_) {
        tree.write("var/db/xbps/." + name + "-files.plist", text, 0644);
    }
    tree.write(database_path, write_plist(packages_), 0644);
}

bool Database::is_in(const Tree& tree) {
    return tree.exists(database_path);
}

} // namespace banger::xbps
