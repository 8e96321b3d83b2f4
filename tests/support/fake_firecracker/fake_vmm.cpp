#include "support/fake_firecracker/fake_vmm.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <utility>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace banger::test::firecracker {
using std::chrono::milliseconds;
using supervisor::Connection;

namespace {

constexpr milliseconds key_press{5}; ///< until the guest has heard of it

void write_to(int fd, std::string_view text) {
    [[maybe_unused]] const ssize_t n = ::write(fd, text.data(), text.size());
}

/// What a program of the guest's writes that ends with it; twice that is in a pipe of the console.
std::string many_lines() {
    std::string text;
    while (text.size() < 24'576) {
        text += "and so on\r\n";
    }
    return text;
}

Api::Options options_of(const Arguments& arguments, const Script& script) {
    Api::Options options;
    options.version = script.version;
    options.id = arguments.id;
    options.open_files = true;
    return options;
}

} // namespace

FakeVmm::FakeVmm(Arguments arguments, Script script)
    : arguments_(std::move(arguments)), script_(std::move(script)), ports_(loop_, script_.ports) {
    if (!script_.description.empty()) {
        schema_.emplace(script_.description);
    }
    api_.emplace(schema_ ? &*schema_ : nullptr, options_of(arguments_, script_));
    if (!arguments_.log_path.empty()) {
        log_.reset(
            ::open(arguments_.log_path.c_str(), O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0644));
        if (!log_) {
            std::cerr << "Error: LoggerInitialization(Io)\n";
            std::_Exit(1);
        }
    }
}

void FakeVmm::run() {
    if (!script_.end_at_once.empty()) {
        end(script_.end_at_once);
    }
    if (script_.listen_after_ms == 0) {
        listen();
    } else if (script_.listen_after_ms > 0) {
        later_ = loop_.after(milliseconds(script_.listen_after_ms), [this] { listen(); });
    }
    loop_.run();
    std::_Exit(0);
}

void FakeVmm::log(const std::string& text) const {
    write_to(log_ ? log_.get() : STDOUT_FILENO,
             "2026-01-02T03:04:05.678901234 [" + arguments_.id + ":main] " + text + "\n");
}

void FakeVmm::listen() {
    const std::string& path = arguments_.api_socket;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
    listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener_.get(), 16) != 0) {
        log("RunWithApiError error: Failed to open the API socket at: " + path +
            ". Check that it is not already used.");
        std::cerr << "Error: RunWithApi(FailedToBindSocket(\"" << path << "\"))\n";
        log("Firecracker exiting with error. exit_code=1");
        std::_Exit(1);
    }
    accepting_ = loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) { accept_one(); });
}

void FakeVmm::accept_one() {
    os::UniqueFd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd) {
        return;
    }
    Client& client = clients_.emplace_back();
    client.connection = std::make_unique<Connection>(
        loop_, std::move(fd),
        Connection::Events{[this, &client](std::string_view bytes) { receive(client, bytes); },
                           [this, &client](bool) { drop(client); }, [] {}});
}

void FakeVmm::receive(Client& client, std::string_view bytes) {
    client.stream.feed(bytes);
    serve(client);
}

void FakeVmm::serve(Client& client) {
    while (!client.busy && !client.gone) {
        const auto request = client.stream.next();
        if (client.stream.broken()) {
            client.connection->send(to_http(
                {400, "{ \"error\": \"Invalid HTTP Version.\nAll previous unanswered requests "
                      "will be dropped.\" }"}));
            return;
        }
        if (!request) {
            return;
        }
        handle(client, *request);
    }
}

void FakeVmm::handle(Client& client, const HttpRequest& request) {
    const auto by_number = script_.at.find(std::to_string(requests_++));
    const auto by_name = script_.at.find(request.method + " " + request.path);
    const Oddity odd = by_number != script_.at.end() ? by_number->second
                       : by_name != script_.at.end() ? by_name->second
                                                     : Oddity{};
    if (!odd.words.empty()) {
        std::cerr << odd.words << std::endl;
    }
    if (!odd.end.empty()) {
        end(odd.end);
    }
    if (odd.close) {
        drop(client);
        return;
    }
    client.busy = true;
    if (odd.silent) {
        return;
    }
    if (odd.wait_ms == 0) {
        answer(client, request, odd);
        return;
    }
    later_ = loop_.after(milliseconds(odd.wait_ms), [this, &client, request, odd] {
        answer(client, request, odd);
        serve(client);
    });
}

