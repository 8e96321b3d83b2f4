#pragma once

#include "../gate/csrf.hpp"
#include "../gate/gate.hpp"
#include "router.hpp"

#include <banger/plugin.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace web {

/// The listener, its connections (one network thread, on which nothing blocks) and the workers that
/// make answers. Between both, in this order: who asks, Host, method, Fetch Metadata, Origin, type,
/// size, token of the form, handler.
class Server {
  public:
    struct Settings {
        std::string address; ///< 127.0.0.1
        std::uint16_t port;
        bool other_port = false;
    };
    /// Makes the page of what is refused or went wrong; on a worker's thread. Must not throw.
    using ShowError =
        std::function<Response(banger::Call&, const Request&, int status, const std::string& title,
                               const std::string& cause, const std::string& next)>;

    Server(banger::Host host, const Router& router, const Csrf& csrf, ShowError show_error);
    ~Server(); ///< stop()
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens, then serves. Throws banger::Error (E_BUSY) that says what to do when the port is
    /// taken.
    void start(const Settings& settings);
    /// Every connection ends; the handlers that run end first.
    void stop() noexcept;
    [[nodiscard]] std::uint16_t port() const; ///< 0 before start()

  private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace web
