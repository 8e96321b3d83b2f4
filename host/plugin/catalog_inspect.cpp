#include "plugin/catalog.hpp"

#include "os/nearest.hpp"
#include "plugin/binary.hpp"

#include <algorithm>
#include <utility>

namespace banger::plugin {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

std::string folders(const Settings& settings) {
    std::string text;
    for (const fs::path& folder : settings.path) {
        text += (text.empty() ? "" : ", ") + folder.string();
    }
    return text.empty() ? "no folder (plugins.path is empty)" : text;
}

} // namespace

/// Which files there are, and which of them config.yaml wants. Nothing is opened here.
void Catalog::scan() {
    for (const fs::path& folder : settings_.path) {
        if (!folder.is_absolute()) {
            log(BANGER_LOG_ERROR, "", "plugins.path: " + folder.string() + " is not absolute");
            continue;
        }
        std::vector<fs::path> files;
        std::error_code error;
        for (fs::directory_iterator at(folder, error), end; !error && at != end;
             at.increment(error)) {
            if (at->path().extension() == ".so") {
                files.push_back(at->path());
            }
        }
        if (error) {
            bad_folders_[folder] = error.message();
            log(BANGER_LOG_WARNING, "",
                "plugins.path: " + folder.string() + ": " + error.message());
        }
        std::sort(files.begin(), files.end());
        for (const fs::path& file : files) {
            const std::string id = file.stem();
            if (!is_id(id)) {
                candidates_[file.filename()] = {file, State::failed,
                                                file.string() + ": '" + id +
                                                    "' is no plugin id: ^[a-z][a-z0-9-]{0,31}$",
                                                nullptr};
                continue;
            }
            const auto [place, fresh] = candidates_.try_emplace(id);
            if (!fresh) {
                log(BANGER_LOG_WARNING, id,
                    file.string() + ": ignored, plugin '" + id + "' is " +
                        place->second.file.string() + " already");
                continue;
            }
            const bool listed = settings_.entries.contains(id);
            const bool wanted = listed && settings_.entries.at(id).enabled;
            place->second.file = file;
            place->second.state = wanted ? State::active : State::disabled;
            place->second.reason = wanted   ? ""
                                   : listed ? "switched off in config.yaml"
                                            : "not listed in config.yaml";
        }
    }
}

void Catalog::check_unknown(std::vector<std::string>& problems) const {
    std::vector<std::string> known;
    for (const auto& [id, candidate] : candidates_) {
        known.push_back(id);
    }
    for (const auto& [id, entry] : settings_.entries) {
        if (candidates_.contains(id) || entry.builtin) {
            continue;
        }
        const auto near = os::nearest(id, known);
        std::string problem = entry.place.empty() ? "" : entry.place + ": ";
        problem.append("plugins.entries.").append(id).append(": no plugin '").append(id);
        problem.append("' in ").append(folders(settings_));
        problem.append(near ? "; did you mean '" + *near + "'?"
                            : "; put it there, or remove the entry");
        problems.push_back(std::move(problem));
    }
}

/// Checks and maps each wanted file, and sorts out what cannot go together.
void Catalog::inspect() {
    std::map<FileIdentity, fs::path> seen;
    for (auto& [id, candidate] : candidates_) {
        if (candidate.state != State::active && candidate.state != State::leaving) {
            continue;
        }
        try {
            const FileIdentity identity = check_ownership(candidate.file, settings_.uid);
            const auto [first, fresh] = seen.emplace(identity, candidate.file);
            if (!fresh) {
                throw Error(ErrorKind::invalid, candidate.file.string() + ": the same file as " +
                                                    first->second.string());
            }
            check_symbols(candidate.file);
            candidate.manifest = std::make_unique<Manifest>(
                read_manifest(candidate.file, open_binary(candidate.file)));
        } catch (const Error& error) {
            fail(id, error.what() + (error.hint().empty() ? "" : " (" + error.hint() + ")"));
        }
    }
    for (const auto& [id, entry] : settings_.entries) {
        if (!candidates_.contains(id)) {
            candidates_[id].reason = "not installed in " + folders(settings_);
            candidates_[id].state = entry.enabled ? State::failed : State::disabled;
        }
    }
}

/// A flag of `vm create` has one meaning: the plugin that sorts first keeps it.
void Catalog::check_option_flags() {
    std::map<std::string, std::string> owners;
    for (const std::string& flag : settings_.reserved_flags) {
        owners[flag] = "banger itself";
    }
    for (auto& [id, candidate] : candidates_) {
        const bool takes_part = candidate.manifest && candidate.state == State::active;
        const banger_vm_options* options = takes_part ? candidate.manifest->options : nullptr;
        for (std::uint32_t i = 0; options && i < options->count; ++i) {
            const char* flag = options->items[i]->cli_flag;
            if (!flag) {
                continue;
            }
            const auto [owner, fresh] = owners.emplace(flag, "plugin " + id);
            if (!fresh) {
                fail(id, candidate.file.string() + ": its option flag --" + flag + " belongs to " +
                             owner->second);
                candidate.manifest.reset();
                break;
            }
        }
    }
}

} // namespace banger::plugin
