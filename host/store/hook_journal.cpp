#include "store/hook_journal.hpp"

#include "os/clock.hpp"
#include "os/enum_names.hpp"
#include "os/error.hpp"
#include "store/database.hpp"
#include "store/query.hpp"

#include <map>
#include <mutex>

namespace banger::store {
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::int64_t kept_records = 1000; ///< final ones, for a look back

constexpr auto states = os::enum_names<JournalState>({
    {JournalState::intent, "intent"},
    {JournalState::done, "done"},
    {JournalState::undone, "undone"},
    {JournalState::undo_failed, "undo_failed"},
    {JournalState::released, "released"},
});

JournalState parse_state(std::string_view name) {
    if (const auto state = states.find(name)) {
        return *state;
    }
    throw Error(ErrorKind::internal, "journal state " + std::string(name) + " is not known");
}

constexpr const char* begin_sql =
    "INSERT INTO hook_journal (vm_id, plugin, hook, state, cookie, error, attempts, at) "
    "VALUES (?, ?, ?, 'intent', x'', '', 0, ?) RETURNING seq";
constexpr const char* done_sql =
    "UPDATE hook_journal SET state = 'done', cookie = ?, at = ? WHERE seq = ?";
constexpr const char* keep_sql = "UPDATE hook_journal SET cookie = ? WHERE seq = ? AND state IN "
                                 "('intent', 'done', 'undo_failed')";
constexpr const char* finish_sql = "UPDATE hook_journal SET state = ?1, error = ?2, at = ?3, "
                                   "attempts = attempts + (?1 = 'undo_failed') WHERE seq = ?4";
constexpr const char* prune_sql =
    "DELETE FROM hook_journal WHERE state IN ('undone', 'released') AND seq <= ?";
constexpr const char* forget_sql = "DELETE FROM hook_journal WHERE vm_id = ?";
constexpr const char* open_sql =
    "SELECT seq, vm_id, plugin, hook, state, cookie, error, attempts, at FROM hook_journal "
    "WHERE (?1 = '' OR vm_id = ?1) AND state IN ('intent', 'done', 'undo_failed') ORDER BY seq";
constexpr const char* cookies_sql =
    "SELECT plugin, cookie FROM hook_journal WHERE vm_id = ? "
    "AND state IN ('intent', 'done', 'undo_failed') AND cookie <> x'' ORDER BY seq";
constexpr std::size_t most_known = 256; ///< VMs

JournalRecord read_record(Query& query) {
    return JournalRecord{.seq = query.integer(),
                         .vm_id = query.text(),
                         .plugin = query.text(),
                         .hook = query.text(),
                         .state = parse_state(query.text()),
                         .cookie = query.text(),
                         .error = query.text(),
                         .attempts = static_cast<int>(query.integer()),
                         .at_ms = query.integer()};
}

void require_fits(std::string_view cookie) {
    if (cookie.size() > HookJournal::max_cookie) {
        throw Error(ErrorKind::invalid, "a cookie has at most " +
                                            std::to_string(HookJournal::max_cookie) +
                                            " bytes, not " + std::to_string(cookie.size()));
    }
}

void require_found(int changed, std::int64_t seq) {
    if (changed == 0) {
        throw Error(ErrorKind::not_found, "journal record " + std::to_string(seq) + " is gone");
    }
}

} // namespace

std::string_view to_string(JournalState state) noexcept {
    return states.name(state);
}

struct HookJournal::State {
    explicit State(const std::filesystem::path& path) : database(path, Threads::guarded) {}
    std::mutex lock;
    Database database;
    /// By VM, then plugin, as long as nothing is written: hooks that write no record read none.
    std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> cookies;

    std::vector<JournalRecord> open_records(std::string_view vm_id) {
        const std::scoped_lock hold(lock);
        std::vector<JournalRecord> records;
        Query query(database, open_sql);
        query.bind(vm_id);
        while (query.next()) {
            records.push_back(read_record(query));
        }
        return records;
    }
};

HookJournal::HookJournal(const std::filesystem::path& database)
    : state_(std::make_unique<State>(database)) {}

HookJournal::~HookJournal() = default;

