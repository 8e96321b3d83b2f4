#include "store/query.hpp"

#include "os/error.hpp"
#include "store/database.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace banger::store {

Query::Query(Database& database, std::string_view sql)
    : database_(database), statement_(database.take(sql)) {}

Query::~Query() {
    database_.give_back(std::move(statement_));
}

Query& Query::bind(std::int64_t value) {
    statement_->bind(++bound_, value);
    return *this;
}

Query& Query::bind(std::string_view value) {
    statement_->bind(++bound_, std::string(value));
    return *this;
}

Query& Query::bind_blob(std::string_view value) {
    // An empty view may have no address, which SQLite would read as NULL.
    statement_->bind(++bound_, value.empty() ? "" : value.data(), static_cast<int>(value.size()));
    return *this;
}

Query& Query::bind_null() {
    statement_->bind(++bound_);
    return *this;
}

bool Query::next() {
    column_ = 0;
    try {
        return statement_->executeStep();
    } catch (const SQLite::Exception& cause) {
        throw database_.error(cause);
    }
}

int Query::run() {
    try {
        return statement_->exec();
    } catch (const SQLite::Exception& cause) {
        throw database_.error(cause);
    }
}

std::int64_t Query::integer() {
    return statement_->getColumn(column_++).getInt64();
}

std::string Query::text() {
    return statement_->getColumn(column_++).getString();
}

bool Query::column_is_null() const {
    return statement_->getColumn(column_).isNull();
}

std::optional<std::int64_t> Query::integer_or_null() {
    if (column_is_null()) {
        ++column_;
        return std::nullopt;
    }
    return integer();
}

std::optional<std::string> Query::text_or_null() {
    if (column_is_null()) {
        ++column_;
        return std::nullopt;
    }
    return text();
}

} // namespace banger::store
