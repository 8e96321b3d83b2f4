#include "plugin/probe_cache.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace banger::plugin {

namespace fs = std::filesystem;
using nlohmann::json;

ProbeCache::ProbeCache(fs::path file, const fs::path& program) : file_(std::move(file)) {
    try {
        program_ = program.string() + " " + identify_file(program).text();
        const auto text = file_.empty() ? std::nullopt : os::find_file(file_);
        if (!text) {
            return;
        }
        const json in = json::parse(*text);
        if (in.at("probe") == program_) {
            good_ = in.at("good").get<std::map<std::string, std::string>>();
        }
    } catch (const json::exception&) { // NOLINT(bugprone-empty-catch): damaged is as good as none
    } catch (const os::Error&) {       // NOLINT(bugprone-empty-catch): so is unreadable
    }
}

bool ProbeCache::good(const fs::path& plugin, const FileIdentity& identity) const {
    const auto found = good_.find(plugin.string());
    return found != good_.end() && found->second == identity.text();
}

void ProbeCache::add(const fs::path& plugin, const FileIdentity& identity) {
    good_[plugin.string()] = identity.text();
    changed_ = true;
}

void ProbeCache::save() noexcept {
    if (file_.empty() || !std::exchange(changed_, false)) {
        return;
    }
    try {
        std::error_code code;
        std::erase_if(good_, [&](const auto& entry) { return !fs::exists(entry.first, code); });
        os::write_file_atomic(file_, json{{"probe", program_}, {"good", good_}}.dump(1) + "\n",
                              0600, os::Durability::rebuildable);
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): said in the header
    }
}

} // namespace banger::plugin