std::int64_t HookJournal::begin(const std::string& vm_id, const std::string& plugin,
                                std::string_view hook) {
    const std::scoped_lock hold(state_->lock);
    state_->cookies.clear();
    Query query(state_->database, begin_sql);
    query.bind(vm_id).bind(plugin).bind(hook).bind(os::now_ms());
    static_cast<void>(query.next());
    const std::int64_t seq = query.integer();
    static_cast<void>(query.next()); // the end of the statement is what commits it
    return seq;
}

void HookJournal::keep(std::int64_t seq, std::string_view cookie) {
    require_fits(cookie);
    const std::scoped_lock hold(state_->lock);
    state_->cookies.clear();
    Query query(state_->database, keep_sql);
    require_found(query.bind_blob(cookie).bind(seq).run(), seq);
}

void HookJournal::done(std::int64_t seq, std::string_view cookie) {
    require_fits(cookie);
    const std::scoped_lock hold(state_->lock);
    state_->cookies.clear();
    Query query(state_->database, done_sql);
    require_found(query.bind_blob(cookie).bind(os::now_ms()).bind(seq).run(), seq);
}

void HookJournal::finish(std::int64_t seq, JournalState state, std::string_view error) {
    if (state == JournalState::intent || state == JournalState::done) {
        throw Error(ErrorKind::internal,
                    "a journal record does not finish as " + std::string(to_string(state)));
    }
    const std::scoped_lock hold(state_->lock);
    state_->cookies.clear();
    Transaction transaction(state_->database);
    Query query(state_->database, finish_sql);
    query.bind(to_string(state)).bind(error).bind(os::now_ms()).bind(seq);
    require_found(query.run(), seq);
    Query(state_->database, prune_sql).bind(seq - kept_records).run();
    transaction.commit();
}

std::vector<JournalRecord> HookJournal::open_records(const std::string& vm_id) const {
    return vm_id.empty() ? std::vector<JournalRecord>{} : state_->open_records(vm_id);
}

std::vector<JournalRecord> HookJournal::open_records() const {
    return state_->open_records({});
}

std::string HookJournal::cookie(const std::string& vm_id, const std::string& plugin) const {
    const std::scoped_lock hold(state_->lock);
    auto known = state_->cookies.find(vm_id);
    if (known == state_->cookies.end()) {
        if (state_->cookies.size() >= most_known) {
            state_->cookies.clear();
        }
        std::map<std::string, std::string, std::less<>> newest;
        Query query(state_->database, cookies_sql);
        query.bind(vm_id);
        while (query.next()) {
            std::string owner = query.text();
            newest[std::move(owner)] = query.text();
        }
        known = state_->cookies.emplace(vm_id, std::move(newest)).first;
    }
    const auto found = known->second.find(plugin);
    return found == known->second.end() ? std::string() : found->second;
}

void HookJournal::forget(const std::string& vm_id) {
    const std::scoped_lock hold(state_->lock);
    state_->cookies.clear();
    Query(state_->database, forget_sql).bind(vm_id).run();
}

std::vector<DroppedRecord> HookJournal::drop(const std::string& vm_id, const std::string& vm_name,
                                             const Objects& objects) {
    std::vector<DroppedRecord> records;
    for (const JournalRecord& record : open_records(vm_id)) {
        records.push_back({.seq = record.seq,
                           .vm_id = vm_id,
                           .vm_name = vm_name,
                           .plugin = record.plugin,
                           .hook = record.hook,
                           .error = record.error,
                           .objects = objects(record.plugin),
                           .at_ms = os::now_ms()});
    }
    const std::scoped_lock hold(state_->lock);
    Transaction transaction(state_->database);
    for (const DroppedRecord& record : records) {
        DroppedRecords(state_->database).add(record);
    }
    state_->cookies.clear();
    Query(state_->database, forget_sql).bind(vm_id).run();
    transaction.commit();
    return records;
}

std::vector<DroppedRecord> HookJournal::dropped() const {
    const std::scoped_lock hold(state_->lock);
    return DroppedRecords(state_->database).list();
}

void HookJournal::forget_dropped(std::int64_t seq) {
    const std::scoped_lock hold(state_->lock);
    DroppedRecords(state_->database).remove(seq);
}

} // namespace banger::store
