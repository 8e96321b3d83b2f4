#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dns {

/// What a datagram or message from a resolver is worth.
enum class UpstreamReply {
    foreign, ///< not the answer to what was asked; the true one may still come
    refused, ///< the resolver does not answer this, another may
    cut,     ///< does not fit in a datagram
    good,
};

/// `asked`: the message that went out, with `question_size` bytes of question behind its header. A
/// reply answers it with the same id and question, whose case may differ (RFC 5452, 9.1). Pure.
[[nodiscard]] UpstreamReply judge_reply(std::string_view asked, std::size_t question_size,
                                        std::string_view reply);

/// The IPv4 addresses in a message's answer section, whatever stands between the name and them.
[[nodiscard]] std::vector<std::string> addresses_in(std::string_view answer);

} // namespace dns
