#include "store/database.hpp"

#include "os/error.hpp"
#include "store/query.hpp"
#include "store/schema.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <ctime>

#include <sys/stat.h>

namespace banger::store {
namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

namespace {

constexpr int busy_timeout_ms = 3000;
constexpr std::int64_t application_id = 0x424e4752; // "BNGR", in the header of the file
constexpr const char* damage_hint =
    "restart bangerd: it moves the damaged file aside and finds the VMs again";

bool is_damage(const SQLite::Exception& cause) noexcept {
    return cause.getErrorCode() == SQLITE_CORRUPT || cause.getErrorCode() == SQLITE_NOTADB;
}

ErrorKind kind_of(const SQLite::Exception& cause, int system_errno) noexcept {
    if (system_errno == ENOSPC || system_errno == EDQUOT) {
        return ErrorKind::exhausted;
    }
    switch (cause.getErrorCode()) {
    case SQLITE_FULL:
    case SQLITE_NOMEM:
        return ErrorKind::exhausted;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return ErrorKind::permission;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ErrorKind::busy;
    case SQLITE_CONSTRAINT:
        return ErrorKind::conflict;
    case SQLITE_TOOBIG:
        return ErrorKind::invalid;
    default:
        return ErrorKind::internal;
    }
}

std::string hint_for(ErrorKind kind, const SQLite::Exception& cause, const fs::path& path) {
    if (is_damage(cause)) {
        return damage_hint;
    }
    if (kind == ErrorKind::exhausted) {
        return "free some space on the disk of " + path.parent_path().string();
    }
    if (kind == ErrorKind::permission) {
        return "make " + path.parent_path().string() + " and what is in it writable for you";
    }
    if (kind == ErrorKind::busy) {
        return "another program holds the database; end it and try again";
    }
    return {};
}

std::string utc_stamp() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
    return {text.data(), size};
}

} // namespace

Database::Database(fs::path path, Threads threads)
    : path_(std::move(path)),
      thread_(threads == Threads::opener ? std::this_thread::get_id() : std::thread::id()) {
    if (open()) {
        move_aside();
        if (const auto again = open()) {
            throw Error(ErrorKind::internal, "database " + path_.string() + ": " + *again);
        }
    }
}

Database::~Database() {
    idle_.clear(); // statements before the connection they belong to
}

/// What is wrong with the file, when it is damaged.
std::optional<std::string> Database::open() {
    const bool existed = fs::exists(path_);
    try {
        handle_ = std::make_unique<SQLite::Database>(path_.string(),
                                                     SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE |
                                                         SQLite::OPEN_NOMUTEX, // one thread
                                                     busy_timeout_ms);
        // The -wal and -shm files take the mode of the database.
        if (!existed && ::chmod(path_.c_str(), 0600) != 0) {
            throw os::errno_error("chmod " + path_.string());
        }
        switch_to_wal();
        execute("PRAGMA synchronous = FULL"); // a commit survives a power cut
        execute("PRAGMA foreign_keys = ON");
        if (auto damage = find_damage()) {
            return damage;
        }
    } catch (const SQLite::Exception& cause) {
        if (is_damage(cause)) {
            return cause.what();
        }
        throw error(cause);
    }
    migrate();
    return std::nullopt;
}

std::optional<std::string> Database::find_damage() {
    SQLite::Statement check(*handle_, "PRAGMA quick_check(1)");
    if (check.executeStep() && check.getColumn(0).getString() != "ok") {
        return check.getColumn(0).getString();
    }
    return std::nullopt;
}

