#include "supervisor/control_server.hpp"

#include "supervisor/peer.hpp"
#include "supervisor/run_record.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>
#include <sys/epoll.h>

namespace banger::supervisor {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

constexpr std::size_t longest_request = 4096;
constexpr std::size_t most_unsent = 65536;
constexpr std::size_t max_sessions = 128;

json error_json(const Error& error) {
    return {{"ok", false},
            {"error", {{"kind", os::to_string(error.kind())}, {"message", error.what()}}}};
}

} // namespace

struct ControlServer::Session {
    enum class Mode { lines, watch, console };
    Key key = 0;
    Mode mode = Mode::lines;
    bool removed = false;
    std::string in;
    std::uint64_t console_key = 0;
    std::unique_ptr<Connection> connection;
};

ControlServer::ControlServer(Loop& loop, os::UniqueFd listener, ControlTarget& target,
                             Console& console)
    : loop_(loop), target_(target), console_(console) {
    listen(std::move(listener));
}

ControlServer::~ControlServer() = default;

void ControlServer::listen(os::UniqueFd listener) {
    accepting_.drop();
    listener_ = std::move(listener);
    accepting_ = loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept_one(); });
}

void ControlServer::accept_one() {
    os::UniqueFd fd = accept_peer(listener_.get());
    if (!fd || sessions_.size() >= max_sessions) {
        return;
    }
    const Key key = next_key_++;
    Session& session = *(sessions_[key] = std::make_unique<Session>());
    session.key = key;
    session.connection = std::make_unique<Connection>(
        loop_, std::move(fd),
        Connection::Events{[this, &session](std::string_view bytes) { receive(session, bytes); },
                           [this, key](bool) { remove(key); }, [] {}});
}

void ControlServer::receive(Session& session, std::string_view bytes) {
    if (session.removed) {
        return;
    }
    if (session.mode == Session::Mode::console) {
        console_.type(bytes);
        return;
    }
    session.in.append(bytes);
    std::size_t end = session.in.find('\n');
    while (end != std::string::npos && session.mode != Session::Mode::console) {
        const std::string text = session.in.substr(0, end);
        session.in.erase(0, end + 1);
        line(session, text);
        end = session.in.find('\n');
    }
    if (session.mode == Session::Mode::console) {
        console_.type(std::exchange(session.in, {}));
    } else if (session.in.size() > longest_request) {
        remove(session.key);
    }
}

void ControlServer::line(Session& session, std::string_view text) {
    const Key key = session.key;
    const json request = json::parse(text, nullptr, false);
    const auto cmd = request.is_object() ? request.find("cmd") : request.end();
    if (cmd == request.end() || !cmd->is_string()) {
        const Error error(ErrorKind::invalid, "a request is {\"cmd\":\"..\"} on one line");
        answer(key, &error);
        return;
    }
    const auto done = [this, key](const Error* error) { answer(key, error); };
    const auto& name = cmd->get_ref<const std::string&>();
    if (name == "status") {
        answer(key, {{"ok", true}, {"status", target_.status()}});
    } else if (name == "watch") {
        answer(key, {{"ok", true}, {"status", target_.status()}});
        session.mode = Session::Mode::watch;
    } else if (name == "console") {
        answer(key, {{"ok", true}});
        attach(session);
    } else if (name == "powerdown") {
        target_.powerdown(done);
    } else if (name == "pause") {
        target_.pause(done);
    } else if (name == "resume") {
        target_.resume(done);
    } else if (name == "resize") {
        resize(request, done);
    } else if (name == "kill") {
        target_.kill(done);
    } else {
        const Error error(ErrorKind::invalid, "unknown command");
        answer(key, &error);
    }
}

void ControlServer::resize(const json& request, const ControlTarget::Done& done) {
    const auto disk = request.find("disk");
    const auto bytes = request.find("bytes");
    if (disk == request.end() || !disk->is_string() || bytes == request.end() ||
        !bytes->is_number_unsigned()) {
        const Error error(ErrorKind::invalid, "a resize is of a \"disk\" to a number of \"bytes\"");
        done(&error);
        return;
    }
    target_.resize(disk->get<std::string>(), bytes->get<std::uint64_t>(), done);
}

void ControlServer::attach(Session& session) {
    session.mode = Session::Mode::console;
    session.console_key = console_.attach([this, &session](std::string_view bytes) {
        if (session.connection->unsent() + bytes.size() <= most_unsent) {
            session.connection->send(bytes);
        }
        if (session.connection->broken()) {
            remove(session.key);
        }
    });
}

void ControlServer::answer(Key key, const json& message) {
    if (const auto it = sessions_.find(key); it != sessions_.end()) {
        send(*it->second, json_text(message) + "\n");
    }
}

void ControlServer::answer(Key key, const Error* error) {
    answer(key, error == nullptr ? json{{"ok", true}} : error_json(*error));
}

void ControlServer::send(Session& session, const std::string& text) {
    if (session.connection->unsent() + text.size() > most_unsent) {
        remove(session.key);
        return;
    }
    session.connection->send(text);
}

void ControlServer::publish(const json& event) {
    const std::string text = json_text(event) + "\n";
    for (const auto& [key, session] : sessions_) {
        if (session->mode == Session::Mode::watch && !session->removed) {
            send(*session, text);
        }
    }
}

bool ControlServer::all_sent() const {
    return std::all_of(sessions_.begin(), sessions_.end(), [](const auto& entry) {
        return entry.second->removed || entry.second->connection->unsent() == 0 ||
               entry.second->connection->broken();
    });
}

void ControlServer::remove(Key key) {
    const auto it = sessions_.find(key);
    if (it != sessions_.end() && !std::exchange(it->second->removed, true)) {
        console_.detach(it->second->console_key);
        loop_.post([this, key] { sessions_.erase(key); });
    }
}

} // namespace banger::supervisor
