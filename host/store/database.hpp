#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

namespace SQLite {
class Database;
class Exception;
class Statement;
} // namespace SQLite

namespace banger::os {
class Error;
}

namespace banger::store {

/// Who may use one connection.
enum class Threads {
    opener,  ///< the thread that opened it, which is checked
    guarded, ///< any, one at a time: the owner holds a lock
};

/// A connection to the daemon's database. A commit is on the disk when it returns.
class Database {
  public:
    /// Opens, checks and migrates the file, making it when there is none. A damaged file is moved
    /// aside and a fresh one is made. Throws Error: permission, exhausted, busy, or unsupported
    /// when a newer banger wrote it.
    explicit Database(std::filesystem::path path, Threads threads = Threads::opener);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// The file is new and empty: VMs that have folders are to be found again (see rebuild.hpp).
    [[nodiscard]] bool fresh() const noexcept { return fresh_; }
    /// Where the damaged file was moved to, when there was one.
    [[nodiscard]] const std::optional<std::filesystem::path>& damaged() const noexcept {
        return damaged_;
    }

  private:
    friend class Query;
    friend class Transaction;

    [[nodiscard]] std::optional<std::string> open();
    [[nodiscard]] std::optional<std::string> find_damage();
    void switch_to_wal();
    void migrate();
    [[nodiscard]] bool is_empty();
    void move_aside();
    void execute(std::string_view sql);
    [[nodiscard]] std::int64_t pragma(const std::string& name);
    [[nodiscard]] std::unique_ptr<SQLite::Statement> take(std::string_view sql);
    void give_back(std::unique_ptr<SQLite::Statement> statement) noexcept;
    [[nodiscard]] os::Error error(const SQLite::Exception& cause) const;

    std::filesystem::path path_;
    std::unique_ptr<SQLite::Database> handle_;
    /// Prepared statements that nobody uses now, by their text.
    std::unordered_map<std::string, std::vector<std::unique_ptr<SQLite::Statement>>> idle_;
    std::optional<std::filesystem::path> damaged_;
    std::thread::id thread_; ///< of the only user; none when guarded
    int depth_ = 0;
    bool fresh_ = false;
};

/// Groups writes: all or none of them. Rolled back unless commit() was called. One inside another
/// is a savepoint of the outer one. Never hold one over a co_await.
class Transaction {
  public:
    explicit Transaction(Database& database);
    ~Transaction();
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    void commit();

  private:
    Database& database_;
    int depth_;
    bool open_ = true;
};

} // namespace banger::store
