#include "api/resources/resources.hpp"

#include "os/error.hpp"
#include "vm/operation_record.hpp"

#include <set>

#include <nlohmann/json.hpp>

namespace banger::api {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
namespace asio = boost::asio;

namespace {

[[noreturn]] void unknown(const std::string& id) {
    throw Error(ErrorKind::not_found, "no operation '" + id + "'", "see them with: banger op ls");
}

json operation_json(const Parts& parts, const std::string& id) {
    if (const auto operation = parts.operations.find(id)) {
        return operation->to_json();
    }
    if (const auto row = store::OperationTable(parts.database).find(id)) {
        return vm::to_json(*row);
    }
    unknown(id);
}

/// The newest first: those of this daemon as they are, older ones from the store.
json list(const Parts& parts, std::int64_t limit, const std::string& state) {
    json operations = json::array();
    std::set<std::string> seen;
    for (const auto& operation : parts.operations.list()) {
        seen.insert(operation->id());
        if (static_cast<std::int64_t>(operations.size()) < limit &&
            (state.empty() || vm::to_string(operation->state()) == state)) {
            operations.push_back(operation->to_json());
        }
    }
    for (const auto& row : store::OperationTable(parts.database).list(limit, state)) {
        if (static_cast<std::int64_t>(operations.size()) < limit && !seen.contains(row.id)) {
            operations.push_back(vm::to_json(row));
        }
    }
    return {{"operations", std::move(operations)}};
}

asio::awaitable<void> follow(std::shared_ptr<vm::Operation> operation, Stream& stream) {
    for (;;) {
        const std::uint64_t version = operation->version();
        co_await stream.write(line_of(operation->to_json()));
        if (operation->finished() && operation->version() == version) {
            co_return;
        }
        co_await operation->changed(version);
    }
}

} // namespace

void add_operations(Router& router, const Parts& parts) {
    router.on("GET", "/v1/operations", [&parts](Request request) -> asio::awaitable<Response> {
        co_return json_response(list(parts, request.find_number("limit", 1, 500).value_or(50),
                                     request.find_query("state").value_or("")));
    });
    router.on("GET", "/v1/operations/{id}", [&parts](Request request) -> asio::awaitable<Response> {
        co_return json_response(operation_json(parts, request.param("id")));
    });
    router.on("POST", "/v1/operations/{id}/cancel",
              [&parts](Request request) -> asio::awaitable<Response> {
                  const std::string& id = request.param("id");
                  const auto operation = parts.operations.find(id);
                  if (!operation || operation->finished()) {
                      const json known = operation_json(parts, id);
                      throw Error(ErrorKind::conflict, "operation " + id + " is over: " +
                                                           known.value("state", "unknown"));
                  }
                  operation->cancel();
                  co_return json_response(operation->to_json(), 202);
              });
    router.on("GET", "/v1/operations/{id}/events",
              [&parts](Request request) -> asio::awaitable<Response> {
                  const std::string& id = request.param("id");
                  if (const auto operation = parts.operations.find(id)) {
                      co_return line_stream(
                          [operation](Stream& stream) { return follow(operation, stream); });
                  }
                  co_return line_stream([line = line_of(operation_json(parts, id))](
                                            Stream& stream) -> asio::awaitable<void> {
                      co_await stream.write(line);
                  });
              });
}

} // namespace banger::api
