#include "plugin/quarantine.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "plugin/own_place.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::plugin {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

std::string time_text(std::int64_t at_ms) {
    const std::time_t seconds = at_ms / 1000;
    std::tm local{};
    std::array<char, 32> text{};
    if (::localtime_r(&seconds, &local) == nullptr ||
        std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local) == 0) {
        return std::to_string(at_ms) + " ms";
    }
    return text.data();
}

} // namespace

Quarantine::Quarantine(fs::path file) : file_(std::move(file)), trouble_(clear_place(file_)) {
    try {
        const auto text = os::find_file(file_);
        if (!text) {
            return;
        }
        const json all = json::parse(*text);
        for (const auto& [id, from] : all.at("plugins").items()) {
            Record record;
            from.at("file").get_to(record.file);
            from.at("quarantined").get_to(record.held);
            record.probe = from.value("probe", "");
            for (const json& exit : from.at("exits")) {
                record.exits.push_back({exit.at("at_ms").get<std::int64_t>(),
                                        exit.at("place").get<std::string>(),
                                        exit.at("how").get<std::string>()});
            }
            if (!record.exits.empty() || !record.probe.empty()) {
                records_[id] = std::move(record);
            }
        }
    } catch (const json::exception&) { // NOLINT(bugprone-empty-catch): said in the header
    } catch (const os::Error&) {       // NOLINT(bugprone-empty-catch): unreadable is no record
    }
}

void Quarantine::count(const std::vector<CutCall>& calls, std::int64_t now_ms) {
    const std::scoped_lock hold(lock_);
    bool changed = false;
    for (const CutCall& call : calls) {
        if (call.how.empty() && !call.suspect) {
            continue;
        }
        changed = true;
        Record& record = records_[call.plugin];
        if (record.file != call.file) {
            record = {.file = call.file};
        }
        record.exits.push_back({call.at_ms, call.text(), call.how});
    }
    for (auto at = records_.begin(); at != records_.end();) {
        Record& record = at->second;
        if (!record.held) {
            // By their own times: when somebody starts the daemon again says nothing.
            const auto count = record.exits.size();
            record.held =
                count >= most_exits &&
                record.exits.back().at_ms - record.exits[count - most_exits].at_ms <= within_ms;
        }
        if (!record.held) {
            changed |= std::erase_if(record.exits, [&](const Exit& exit) {
                           return exit.at_ms < now_ms - within_ms;
                       }) > 0;
        }
        at = !record.held && record.exits.empty() ? records_.erase(at) : std::next(at);
    }
    if (changed) {
        try_save();
    }
}

void Quarantine::try_save() {
    try {
        trouble_.clear();
        save();
    } catch (const os::Error& error) {
        trouble_ = error.what();
    }
}

std::string Quarantine::trouble() const {
    const std::scoped_lock hold(lock_);
    return trouble_;
}

void Quarantine::require_saved() const {
    if (const std::string why = trouble(); !why.empty()) {
        throw os::Error(os::ErrorKind::internal, why);
    }
}

void Quarantine::hold(const std::string& id, const FileIdentity& file, const std::string& why) {
    const std::scoped_lock hold(lock_);
    Record& record = records_[id];
    if (record.file != file.text()) {
        record = {.file = file.text()};
    }
    record.probe = why;
    record.held = true;
    try_save();
}

/// "at TIME in before_start of VM web: SIGSEGV"
std::string Quarantine::last_text(const Record& record) {
    const Exit& last = record.exits.back();
    return "at " + time_text(last.at_ms) + " in " + last.place +
           (last.how.empty() ? "" : ": " + last.how);
}

/// "it ended bangerd 3 times within 10 minutes, the last time at ..."
std::string Quarantine::exits_text(const Record& record) {
    const auto all = static_cast<std::ptrdiff_t>(record.exits.size());
    const auto suspected = std::count_if(record.exits.begin(), record.exits.end(),
                                         [](const Exit& exit) { return exit.how.empty(); });
    const std::string times = std::to_string(all) + " times within 10 minutes";
    const std::string last = ", the last time " + last_text(record);
    if (suspected == 0) {
        return "it ended bangerd " + times + last;
    }
    if (suspected == all) {
        return "bangerd ended without a word while it was in " + record.exits.back().place +
               ", before it was ready, " + times + ", which makes it suspect" + last;
    }
    return "it ended bangerd " + times + last + "; " + std::to_string(suspected) +
           " of them by suspicion: bangerd ended without a word while it was in a call, before it "
           "was ready";
}

std::optional<std::string> Quarantine::reason(const std::string& id,
                                              const FileIdentity& file) const {
    const std::scoped_lock hold(lock_);
    const auto found = records_.find(id);
    if (found == records_.end() || !found->second.held || found->second.file != file.text()) {
        return std::nullopt;
    }
    const Record& record = found->second;
    return (record.probe.empty() ? exits_text(record) : record.probe) +
           "; it is loaded again after banger plugin release " + id +
           ", or with another version of its file";
}

std::map<std::string, std::string> Quarantine::warnings() const {
    const std::scoped_lock hold(lock_);
    std::map<std::string, std::string> texts;
    for (const auto& [id, record] : records_) {
        if (!record.held) {
            const bool proved = !record.exits.back().how.empty();
            texts[id] = (proved ? "ended bangerd "
                                : "is suspected: bangerd ended without a word, before it was "
                                  "ready, while it was asked ") +
                        last_text(record) + " (" + std::to_string(record.exits.size()) +
                        " of the " + std::to_string(most_exits) +
                        " times within 10 minutes after which it is not loaded any more)";
        }
    }
    return texts;
}

std::string Quarantine::count_text(const std::string& id) const {
    const std::scoped_lock hold(lock_);
    const auto found = records_.find(id);
    if (found == records_.end() || found->second.exits.empty()) {
        return {};
    }
    return found->second.held ? "it is in quarantine now"
                              : std::to_string(found->second.exits.size()) + " of " +
                                    std::to_string(most_exits) + " before quarantine";
}

bool Quarantine::holds(const std::string& id) const {
    const std::scoped_lock hold(lock_);
    const auto found = records_.find(id);
    return found != records_.end() && found->second.held;
}

bool Quarantine::release(const std::string& id) {
    const std::scoped_lock hold(lock_);
    const auto found = records_.find(id);
    if (found == records_.end()) {
        return false;
    }
    auto record = records_.extract(found);
    try {
        save();
    } catch (...) {
        records_.insert(std::move(record));
        throw;
    }
    return true;
}

void Quarantine::save() const {
    json plugins = json::object();
    for (const auto& [id, record] : records_) {
        json exits = json::array();
        for (const Exit& exit : record.exits) {
            exits.push_back({{"at_ms", exit.at_ms}, {"place", exit.place}, {"how", exit.how}});
        }
        plugins[id] = {{"file", record.file},
                       {"quarantined", record.held},
                       {"exits", std::move(exits)},
                       {"probe", record.probe}};
    }
    os::write_file_atomic(file_, json{{"plugins", std::move(plugins)}}.dump(1) + "\n");
}

} // namespace banger::plugin
