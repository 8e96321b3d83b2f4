#pragma once

#include "query.hpp"

#include <cstddef>
#include <string_view>

namespace dns {

class Zone;

enum class Verdict {
    reply,   ///< `size` bytes are in the buffer
    forward, ///< well-formed, and about somebody else's names
    silent,
};

struct Answered {
    Verdict verdict = Verdict::silent;
    std::size_t size = 0;
    Query query;
};

enum class Transport { udp, tcp };

/// The smallest buffer for a reply: the largest question, our largest records and an OPT.
constexpr std::size_t reply_room = 1232;

/// The whole of what is answered from memory: a client's message and the zone in, the reply out.
/// Pure; any bytes are fine. `reply` has room for reply_room bytes and does not overlap `message`.
[[nodiscard]] Answered answer(std::string_view message, const Zone& zone, Transport transport,
                              char* reply);

/// A reply with no records: an error, or (truncated) the advice to come again by TCP.
[[nodiscard]] std::size_t empty_reply(std::string_view message, const Query& query, Rcode rcode,
                                      bool truncated, char* reply);

} // namespace dns
