#include "vmm/qemu/qmp.hpp"

#include "os/error.hpp"

#include <utility>

namespace banger::vmm::qemu {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

void QmpClient::call(std::string_view command, OnReply on_reply, const json& arguments) {
    const std::uint64_t id = next_id_++;
    json message{{"execute", command}, {"id", id}};
    if (!arguments.is_null()) {
        message["arguments"] = arguments;
    }
    waiting_[id] = std::move(on_reply);
    (greeted_ ? out_ : held_) += message.dump() + "\n";
}

void QmpClient::feed(std::string_view bytes) {
    in_.append(bytes);
    std::size_t from = 0;
    for (std::size_t end = in_.find('\n'); end != std::string::npos; end = in_.find('\n', from)) {
        const std::string line = in_.substr(from, end - from);
        from = end + 1;
        if (line.find_first_not_of(" \r\t") != std::string::npos) {
            handle(line);
        }
    }
    in_.erase(0, from);
    if (in_.size() > max_line) {
        throw Error(ErrorKind::invalid, "QMP: a line without an end");
    }
}

void QmpClient::handle(std::string_view line) {
    const json message = json::parse(line, nullptr, false);
    if (!message.is_object()) {
        throw Error(ErrorKind::invalid, "QMP: not a JSON object");
    }
    if (message.contains("QMP")) {
        if (!std::exchange(greeted_, true)) {
            // Without this first command every other one is refused.
            out_ += "{\"execute\":\"qmp_capabilities\"}\n" + std::exchange(held_, {});
        }
        return;
    }
    const auto event = message.find("event");
    if (event != message.end() && event->is_string()) {
        const auto data = message.find("data");
        on_event_(event->get_ref<const std::string&>(),
                  data != message.end() ? *data : json::object());
        return;
    }
    const auto id = message.find("id");
    if (id == message.end() || !id->is_number_unsigned()) {
        return; // the answer to qmp_capabilities
    }
    Reply reply;
    if (const auto error = message.find("error"); error != message.end()) {
        reply.error = error->is_object() ? error->value("desc", "unknown error") : "unknown error";
    } else {
        reply.ok = true;
        reply.data = message.value("return", json::object());
    }
    answer(id->get<std::uint64_t>(), reply);
}

void QmpClient::answer(std::uint64_t id, const Reply& reply) {
    const auto it = waiting_.find(id);
    if (it != waiting_.end()) {
        const OnReply on_reply = std::move(it->second);
        waiting_.erase(it);
        on_reply(reply);
    }
}

void QmpClient::closed() {
    Reply reply;
    reply.error = "the VMM has ended";
    while (!waiting_.empty()) {
        answer(waiting_.begin()->first, reply);
    }
}

} // namespace banger::vmm::qemu
