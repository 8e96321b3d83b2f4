#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace dns {

constexpr std::size_t header_size = 12;
constexpr std::size_t plain_udp = 512;      ///< what a client without EDNS takes by UDP
constexpr std::size_t max_udp_reply = 1232; ///< what we send and advertise: fits every path
constexpr std::uint16_t class_in = 1;

enum class Rcode : std::uint8_t {
    no_error = 0,
    form_error = 1,
    server_failure = 2,
    nx_domain = 3,
    not_implemented = 4,
    refused = 5,
    bad_version = 16, ///< the upper bits go into the OPT record
};

/// What a message asks, with views into nothing: the name is a copy in lower case.
struct Query {
    std::uint16_t id = 0;
    std::uint8_t flags = 0; ///< the third byte of the header: QR, opcode, AA, TC, RD
    std::uint16_t type = 0;
    std::uint16_t klass = 0;
    std::size_t question_size = 0; ///< bytes of the question behind the header; 0: there is none
    bool edns = false;
    bool dnssec_ok = false;
    std::uint8_t edns_version = 0;
    std::uint16_t udp_size = plain_udp; ///< what the client takes by UDP, at least 512

    [[nodiscard]] std::string_view name() const { return {wire.data(), wire_size}; }
    [[nodiscard]] bool recursion_desired() const { return (flags & 1U) != 0; }
    [[nodiscard]] unsigned opcode() const { return (flags >> 3U) & 15U; }

    std::array<char, 255> wire{}; ///< the name
    std::size_t wire_size = 0;
};

enum class Form {
    query,  ///< `query` is whole
    error,  ///< to be answered by `rcode`, with as much of the question as was understood
    silent, ///< a response, or too short to have an id: never answered
};

struct Parsed {
    Form form = Form::silent;
    Rcode rcode = Rcode::no_error;
    Query query;
};

/// Reads a message from a client. The usual one (one question, at most an OPT record) is read
/// here, one pass and no allocation; whatever else calls itself a query is judged by ldns.
[[nodiscard]] Parsed parse_query(std::string_view message);

} // namespace dns