/// SQLite does not wait for this lock itself when two processes make the same database.
void Database::switch_to_wal() {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(busy_timeout_ms);
    for (;;) {
        try {
            handle_->exec("PRAGMA journal_mode = WAL");
            return;
        } catch (const SQLite::Exception& cause) {
            if (cause.getErrorCode() != SQLITE_BUSY ||
                std::chrono::steady_clock::now() > deadline) {
                throw;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
}

void Database::migrate() {
    Transaction transaction(*this); // another process may be doing the same
    fresh_ = is_empty();
    if (!fresh_ && pragma("application_id") != application_id) {
        throw Error(ErrorKind::conflict, path_.string() + " is a database of another program",
                    "move it away and start again");
    }
    const auto steps = migrations();
    const auto known = static_cast<std::int64_t>(steps.size());
    const std::int64_t version = pragma("user_version");
    if (version > known) {
        throw Error(ErrorKind::unsupported,
                    "database " + path_.string() + " has schema " + std::to_string(version) +
                        ", this banger knows up to " + std::to_string(known),
                    "use the newer banger that wrote it");
    }
    if (version == known) {
        return; // the transaction ends without a write
    }
    try {
        for (std::int64_t step = version; step < known; ++step) {
            execute(steps[static_cast<std::size_t>(step)]);
        }
        execute("PRAGMA user_version = " + std::to_string(known));
        execute("PRAGMA application_id = " + std::to_string(application_id));
    } catch (const SQLite::Exception& cause) {
        throw error(cause).with_context("bring the schema up to " + std::to_string(known));
    }
    transaction.commit();
}

/// A statement that is not over keeps a step of the schema from dropping a table.
bool Database::is_empty() {
    Query tables(*this, "SELECT count(*) FROM sqlite_schema");
    return tables.next() && tables.integer() == 0;
}

void Database::move_aside() {
    idle_.clear();
    handle_.reset();
    const fs::path target = path_.string() + ".damaged-" + utc_stamp();
    for (const char* suffix : {"-wal", "-shm", ""}) {
        const std::string from = path_.string() + suffix;
        const std::string to = target.string() + suffix;
        if (::rename(from.c_str(), to.c_str()) != 0 && errno != ENOENT) {
            throw os::errno_error("move the damaged " + from + " aside");
        }
    }
    damaged_ = target;
}

std::int64_t Database::pragma(const std::string& name) {
    Query query(*this, "PRAGMA " + name);
    return query.next() ? query.integer() : 0;
}

void Database::execute(std::string_view sql) {
    handle_->exec(std::string(sql));
}

std::unique_ptr<SQLite::Statement> Database::take(std::string_view sql) {
    if (thread_ != std::thread::id() && std::this_thread::get_id() != thread_) {
        throw Error(ErrorKind::internal, "the database is used from a second thread");
    }
    const std::string text(sql);
    auto& idle = idle_[text];
    if (!idle.empty()) {
        auto statement = std::move(idle.back());
        idle.pop_back();
        return statement;
    }
    try {
        return std::make_unique<SQLite::Statement>(*handle_, text);
    } catch (const SQLite::Exception& cause) {
        throw error(cause);
    }
}

void Database::give_back(std::unique_ptr<SQLite::Statement> statement) noexcept {
    try {
        // The status is that of the last step, which was reported when it failed.
        static_cast<void>(statement->tryReset());
        statement->clearBindings();
        idle_[statement->getQuery()].push_back(std::move(statement));
    } catch (...) {
        statement.reset(); // it is only a cache
    }
}

Error Database::error(const SQLite::Exception& cause) const {
    const int system_errno = handle_ ? sqlite3_system_errno(handle_->getHandle()) : errno;
    const bool io = cause.getErrorCode() == SQLITE_IOERR || cause.getErrorCode() == SQLITE_FULL ||
                    cause.getErrorCode() == SQLITE_CANTOPEN;
    const ErrorKind kind = kind_of(cause, io ? system_errno : 0);
    return {kind, "database " + path_.string() + ": " + cause.what(), hint_for(kind, cause, path_)};
}

Transaction::Transaction(Database& database) : database_(database), depth_(database.depth_) {
    const std::string sql =
        depth_ == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT level" + std::to_string(depth_);
    Query(database_, sql).run();
    ++database_.depth_;
}

Transaction::~Transaction() {
    if (!open_) {
        return;
    }
    database_.depth_ = depth_;
    try {
        if (depth_ > 0) {
            const std::string name = "level" + std::to_string(depth_);
            Query(database_, "ROLLBACK TO " + name).run();
            Query(database_, "RELEASE " + name).run();
        } else if (sqlite3_get_autocommit(database_.handle_->getHandle()) == 0) {
            Query(database_, "ROLLBACK").run(); // a full disk has rolled back already
        }
    } catch (...) { // SQLite undoes what is left at the next open; nothing was committed
    }
}

void Transaction::commit() {
    Query(database_, depth_ == 0 ? std::string("COMMIT") : "RELEASE level" + std::to_string(depth_))
        .run();
    open_ = false;
    database_.depth_ = depth_;
}

} // namespace banger::store
