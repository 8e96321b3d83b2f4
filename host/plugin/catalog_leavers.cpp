#include "plugin/catalog.hpp"

#include "plugin/breadcrumb.hpp"

namespace banger::plugin {

using os::Error;

namespace {
constexpr const char* create_to_leave = "create to leave";
constexpr const char* init_to_leave = "init to leave";
} // namespace

/// Who ended the last daemon when it was to give back.
void Catalog::note_deaths() {
    if (!services_.calls) {
        return;
    }
    for (const CutCall& call : services_.calls->left()) {
        const bool to_leave =
            call.hook == create_to_leave || call.hook == init_to_leave || call.hook == "leave";
        if (!to_leave || call.how.empty() || !leavers_.may_hold(call.plugin)) {
            continue;
        }
        try {
            leavers_.note_death(call.plugin);
        } catch (const Error& error) { // a full disk
            log(BANGER_LOG_ERROR, call.plugin, error.what());
        }
    }
}

/// Which of those that are switched off may hold something still.
void Catalog::expect_leavers() {
    note_deaths();
    for (auto& [id, candidate] : candidates_) {
        if (candidate.state == State::disabled && leavers_.may_hold(id)) {
            candidate.state = State::leaving;
        }
    }
}

void Catalog::load_leavers() {
    for (auto& [id, candidate] : candidates_) {
        if (candidate.state != State::leaving || !candidate.manifest) {
            continue;
        }
        const banger_daemon_hooks* hooks = candidate.manifest->daemon;
        if (!hooks || !BANGER_HAS(banger_daemon_hooks, hooks, leave)) {
            candidate.state = State::disabled; // what it holds is known by the journal alone
            leavers_.forget(id);               // its file is not opened again for that
        } else if (leavers_.died_in(id)) {
            give_up(id, "bangerd died in it when it was to give back what it holds", true);
        } else {
            load_leaver(id);
        }
    }
}

void Catalog::load_leaver(const std::string& id) {
    try {
        const Outcome created = create(id, create_to_leave);
        Plugin& plugin = *plugins_.back();
        if (created.failed()) {
            throw created.error(plugin, {.hook = create_to_leave});
        }
        if (const Outcome outcome = init(plugin, init_to_leave); outcome.failed()) {
            throw outcome.error(plugin, {.hook = init_to_leave});
        }
        leavers_.add(plugin);
        log(BANGER_LOG_INFO, id, "switched off: it is asked to give back what it holds");
    } catch (const Error& error) {
        fail(id, error.what(), error.hint());
    }
}

void Catalog::give_up(const std::string& id, const std::string& reason, bool for_good) {
    leavers_.give_up(id, reason, for_good);
    log(BANGER_LOG_ERROR, id, "switched off, but " + reason);
}

} // namespace banger::plugin
