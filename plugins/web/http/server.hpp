#pragma once

#include "answers.hpp"
#include "limits.hpp"

#include <banger/plugin.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace web {

/// The listener, its connections (one network thread, on which nothing blocks) and the workers that
/// make answers. Between both, in this order: who asks, Host, method, Fetch Metadata, Origin, type,
/// size, token of the form, handler.
class Server {
  public:
    struct Settings {
        std::string address = "127.0.0.1";
        std::uint16_t port = 0; ///< 0: any
        bool other_port = false;
        Limits limits;
    };

    Server(banger::Host host, const Router& router, const Csrf& csrf, Pages pages);
    ~Server(); ///< cuts what stop() has not ended
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens, then serves. Throws banger::Error (E_BUSY) that says what to do when the port is
    /// taken.
    void start(const Settings& settings);
    /// Listens no more. What is being answered has three seconds to end; then, as everything else
    /// at once, it is cut.
    void stop() noexcept;
    /// The daemon tells so of a VM: terminals of one that has ended, end. Any thread.
    void vm_changed(const std::string& vm_id, const std::string& state);
    [[nodiscard]] std::uint16_t port() const; ///< 0 before start()
    /// Handlers went wrong too often: nothing is answered any more until the next start().
    [[nodiscard]] bool given_up() const;

  private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace web
