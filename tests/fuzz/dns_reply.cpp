// What a resolver, or who pretends to be one, can send for a question that was forwarded. Only what
// carries that very question goes on, and what is read from it are addresses.

#include "query.hpp"
#include "upstream_reply.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace {

using namespace std::string_view_literals;

/// A of www.example.org, recursion desired, as it went out with the id 0x4a17.
constexpr std::string_view asked = "\x4a\x17\x01\0\0\1\0\0\0\0\0\0"
                                   "\3www\7example\3org\0\0\1\0\1"sv;

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view reply(reinterpret_cast<const char*>(data), size);
    const dns::UpstreamReply worth =
        dns::judge_reply(asked, asked.size() - dns::header_size, reply);
    if (worth == dns::UpstreamReply::good || worth == dns::UpstreamReply::cut) {
        require(size >= asked.size());
        require(reply.substr(0, 2) == asked.substr(0, 2));
        const auto type = reply.substr(asked.size() - 4);
        require(type.substr(0, 4) == asked.substr(asked.size() - 4));
    } else if (worth == dns::UpstreamReply::refused) {
        require(size >= dns::header_size && (data[3] & 15U) != 0 && (data[3] & 15U) != 3);
    }
    for (const std::string& address : dns::addresses_in(reply)) {
        in_addr parsed{};
        require(inet_pton(AF_INET, address.c_str(), &parsed) == 1);
    }
    return 0;
}