void FakeVmm::answer(Client& client, const HttpRequest& request, const Oddity& odd) {
    client.busy = false;
    if (odd.raw) {
        client.connection->send(*odd.raw);
        return;
    }
    Answer answer;
    if (odd.fault) {
        answer = {400, nlohmann::json{{"fault_message", *odd.fault}}.dump()};
    } else {
        answer = act(request, api_->handle(request.method, request.path, request.body));
    }
    if (answer.status >= 400) {
        log("Received Error. Status code: 400 Bad Request. Message: " + answer.body);
    }
    client.connection->send(to_http(answer));
}

/// What an accepted request does; the answer may still become another one.
Answer FakeVmm::act(const HttpRequest& request, Answer answer) {
    if (answer.status >= 400 || request.method == "GET") {
        return answer;
    }
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    if (request.path == "/vsock") {
        const std::string wrong = ports_.bind(body.value("uds_path", ""));
        if (!wrong.empty()) {
            return {400, nlohmann::json{{"fault_message", "Vsock error: " + wrong}}.dump()};
        }
    } else if (request.path == "/vm") {
        ports_.serve(api_->state() == State::running);
    } else if (body.value("action_type", "") == "InstanceStart") {
        boot();
    } else if (body.value("action_type", "") == "SendCtrlAltDel" && !script_.ctrl_alt_del.empty()) {
        guest_ = loop_.after(key_press, [this] { end(script_.ctrl_alt_del); });
    }
    return answer;
}

void FakeVmm::drop(Client& client) {
    if (!std::exchange(client.gone, true)) {
        if (client.busy) {
            later_.drop();
        }
        loop_.post([this, &client] {
            clients_.remove_if([&](const Client& one) { return &one == &client; });
        });
    }
}

void FakeVmm::boot() {
    ::fcntl(STDOUT_FILENO, F_SETFL, ::fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);
    write_to(STDOUT_FILENO, script_.boot);
    ports_.serve(true);
    ::fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    console_ = loop_.watch(STDIN_FILENO, EPOLLIN, [this](std::uint32_t) { read_console(); });
    if (!script_.then.empty()) {
        guest_ = loop_.after(milliseconds(script_.then_after_ms), [this] { end(script_.then); });
    }
}

/// A line that is typed is a command, or comes back.
void FakeVmm::read_console() {
    std::array<char, 4096> buffer{};
    const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n <= 0) {
        console_.drop();
        return;
    }
    typed_.append(buffer.data(), static_cast<std::size_t>(n));
    for (std::size_t at = typed_.find('\n'); at != std::string::npos; at = typed_.find('\n')) {
        const std::string line = typed_.substr(0, at);
        typed_.erase(0, at + 1);
        command(line);
    }
}

void FakeVmm::command(const std::string& line) {
    if (line == "poweroff" || line == "flooded-poweroff" || line == "reboot" || line == "panic" ||
        line.rfind("exit ", 0) == 0 || line.rfind("signal ", 0) == 0) {
        end(line);
    }
    if (line == "halt" || line == "claim-halt") {
        write_to(STDOUT_FILENO, "[    2.0] reboot: System halted\r\n");
        if (line == "halt") { // nobody answers at its devices any more
            ::raise(SIGSTOP);
        }
        return;
    }
    write_to(STDOUT_FILENO, "GUEST heard " + line + "\n");
}

/// The API's answer to the request that led here may be lost, as Firecracker's is.
void FakeVmm::end(const std::string& how) const {
    if (how.rfind("exit ", 0) == 0) {
        const int code = std::atoi(how.c_str() + 5);
        log("Firecracker exiting with error. exit_code=" + std::to_string(code));
        std::_Exit(code);
    }
    if (how.rfind("signal ", 0) == 0) {
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        const int number = std::atoi(how.c_str() + 7);
        ::signal(number, SIG_DFL);
        ::raise(number);
        ::pause();
    }
    const std::string flood = how == "flooded-poweroff" ? many_lines() : std::string();
    if (how == "poweroff" || !flood.empty()) {
        write_to(STDOUT_FILENO, flood + "\r\nbanger: power-off\r\n" + flood);
    } else if (how == "panic") {
        write_to(STDOUT_FILENO,
                 "[    1.5] Kernel panic - not syncing: Attempted to kill init! exitcode=0x100\n"
                 "[    1.5] Rebooting in 1 seconds..\n");
    }
    write_to(STDOUT_FILENO, "[    2.0] reboot: Restarting system\r\n");
    std::_Exit(0);
}

} // namespace banger::test::firecracker
