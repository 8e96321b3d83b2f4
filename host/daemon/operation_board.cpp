#include "daemon/operation_board.hpp"

#include "daemon/on_loop.hpp"
#include "vm/operation.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <optional>

#include <nlohmann/json.hpp>

namespace banger::daemon {
namespace asio = boost::asio;
using nlohmann::json;

namespace {

/// How a job ended; the loop's.
struct End {
    explicit End(asio::io_context& loop) : told(loop, asio::steady_timer::time_point::max()) {}
    asio::steady_timer told;
    std::optional<plugin::OperationBoard::Result> result;
};

asio::awaitable<json> carry_out(asio::io_context& loop, vm::Operation& operation,
                                plugin::OperationBoard::Job job) {
    const auto end = std::make_shared<End>(loop);
    job(std::make_shared<vm::CallContext>(operation.context()),
        [&loop, end](plugin::OperationBoard::Result result) {
            asio::post(loop, [end, result = std::move(result)]() mutable {
                end->result = std::move(result);
                end->told.cancel();
            });
        });
    while (!end->result) {
        boost::system::error_code code;
        co_await end->told.async_wait(asio::redirect_error(asio::use_awaitable, code));
    }
    if (end->result->error) {
        throw os::Error(*end->result->error);
    }
    co_return end->result->json.empty() ? json(nullptr) : json::parse(end->result->json);
}

} // namespace

std::string OperationBoard::start(const std::string& kind, const std::string& target,
                                  const std::string& initiator, Job job) {
    return on_loop(loop_, [&] {
        operations_.require_open();
        return operations_
            .start(
                kind, target,
                [&loop = loop_, job = std::move(job)](vm::Operation& operation) {
                    return carry_out(loop, operation, job);
                },
                initiator)
            ->id();
    });
}

} // namespace banger::daemon
