#pragma once

#include "support/fake_firecracker/api_stream.hpp"
#include "support/fake_firecracker/arguments.hpp"
#include "support/fake_firecracker/script.hpp"
#include "support/fake_firecracker/vsock_ports.hpp"
#include "support/firecracker_api.hpp"

#include "os/unique_fd.hpp"
#include "supervisor/connection.hpp"
#include "supervisor/loop.hpp"

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace banger::test::firecracker {

/// What Firecracker is to its caller: the API socket, the vsock socket, a serial console on the
/// standard streams, a log, and an exit status. No guest is in it. It removes no socket at its end.
class FakeVmm {
  public:
    FakeVmm(Arguments arguments, Script script);

    [[noreturn]] void run();

  private:
    struct Client {
        ApiStream stream;
        std::unique_ptr<supervisor::Connection> connection;
        bool busy = false;
        bool gone = false;
    };

    void log(const std::string& text) const;
    void listen();
    void accept_one();
    void receive(Client& client, std::string_view bytes);
    void serve(Client& client);
    void handle(Client& client, const HttpRequest& request);
    void answer(Client& client, const HttpRequest& request, const Oddity& odd);
    [[nodiscard]] Answer act(const HttpRequest& request, Answer answer);
    void drop(Client& client);
    void boot();
    void read_console();
    void command(const std::string& line);
    [[noreturn]] void end(const std::string& how) const;

    Arguments arguments_;
    Script script_;
    std::optional<Schema> schema_;
    std::optional<Api> api_;
    supervisor::Loop loop_;
    int requests_ = 0;
    std::string typed_;
    os::UniqueFd log_;
    os::UniqueFd listener_;
    supervisor::Loop::Registration accepting_;
    supervisor::Loop::Registration console_;
    supervisor::Loop::Registration later_; ///< of the API
    supervisor::Loop::Registration guest_; ///< what the guest is about to do
    std::list<Client> clients_;
    VsockPorts ports_;
};

} // namespace banger::test::firecracker
