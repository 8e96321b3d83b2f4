#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace SQLite {
class Statement;
}

namespace banger::store {

class Database;

/// One use of a prepared statement: bind in order, run or step, read columns in order.
/// It throws Error as Database does.
class Query {
  public:
    Query(Database& database, std::string_view sql);
    ~Query();
    Query(const Query&) = delete;
    Query& operator=(const Query&) = delete;

    Query& bind(std::int64_t value);
    Query& bind(std::string_view value);
    Query& bind_blob(std::string_view value);
    template <class T>
    Query& bind_or_null(const std::optional<T>& value) {
        return value ? bind(*value) : bind_null();
    }

    /// True when a row is there to read.
    bool next();
    /// For statements without rows: how many rows they changed.
    int run();

    [[nodiscard]] std::int64_t integer();
    [[nodiscard]] std::string text(); ///< bytes, for BLOB columns too
    [[nodiscard]] std::optional<std::int64_t> integer_or_null();
    [[nodiscard]] std::optional<std::string> text_or_null();

  private:
    Query& bind_null();
    [[nodiscard]] bool column_is_null() const;

    Database& database_;
    std::unique_ptr<SQLite::Statement> statement_;
    int bound_ = 0;
    int column_ = 0;
};

} // namespace banger::store
