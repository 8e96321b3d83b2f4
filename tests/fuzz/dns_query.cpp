// What a guest can send to port 53: any bytes, by UDP or TCP. Whatever is said to it is a
// well-formed message.

#include "answer.hpp"
#include "names.hpp"
#include "zone.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <ldns/ldns.h>

namespace {

const dns::Zone& zone() {
    static const auto kept = [] {
        dns::Names names("vm", dns::parse_network("172.30.88.0/24"), "172.30.88.1");
        names.put("1", {"web", "172.30.88.2", true, {"api", "deep.er"}});
        names.put("2", {"idle", "172.30.88.3", false, {}});
        return names.zone();
    }();
    return *kept;
}

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    const auto transport = (data[0] & 1U) != 0 ? dns::Transport::tcp : dns::Transport::udp;
    const std::string_view message(reinterpret_cast<const char*>(data) + 1, size - 1);
    std::array<char, dns::reply_room> reply{};
    const dns::Answered answered = dns::answer(message, zone(), transport, reply.data());
    std::size_t said = answered.size;
    if (answered.verdict == dns::Verdict::forward) { // as when no resolver answers
        said = dns::empty_reply(message, answered.query, dns::Rcode::server_failure, true,
                                reply.data());
    } else if (answered.verdict == dns::Verdict::silent) {
        require(said == 0);
        return 0;
    }
    require(said >= dns::header_size && said <= reply.size());
    require(transport == dns::Transport::tcp || said <= answered.query.udp_size);
    require(reply[0] == message[0] && reply[1] == message[1]);
    require((static_cast<unsigned char>(reply[2]) & 0x80U) != 0);
    ldns_pkt* packet = nullptr;
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(reply.data());
    require(ldns_wire2pkt(&packet, bytes, said) == LDNS_STATUS_OK);
    ldns_pkt_free(packet);
    return 0;
}
