#include "supervisor/qmp_link.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace banger::supervisor {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
using vmm::qemu::QmpClient;

QmpLink::QmpLink(Loop& loop, os::UniqueFd fd, OnEvent on_event)
    : on_event_(std::move(on_event)),
      client_([this](std::string_view name, const json& data) { event(name, data); }),
      connection_(
          loop, std::move(fd),
          {[this](std::string_view bytes) { feed(bytes); }, [this](bool) { close(); }, [] {}}) {}

void QmpLink::event(std::string_view name, const json& data) {
    if (name == "SHUTDOWN") {
        on_event_(VmmEvent::ending, data.value("reason", ""));
    } else if (name == "BLOCK_IO_ERROR") { // its STOP follows (QEMU, qapi/block-core.json)
        if (data.value("action", "") == "stop" && data.value("nospace", false)) {
            on_event_(VmmEvent::disk_full, {});
        }
    } else if (name == "STOP") {
        on_event_(VmmEvent::paused, {});
    } else if (name == "RESUME") {
        on_event_(VmmEvent::resumed, {});
    } else if (name == "POWERDOWN") {
        on_event_(VmmEvent::powerdown, {});
    } else if (name == "VSERPORT_CHANGE") {
        const bool open = data.value("open", false);
        on_event_(open ? VmmEvent::agent_open : VmmEvent::agent_closed, {});
    }
}

void QmpLink::feed(std::string_view bytes) {
    if (broken_) {
        return;
    }
    try {
        client_.feed(bytes);
        flush();
    } catch (const Error&) {
        close(); // a VMM that speaks no QMP can still be killed, and its end be seen
    }
}

void QmpLink::flush() {
    const std::string_view bytes = client_.pending();
    const std::size_t count = bytes.size();
    connection_.send(bytes);
    client_.sent(count);
}

void QmpLink::close() {
    broken_ = true;
    client_.closed();
}

void QmpLink::drain() {
    connection_.drain();
    close();
}

void QmpLink::start(Done running) {
    // The guest is held (-S) until we listen: else an end in its first moments would have no
    // reason.
    client_.call("cont", [](const QmpClient::Reply&) {});
    client_.call(
        "query-status", [this, running = std::move(running)](const QmpClient::Reply& reply) {
            if (reply.ok && reply.data.value("running", false)) {
                running(nullptr);
                return;
            }
            const Error error(broken_ ? ErrorKind::unavailable : ErrorKind::internal,
                              "the VMM does not run the guest: " +
                                  (reply.ok ? reply.data.value("status", "?") : reply.error));
            running(&error);
        });
    flush();
}

void QmpLink::powerdown(Done done) {
    call("system_powerdown", std::move(done));
}

void QmpLink::pause(Done done) {
    call("stop", std::move(done));
}

void QmpLink::resume(Done done) {
    call("cont", std::move(done));
}

/// QEMU itself makes the file longer.
void QmpLink::resize_disk(const vmm::GrowingDisk& disk, std::uint64_t bytes, Done done) {
    call("block_resize", {{"node-name", disk.name}, {"size", bytes}}, std::move(done));
}

void QmpLink::call(std::string_view command, Done done) {
    call(command, json(), std::move(done));
}

void QmpLink::call(std::string_view command, const json& arguments, Done done) {
    if (broken_) {
        const Error error(ErrorKind::unavailable, "the VMM does not answer");
        done(&error);
        return;
    }
    client_.call(
        command,
        [done = std::move(done)](const QmpClient::Reply& reply) {
            if (reply.ok) {
                done(nullptr);
            } else {
                const Error error(ErrorKind::internal, "QEMU: " + reply.error);
                done(&error);
            }
        },
        arguments);
    flush();
}

} // namespace banger::supervisor
