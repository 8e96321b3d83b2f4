#include "store/operation_table.hpp"

#include "store/database.hpp"
#include "store/query.hpp"

namespace banger::store {
namespace {

#define OPERATION_COLUMNS                                                                          \
    "id, kind, target, state, stage, percent, stages, log, privileged, error, result, "            \
    "created_at, ended_at, initiator"

constexpr const char* update_sql =
    "UPDATE operation SET (" OPERATION_COLUMNS
    ") = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) WHERE id = ?1";
constexpr const char* insert_sql =
    "INSERT INTO operation (" OPERATION_COLUMNS
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)";
constexpr const char* prune_sql =
    "DELETE FROM operation WHERE ended_at IS NOT NULL AND seq NOT IN "
    "(SELECT seq FROM operation WHERE ended_at IS NOT NULL ORDER BY seq DESC LIMIT ?)";
constexpr const char* find_sql = "SELECT " OPERATION_COLUMNS " FROM operation WHERE id = ?";
constexpr const char* list_sql =
    "SELECT " OPERATION_COLUMNS
    " FROM operation WHERE ?1 = '' OR state = ?1 ORDER BY seq DESC LIMIT ?2";
constexpr const char* unfinished_sql =
    "SELECT " OPERATION_COLUMNS " FROM operation WHERE ended_at IS NULL ORDER BY seq";

#undef OPERATION_COLUMNS

int write(Database& database, const char* sql, const OperationRow& row) {
    Query query(database, sql);
    query.bind(row.id).bind(row.kind).bind(row.target).bind(row.state).bind(row.stage);
    query.bind(row.percent).bind(row.stages).bind(row.log).bind(row.privileged);
    query.bind_or_null(row.error).bind_or_null(row.result);
    query.bind(row.created_at).bind_or_null(row.ended_at);
    return query.bind(row.initiator).run();
}

OperationRow read_operation(Query& query) {
    return OperationRow{.id = query.text(),
                        .kind = query.text(),
                        .target = query.text(),
                        .state = query.text(),
                        .stage = query.text(),
                        .percent = query.integer(),
                        .stages = query.text(),
                        .log = query.text(),
                        .privileged = query.text(),
                        .error = query.text_or_null(),
                        .result = query.text_or_null(),
                        .created_at = query.integer(),
                        .ended_at = query.integer_or_null(),
                        .initiator = query.text()};
}

std::vector<OperationRow> read_all(Query& query) {
    std::vector<OperationRow> rows;
    while (query.next()) {
        rows.push_back(read_operation(query));
    }
    return rows;
}

} // namespace

void OperationTable::save(const OperationRow& row) {
    Transaction transaction(database_);
    if (write(database_, update_sql, row) == 0) {
        write(database_, insert_sql, row);
        Query(database_, prune_sql).bind(kept).run();
    }
    transaction.commit();
}

std::optional<OperationRow> OperationTable::find(std::string_view id) const {
    Query query(database_, find_sql);
    return query.bind(id).next() ? std::optional(read_operation(query)) : std::nullopt;
}

std::vector<OperationRow> OperationTable::list(std::int64_t limit, std::string_view state) const {
    Query query(database_, list_sql);
    return read_all(query.bind(state).bind(limit));
}

std::vector<OperationRow> OperationTable::unfinished() const {
    Query query(database_, unfinished_sql);
    return read_all(query);
}

} // namespace banger::store
