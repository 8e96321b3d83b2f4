#include "doctor.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>
#include <sys/time.h>

namespace web {
namespace {

using nlohmann::json;

/// What it says, or why it says nothing.
std::string ask_for_health(const std::string& address, std::uint16_t port) {
    namespace asio = boost::asio;
    asio::io_context none;
    asio::ip::tcp::socket socket(none);
    boost::system::error_code code;
    socket.connect({asio::ip::make_address(address), port}, code);
    if (code) {
        return code.message();
    }
    const timeval patience{2, 0};
    (void)::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    asio::write(socket,
                asio::buffer("GET /healthz HTTP/1.1\r\nHost: " + address + ":" +
                             std::to_string(port) + "\r\nConnection: close\r\n\r\n"),
                code);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), code);
    return answer.empty() ? code.message() : answer.substr(0, answer.find('\r'));
}

} // namespace

json check_console(const std::string& address, std::uint16_t port, bool given_up) {
    if (address.empty()) {
        return {{"severity", "info"},
                {"title", "the web console is off"},
                {"cause", "plugins.entries.web.config.web_listen_addr is empty"},
                {"fix", "set it to 127.0.0.1:7777, then: banger daemon restart"}};
    }
    if (given_up) {
        return {{"severity", "error"},
                {"title", "the web console has switched itself off"},
                {"cause", "five of its pages failed within a minute"},
                {"fix", "banger daemon logs has the reason; then: banger daemon restart"}};
    }
    const std::string at = "http://" + address + ":" + std::to_string(port);
    const std::string said = ask_for_health(address, port);
    if (said.find(" 200 ") != std::string::npos) {
        return {{"severity", "ok"}, {"title", "the web console answers at " + at}};
    }
    return {{"severity", "error"},
            {"title", "the web console does not answer"},
            {"cause", at + " says: " + said},
            {"fix", "banger daemon restart"}};
}

} // namespace web
