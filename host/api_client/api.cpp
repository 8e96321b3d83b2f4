#include "api_client/api.hpp"

#include "api_client/json.hpp"
#include "os/error.hpp"

namespace banger::api_client {
namespace {

// Every change is answered with an operation as soon as plugins have looked at its options, and
// what the daemon does itself with the VM is done: nothing but a stuck daemon takes longer.
constexpr std::chrono::seconds answer_time{60};

std::string text_of(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::vector<std::string> lines_of(const Json& error) {
    const Json* holder = &error;
    if (const auto details = error.find("details");
        !error.contains("console") && details != error.end()) {
        holder = &*details;
    }
    if (holder->is_object()) {
        if (const auto console = holder->find("console"); console != holder->end()) {
            holder = &*console;
        }
    }
    std::vector<std::string> lines;
    if (holder->is_array()) {
        for (const Json& line : *holder) {
            lines.push_back(line.is_string() ? line.get<std::string>() : line.dump());
        }
    }
    return lines;
}

[[noreturn]] void throw_answer(int status, const std::string& body) {
    const Json answer = Json::parse(body, nullptr, false);
    if (answer.is_object() && answer.contains("error") && answer["error"].is_object()) {
        throw_problem(answer["error"]);
    }
    throw os::Error(os::ErrorKind::internal, "bangerd answered with status " +
                                                 std::to_string(status) +
                                                 (body.empty() ? "" : ": " + body.substr(0, 400)));
}

} // namespace

void throw_problem(const Json& error) {
    throw os::Error(os::error_kind(text_of(error, "kind")), text_of(error, "message"),
                    text_of(error, "hint"))
        .with_details(lines_of(error));
}

Json parsed(const std::string& text, const std::string& what) {
    Json value = Json::parse(text, nullptr, false);
    if (value.is_discarded()) {
        throw os::Error(os::ErrorKind::internal, what + ": bangerd did not send JSON");
    }
    return value;
}

Response Api::open(const Request& request, std::chrono::milliseconds timeout) const {
    Response response = send(socket_, request, timeout);
    if (response.status() >= 400) {
        throw_answer(response.status(), response.read_all(answer_time));
    }
    return response;
}

Json Api::call(const Request& request) const {
    const std::string body = open(request, answer_time).read_all(answer_time);
    return body.empty() ? Json() : parsed(body, request.method + " " + request.target);
}

Json Api::get(const std::string& target) const {
    const Request request{"GET", target, {}, {}};
    try {
        return call(request);
    } catch (const os::Error& error) {
        if (error.kind() != os::ErrorKind::unavailable || !revive_ || !revive_()) {
            throw;
        }
    }
    return call(request);
}

Json Api::post(const std::string& target, const Json& body) const {
    return call({"POST", target, body.dump(), {}});
}

Json Api::post(const std::string& target) const {
    return call({"POST", target, {}, {}});
}

Json Api::put(const std::string& target, const Json& body) const {
    return call({"PUT", target, body.dump(), {}});
}

Json Api::patch(const std::string& target, const Json& body) const {
    return call({"PATCH", target, body.dump(), {}});
}

Json Api::remove(const std::string& target) const {
    return call({"DELETE", target, {}, {}});
}

} // namespace banger::api_client
