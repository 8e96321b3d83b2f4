#pragma once

#include <boost/asio/ip/tcp.hpp>

#include <cstdint>
#include <string>

namespace web {

/// A socket that listens at `address`. other_port: at the next free one of the 32 after it when it
/// is taken. Throws banger::Error (E_BUSY) that says who has the port and what to do.
[[nodiscard]] boost::asio::ip::tcp::acceptor listen_at(const boost::asio::any_io_executor& executor,
                                                       const std::string& address,
                                                       std::uint16_t port, bool other_port);

} // namespace web
