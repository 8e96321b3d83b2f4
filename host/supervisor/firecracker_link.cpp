#include "supervisor/firecracker_link.hpp"

#include "os/unix_socket.hpp"
#include "supervisor/image_growth.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>

namespace banger::supervisor {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
using std::chrono::milliseconds;
using vmm::ApiRequest;
using vmm::firecracker::ApiClient;
using Clock = std::chrono::steady_clock;

namespace {

constexpr milliseconds longest_pause{50};

std::string text_of(milliseconds time) {
    return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + " s"
                                    : std::to_string(time.count()) + " ms";
}

void nothing_more(const json& /*data*/) {}

/// Nothing when nobody listens yet. What is at the path itself, and no link that a VMM put there,
/// which could lead to any socket of the user's.
os::UniqueFd connect_to(const std::filesystem::path& path) {
    const os::UniqueFd socket(::open(path.c_str(), O_PATH | O_CLOEXEC | O_NOFOLLOW));
    if (!socket) {
        if (errno == ENOENT) {
            return {};
        }
        throw os::errno_error("open " + path.string());
    }
    return os::try_connect_unix("/proc/self/fd/" + std::to_string(socket.get()));
}

} // namespace

FirecrackerLink::FirecrackerLink(Loop& loop, const vmm::SupervisorPlan& plan, OnEvent on_event)
    : FirecrackerLink(loop, plan, std::move(on_event), Limits{}) {}

FirecrackerLink::FirecrackerLink(Loop& loop, const vmm::SupervisorPlan& plan, OnEvent on_event,
                                 Limits limits)
    : loop_(loop), socket_(vmm::RunFolder{plan.run_dir}.vmm_api()),
      place_(plan.jail ? "in the jail of VM " + plan.id : socket_.string()), dir_(plan.dir),
      version_(plan.version), requests_(plan.requests), on_event_(std::move(on_event)),
      limits_(limits) {}

void FirecrackerLink::start(Done running) {
    running_ = std::move(running);
    connect_by_ = Clock::now() + limits_.connect;
    connect();
}

void FirecrackerLink::connect() {
    os::UniqueFd fd = connect_to(socket_);
    if (!fd) {
        if (Clock::now() >= connect_by_) {
            const Error error(ErrorKind::timeout, "Firecracker did not open its API socket " +
                                                      place_ + " within " +
                                                      text_of(limits_.connect));
            end_start(&error);
            return;
        }
        retry_ = loop_.after(pause_, [this] { connect(); });
        pause_ = std::min(2 * pause_, longest_pause);
        return;
    }
    connection_ = std::make_unique<Connection>(
        loop_, std::move(fd),
        Connection::Events{[this](std::string_view bytes) { feed(bytes); },
                           [this](bool) { close(); }, [] {}});
    const ApiRequest version{"GET", "/version", ""};
    step_ = version.name();
    ask(
        version, limits_.first,
        [this](const json& data) {
            const auto said = data.is_object() ? data.find("firecracker_version") : data.end();
            said_version_ = said != data.end() && said->is_string() ? said->get<std::string>() : "";
        },
        [this](const Error* error) {
            if (error != nullptr) {
                end_start(error);
            } else if (said_version_ != version_) {
                const Error other(ErrorKind::unavailable,
                                  "Firecracker is version \"" + said_version_ +
                                      "\", and this start was made for version " + version_,
                                  "the program was replaced a moment ago: start the VM again");
                end_start(&other);
            } else {
                make_request(0);
            }
        });
}

void FirecrackerLink::make_request(std::size_t number) {
    if (number == requests_.size()) {
        step_.clear();
        end_start(nullptr);
        return;
    }
    step_ = requests_[number].name();
    ask(requests_[number], limits_.each, nothing_more, [this, number](const Error* error) {
        if (error != nullptr) {
            end_start(error);
        } else {
            make_request(number + 1);
        }
    });
}

void FirecrackerLink::end_start(const Error* error) {
    if (const Done running = std::exchange(running_, {})) {
        running(error);
    }
}

void FirecrackerLink::powerdown(Done done) {
    ask(
        {"PUT", "/actions", R"({"action_type":"SendCtrlAltDel"})"}, limits_.each,
        [this](const json&) { on_event_(VmmEvent::powerdown, {}); }, std::move(done));
}

void FirecrackerLink::pause(Done done) {
    ask(
        {"PATCH", "/vm", R"({"state":"Paused"})"}, limits_.each,
        [this](const json&) { on_event_(VmmEvent::paused, {}); }, std::move(done));
}

void FirecrackerLink::resume(Done done) {
    ask(
        {"PATCH", "/vm", R"({"state":"Resumed"})"}, limits_.each,
        [this](const json&) { on_event_(VmmEvent::resumed, {}); }, std::move(done));
}

void FirecrackerLink::resize_disk(const vmm::GrowingDisk& disk, std::uint64_t bytes, Done done) {
    const std::string path = "/drives/" + disk.name;
    const auto put = std::find_if(requests_.begin(), requests_.end(),
                                  [&](const ApiRequest& one) { return one.path == path; });
    try {
        if (!open()) {
            throw Error(ErrorKind::unavailable, "the VMM does not answer");
        }
        if (put == requests_.end()) {
            throw Error(ErrorKind::internal, "the VMM was given no drive " + disk.name);
        }
        grow_image(dir_ / disk.path, bytes);
    } catch (const Error& error) {
        done(&error);
        return;
    }
    // The name that the drive was given is right in a jail, too.
    const json body{{"drive_id", disk.name},
                    {"path_on_host", json::parse(put->body).at("path_on_host")}};
    ask({"PATCH", path, body.dump()}, limits_.each, nothing_more, std::move(done));
}

void FirecrackerLink::ask(const ApiRequest& request, milliseconds limit, Accepted accepted,
                          Done done) {
    if (!open()) {
        const Error error(ErrorKind::unavailable, "the VMM does not answer");
        done(&error);
        return;
    }
    const std::uint64_t id = next_id_++;
    Call& call = calls_[id];
    call.done = std::move(done);
    call.deadline = loop_.after(limit, [this, id, limit, name = request.name()] {
        const Error error(ErrorKind::timeout,
                          "Firecracker did not answer " + name + " within " + text_of(limit));
        const Done late = std::exchange(calls_[id].done, {});
        late(&error);
    });
    try {
        client_.call(request,
                     [this, id, request, accepted = std::move(accepted)](
                         const ApiClient::Reply& reply) { answer(id, request, accepted, reply); });
    } catch (const Error& error) { // it is larger than may be: nothing was sent
        const Done refused = std::move(calls_[id].done);
        calls_.erase(id);
        refused(&error);
        return;
    }
    flush();
}

void FirecrackerLink::answer(std::uint64_t id, const ApiRequest& request, const Accepted& accepted,
                             const ApiClient::Reply& reply) {
    const Done done = std::move(calls_[id].done);
    calls_.erase(id);
    if (reply.ok) {
        accepted(reply.data);
        if (done) {
            done(nullptr);
        }
    } else if (done) {
        const Error error = failure(request, reply);
        done(&error);
    }
}

Error FirecrackerLink::failure(const ApiRequest& request, const ApiClient::Reply& reply) const {
    if (reply.status != 0) {
        return vmm::firecracker::refusal(request, reply);
    }
    const std::string name = request.name();
    if (no_http_) {
        return {ErrorKind::internal, name + " got no answer: " + no_http_->what()};
    }
    return {ErrorKind::unavailable, "Firecracker closed its API at " + name};
}

void FirecrackerLink::feed(std::string_view bytes) {
    if (closed_) {
        return;
    }
    try {
        client_.feed(bytes);
        flush();
    } catch (const Error& error) { // a VMM that speaks no HTTP can still be killed
        no_http_ = error;
        close();
    }
}

void FirecrackerLink::flush() {
    const std::string_view bytes = client_.pending();
    const std::size_t count = bytes.size();
    connection_->send(bytes);
    client_.sent(count);
}

void FirecrackerLink::close() {
    closed_ = true;
    retry_.drop();
    client_.closed();
    const Error error(ErrorKind::unavailable, "Firecracker ended before it opened its API socket");
    end_start(&error); // where it was not asked anything yet
}

void FirecrackerLink::drain() {
    if (connection_ && !closed_) {
        connection_->drain();
    }
    close();
}

} // namespace banger::supervisor
