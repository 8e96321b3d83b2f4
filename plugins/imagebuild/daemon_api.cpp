#include "daemon_api.hpp"

#include "error_kind.hpp"
#include "own_call.hpp"

#include <algorithm>

#include <poll.h>

namespace imagebuild {
namespace {

using banger::Call;
using banger::Error;
using nlohmann::json;
using std::chrono::milliseconds;

constexpr milliseconds request_limit{60000};
constexpr milliseconds adoption_limit{600000}; ///< gigabytes have to be on the disk before it ends
constexpr milliseconds first_pause{50};
constexpr milliseconds longest_pause{1000};
constexpr milliseconds cancel_limit{120000}; ///< an operation that is cancelled ends within this

Error error_in(const json& problem, const std::string& what) {
    if (!problem.is_object()) {
        return Error(BANGER_E_INTERNAL, what + " failed");
    }
    return Error(status_of_kind(problem.value("kind", "")),
                 problem.value("message", what + " failed"), problem.value("hint", ""));
}

bool is_over(const json& operation) {
    const std::string state = operation.value("state", "");
    return state == "succeeded" || state == "failed" || state == "cancelled";
}

void require_success(const json& operation) {
    if (operation.value("state", "") != "succeeded") {
        throw error_in(operation.value("error", json()),
                       operation.value("kind", "operation") + " " + operation.value("target", ""));
    }
}

/// True when the call was cancelled meanwhile.
bool pause(const Call* call, milliseconds time) {
    pollfd entry{call != nullptr ? call->cancel_fd() : -1, POLLIN, 0};
    return ::poll(&entry, 1, static_cast<int>(time.count())) > 0;
}

} // namespace

json DaemonApi::ask(std::string_view method, std::string_view target, const json& body) const {
    const bool adopts = method == "POST" && target == "/v1/images";
    OwnCall call(host_, "api", adopts ? adoption_limit : request_limit);
    const banger_response& answer =
        api_.request(call, method, target, body.is_null() ? std::string() : body.dump());
    const json document = json::parse(banger::view(answer.body), nullptr, false);
    if (answer.http_status >= 200 && answer.http_status < 300) {
        return document;
    }
    const std::string what = std::string(method) + " " + std::string(target);
    throw error_in(document.is_object() ? document.value("error", json()) : json(), what);
}

std::optional<json> DaemonApi::find(std::string_view target) const {
    try {
        return ask("GET", target);
    } catch (const Error& error) {
        if (error.code() == BANGER_E_NOT_FOUND) {
            return std::nullopt;
        }
        throw;
    }
}

json DaemonApi::operation(const std::string& id) const {
    return ask("GET", "/v1/operations/" + encoded(id));
}

json DaemonApi::completed(Call& job, const json& begun) const {
    const std::string id = begun.value("id", "");
    json now = begun;
    milliseconds wait = first_pause;
    while (!is_over(now)) {
        if (pause(&job, wait)) {
            try {
                (void)ask("POST", "/v1/operations/" + encoded(id) + "/cancel");
            } catch (const Error&) { // NOLINT(bugprone-empty-catch): it is over by now
            }
            (void)end_of(begun, cancel_limit);
            throw Error(BANGER_E_CANCELLED, "cancelled");
        }
        wait = std::min(wait * 2, longest_pause);
        now = operation(id);
    }
    require_success(now);
    return now;
}

void DaemonApi::settled(const json& begun, milliseconds limit) const {
    require_success(end_of(begun, limit));
}

json DaemonApi::end_of(const json& begun, milliseconds limit) const {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    json now = begun;
    while (!is_over(now)) {
        if (std::chrono::steady_clock::now() >= deadline) {
            throw Error(BANGER_E_TIMEOUT,
                        now.value("kind", "operation") + " " + now.value("target", "") +
                            " does not end",
                        "see banger op ls");
        }
        (void)pause(nullptr, first_pause * 4);
        now = operation(begun.value("id", ""));
    }
    return now;
}

std::string DaemonApi::encoded(std::string_view text) {
    static constexpr std::string_view plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (plain.find(c) != std::string_view::npos) {
            out += c;
        } else {
            out += {'%', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    return out;
}

} // namespace imagebuild
