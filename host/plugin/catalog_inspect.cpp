#include "plugin/catalog.hpp"

#include "os/nearest.hpp"
#include "plugin/binary.hpp"
#include "plugin/breadcrumb.hpp"
#include "plugin/entry_check.hpp"
#include "plugin/probe.hpp"
#include "plugin/quarantine.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

#include <pthread.h>

namespace banger::plugin {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::chrono::seconds open_time{10};

std::string folders(const Settings& settings) {
    std::string text;
    for (const fs::path& folder : settings.path) {
        text += (text.empty() ? "" : ", ") + folder.string();
    }
    return text.empty() ? "no folder (plugins.path is empty)" : text;
}

std::string with_hint(const Error& error) {
    return error.what() + (error.hint().empty() ? "" : " (" + error.hint() + ")");
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
            if (id == own_id) {
                candidates_[file.filename()] = {
                    file, State::failed, file.string() + ": 'banger' is the name of banger itself",
                    nullptr};
                continue;
            }
            if (!is_id(id)) {
                candidates_[file.filename()] = {
                    file, State::failed,
                    file.string() + ": '" + id + "' is no plugin id: " + id_rule, nullptr};
                continue;
            }
            const auto [place, fresh] = candidates_.try_emplace(id);
            if (!fresh && fs::equivalent(file, place->second.file, error)) {
                continue; // a folder that is named twice
            }
            if (!fresh) {
                place->second.hides.push_back(file);
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
    for (std::string& problem : entry_problems(settings_, known)) {
        problems.push_back(std::move(problem));
    }
}

/// Checks and maps each wanted file, and sorts out what cannot go together.
void Catalog::inspect() {
    const std::map<std::string, CheckedFile> files = look_at_files();
    for (const auto& [id, file] : files) {
        Candidate& candidate = candidates_[id];
        if (candidate.state == State::active || candidate.state == State::leaving) {
            try {
                candidate.manifest = open(id, file);
            } catch (const Error& error) {
                fail(id, with_hint(error));
            }
        }
    }
    for (const auto& [id, entry] : settings_.entries) {
        if (!candidates_.contains(id)) {
            candidates_[id].reason = "not installed in " + folders(settings_);
            candidates_[id].state = entry.enabled ? State::failed : State::disabled;
        }
    }
}

/// Those that may be opened; the others have failed. Runs nothing of theirs in this process.
std::map<std::string, CheckedFile> Catalog::look_at_files() {
    std::map<FileIdentity, fs::path> seen;
    std::map<std::string, CheckedFile> files;
    for (auto& [id, candidate] : candidates_) {
        if (candidate.state != State::active && candidate.state != State::leaving) {
            continue;
        }
        try {
            CheckedFile file = check_ownership(candidate.file, settings_.uid);
            const auto [first, fresh] = seen.emplace(file.identity, candidate.file);
            if (!fresh) {
                throw Error(ErrorKind::invalid, candidate.file.string() + ": the same file as " +
                                                    first->second.string());
            }
            if (settings_.probe.empty()) {
                check_symbols(file.real, candidate.file);
            }
            if (!in_quarantine(id, file.identity)) {
                files.emplace(id, std::move(file));
            }
        } catch (const Error& error) {
            fail(id, with_hint(error));
        }
    }
    if (settings_.probe.empty() || files.empty()) {
        return files;
    }
    std::vector<std::string> ids;
    std::vector<Probe::File> asked;
    for (const auto& [id, file] : files) {
        ids.push_back(id);
        asked.push_back({candidates_[id].file, file});
    }
    const auto verdicts = Probe(settings_.probe, settings_.probe_cache).ask(asked);
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!verdicts[i]) {
            continue;
        }
        const FileIdentity identity = files.at(ids[i]).identity;
        const std::string why = with_hint(verdicts[i]->error);
        files.erase(ids[i]);
        if (verdicts[i]->harmful && loading_ && services_.quarantine) {
            services_.quarantine->hold(ids[i], identity, why); // nor by the next daemon
        }
        if (!in_quarantine(ids[i], identity)) {
            fail(ids[i], why);
        }
    }
    return files;
}

/// What the last daemon did not live to see the end of.
void Catalog::tell_cut_calls() const {
    if (!services_.calls) {
        return;
    }
    const std::string& elsewhere = services_.calls->elsewhere();
    if (!elsewhere.empty()) {
        log(BANGER_LOG_ERROR, own_id,
            "the last bangerd died of " + elsewhere + ", in no call of a plugin");
    }
    for (const CutCall& call : services_.calls->left()) {
        if (!call.how.empty()) {
            log(BANGER_LOG_ERROR, call.plugin, "ended bangerd in " + call.text() + ": " + call.how);
            continue;
        }
        if (call.suspect) {
            log(BANGER_LOG_ERROR, call.plugin,
                "bangerd ended without a word while the plugin was in " + call.text() +
                    ", before it was ready; counted as a suspicion");
            continue;
        }
        const std::string end =
            elsewhere.empty() ? "was killed" : "died elsewhere (" + elsewhere + ")";
        log(BANGER_LOG_WARNING, call.plugin,
            "bangerd " + end + " while the plugin was in " + call.text() + "; not counted");
    }
}

bool Catalog::in_quarantine(const std::string& id, const FileIdentity& file) {
    const auto why = services_.quarantine ? services_.quarantine->reason(id, file) : std::nullopt;
    Candidate& candidate = candidates_[id];
    if (why && candidate.state == State::leaving) {
        give_up(id, "it is in quarantine: " + *why, false);
    } else if (why) {
        candidate.state = State::quarantined;
        candidate.reason = *why;
        log(BANGER_LOG_ERROR, id, "in quarantine: " + *why);
    }
    return why.has_value();
}

/// A constructor that does not return holds the dynamic linker's lock: no daemon comes of this. The
/// end is put down to the plugin, which is out of the way after three of them.
void Catalog::end_if_not(const std::shared_ptr<std::atomic<bool>>& opened, const std::string& id) {
    guard_.post_at(Call::Clock::now() + open_time, [this, opened, id, thread = ::pthread_self()] {
        if (!*opened) {
            log(BANGER_LOG_ERROR, id,
                "opening its file did not end within 10 s, as it did when it was looked at; "
                "bangerd "
                "ends itself");
            ::pthread_kill(thread, SIGABRT); // the thread in "open": so it counts for the plugin
        }
    });
}

std::unique_ptr<Manifest> Catalog::open(const std::string& id, const CheckedFile& file) {
    const fs::path& name = candidates_[id].file;
    if (services_.calls) {
        services_.calls->note_file(id, file.identity);
    }
    const CallMark mark(services_.calls, id, {.hook = "open"});
    const auto opened = std::make_shared<std::atomic<bool>>(false);
    if (services_.calls) {
        end_if_not(opened, id);
    }
    const banger_entry* entry = nullptr;
    try {
        entry = open_binary(file.real, name);
    } catch (...) {
        *opened = true;
        throw;
    }
    *opened = true;
    if (services_.calls && entry) {
        services_.calls->note_code(id, entry);
    }
    if (identify_file(file.real) != file.identity) {
        throw Error(ErrorKind::conflict, name.string() + ": was changed while it was opened",
                    "banger daemon restart");
    }
    return std::make_unique<Manifest>(read_manifest(name, entry));
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
