#include "listener.hpp"

#include "port_holder.hpp"

#include <banger/plugin.hpp>

namespace web {
namespace {

using Tcp = boost::asio::ip::tcp;

constexpr std::uint32_t ports_to_try = 32;

boost::system::error_code open_at(Tcp::acceptor& acceptor, const Tcp::endpoint& endpoint) {
    boost::system::error_code code;
    acceptor.open(endpoint.protocol(), code);
    if (!code) {
        // Connections of before that still wait for their end keep nobody from the port; one who
        // listens does.
        acceptor.set_option(Tcp::acceptor::reuse_address(true), code);
    }
    if (!code) {
        acceptor.bind(endpoint, code);
    }
    if (!code) {
        acceptor.listen(boost::asio::socket_base::max_listen_connections, code);
    }
    if (code) {
        boost::system::error_code ignored;
        acceptor.close(ignored);
    }
    return code;
}

[[noreturn]] void refuse_port(const std::string& address, std::uint16_t port, bool other_port) {
    const std::string holder = holder_of_port(port);
    const std::string ports = other_port ? "ports " + std::to_string(port) + " to " +
                                               std::to_string(port + ports_to_try - 1) + " are all"
                                         : "port " + std::to_string(port) + " is";
    throw banger::Error(
        BANGER_E_BUSY,
        "web_listen_addr: " + ports + " taken on " + address +
            (holder.empty() || other_port ? "" : ", by " + holder) + ": there is no web console",
        "end that, choose another port by web_listen_addr, or set other_port: true, in "
        "plugins.entries.web.config; then: banger daemon restart");
}

} // namespace

Tcp::acceptor listen_at(const boost::asio::any_io_executor& executor, const std::string& address,
                        std::uint16_t port, bool other_port) {
    const auto ip = boost::asio::ip::make_address(address);
    Tcp::acceptor acceptor(executor);
    for (std::uint32_t more = 0; more < (other_port ? ports_to_try : 1) && port + more < 65536;
         ++more) {
        const auto code = open_at(acceptor, {ip, static_cast<std::uint16_t>(port + more)});
        if (!code) {
            acceptor.non_blocking(true);
            return acceptor;
        }
        if (code != boost::asio::error::address_in_use) {
            throw banger::Error(BANGER_E_UNAVAILABLE, "listen at " + address + ":" +
                                                          std::to_string(port + more) + ": " +
                                                          code.message());
        }
    }
    refuse_port(address, port, other_port);
}

} // namespace web
