// banger-vsock-agent: runs in each guest and answers the host. docs/guest-agent.md is what it
// speaks.
#include "agent.hpp"
#include "key_gate.hpp"
#include "multiplexed.hpp"
#include "serial_port.hpp"
#include "socket_server.hpp"

#include "guest/failure.hpp"

#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>

namespace agent {
namespace {

/// What clients may still read of the last events.
constexpr std::chrono::milliseconds farewell_time{300};

struct Arguments {
    std::string socket; ///< instead of the guest's devices
    std::string state_folder;
    std::string booted_name;
    bool booted = false;
    bool version = false;
    bool wrong = false;
};

Arguments read_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const char* value = i + 1 < argc ? argv[i + 1] : nullptr;
        if (word == "booted") {
            arguments.booted = true;
        } else if (word == "--version") {
            arguments.version = true;
        } else if (word == "--socket" && value != nullptr) {
            arguments.socket = argv[++i];
        } else if (word == "--state" && value != nullptr) {
            arguments.state_folder = argv[++i];
        } else if (word == "--booted-name" && value != nullptr) {
            arguments.booted_name = argv[++i];
        } else {
            arguments.wrong = true;
        }
    }
    return arguments;
}

/// The ways by which the host reaches this program.
class Transports {
  public:
    Transports(Agent& agent, const std::string& socket) {
        if (!socket.empty()) {
            servers_[0].emplace(agent.loop(), listen_unix(socket), agent.answerer(),
                                agent.connections());
            return;
        }
        port_.emplace(agent.loop(), agent.answerer(), agent.connections());
        auto listener = listen_vsock(Multiplexed::port);
        const auto key = vsock_key();
        if (listener && key) {
            servers_[1].emplace(agent.loop(), std::move(*listener), agent.answerer(),
                                agent.connections(), *key);
            std::fputs("listening on vsock\n", stderr);
        } else if (listener) {
            std::fprintf(stderr, "nobody is served on vsock: no key in %s\n", key_file);
        }
    }
    [[nodiscard]] bool unsent() const {
        return (port_ && port_->unsent()) || (servers_[0] && servers_[0]->unsent()) ||
               (servers_[1] && servers_[1]->unsent());
    }

  private:
    std::optional<SerialPort> port_;
    std::optional<SocketServer> servers_[2];
};

Fd catch_signals() {
    ::signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, SIGTERM);
    ::sigaddset(&set, SIGINT);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    Fd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd) {
        banger::guest::fail_errno("watch signals");
    }
    return fd;
}

int serve(const Arguments& arguments) {
    // Large messages are rare: their memory goes back to the guest at once.
    ::mallopt(M_MMAP_THRESHOLD, 64 * 1024);
    ::mallopt(M_TRIM_THRESHOLD, 64 * 1024);
    ::umask(022);
    Settings settings;
    if (!arguments.state_folder.empty()) {
        settings.state_folder = arguments.state_folder;
    }
    if (!arguments.booted_name.empty()) {
        settings.booted_name = arguments.booted_name;
    }
    const Fd signals = catch_signals();
    Loop loop;
    Agent agent(loop, settings);
    Transports transports(agent, arguments.socket);
    Loop::Registration farewell;
    const auto ending = loop.watch(signals.get(), EPOLLIN, [&](std::uint32_t) {
        signalfd_siginfo info{};
        (void)!::read(signals.get(), &info, sizeof info);
        agent.events().publish("stopping");
        farewell = loop.after(farewell_time, [&loop] { loop.stop(); });
    });
    while (!farewell) {
        loop.step(std::chrono::milliseconds{-1});
    }
    const auto deadline = std::chrono::steady_clock::now() + farewell_time;
    do {
        loop.step(std::chrono::milliseconds{10});
    } while (transports.unsent() && std::chrono::steady_clock::now() < deadline);
    return 0;
}

} // namespace
} // namespace agent

int main(int argc, char** argv) {
    try {
        const agent::Arguments arguments = agent::read_arguments(argc, argv);
        if (arguments.wrong) {
            std::fputs("usage: banger-vsock-agent [--socket PATH] [--state FOLDER]\n"
                       "       banger-vsock-agent booted\n",
                       stderr);
            return 2;
        }
        if (arguments.version) {
            std::puts(BANGER_VERSION);
            return 0;
        }
        if (arguments.booted) {
            const std::string name = arguments.booted_name.empty() ? agent::Settings().booted_name
                                                                   : arguments.booted_name;
            if (!agent::tell_booted(name)) {
                std::fputs("no agent runs\n", stderr);
                return 1;
            }
            return 0;
        }
        return agent::serve(arguments);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "banger-vsock-agent: %s\n", error.what());
        return 1;
    }
}
