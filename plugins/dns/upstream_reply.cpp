#include "upstream_reply.hpp"

#include "query.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <ldns/ldns.h> // last: it makes "false" a macro

namespace dns {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

struct FreePacket {
    void operator()(ldns_pkt* packet) const noexcept { ldns_pkt_free(packet); }
};
struct FreeList { // its records are copies
    void operator()(ldns_rr_list* list) const noexcept { ldns_rr_list_deep_free(list); }
};

} // namespace

UpstreamReply judge_reply(std::string_view asked, std::size_t question_size,
                          std::string_view reply) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(reply[at]); };
    if (reply.size() < header_size || reply.substr(0, 2) != asked.substr(0, 2) ||
        (byte(2) & 0x80U) == 0) {
        return UpstreamReply::foreign;
    }
    const auto rcode = static_cast<Rcode>(byte(3) & 15U);
    const bool refused = rcode != Rcode::no_error && rcode != Rcode::nx_domain;
    const unsigned questions = (byte(4) << 8U) | byte(5);
    const std::string_view question = asked.substr(header_size, question_size);
    const std::string_view said = reply.substr(header_size, question_size);
    const bool same =
        questions == 1 && std::equal(question.begin(), question.end(), said.begin(), said.end(),
                                     [](char a, char b) { return lower(a) == lower(b); });
    if (!same) { // some leave the question out of an error
        return refused && questions == 0 ? UpstreamReply::refused : UpstreamReply::foreign;
    }
    if (refused) {
        return UpstreamReply::refused;
    }
    return (byte(2) & 2U) != 0 ? UpstreamReply::cut : UpstreamReply::good;
}

std::vector<std::string> addresses_in(std::string_view answer) {
    ldns_pkt* raw = nullptr;
    if (ldns_wire2pkt(&raw, reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()) !=
        LDNS_STATUS_OK) {
        return {};
    }
    const std::unique_ptr<ldns_pkt, FreePacket> packet(raw);
    const std::unique_ptr<ldns_rr_list, FreeList> records(
        ldns_pkt_rr_list_by_type(packet.get(), LDNS_RR_TYPE_A, LDNS_SECTION_ANSWER));
    std::vector<std::string> addresses;
    for (std::size_t i = 0; records && i < ldns_rr_list_rr_count(records.get()); ++i) {
        const ldns_rdf* data = ldns_rr_a_address(ldns_rr_list_rr(records.get(), i));
        std::array<char, INET_ADDRSTRLEN> text{};
        if (data != nullptr && ldns_rdf_size(data) == sizeof(in_addr) &&
            inet_ntop(AF_INET, ldns_rdf_data(data), text.data(), text.size()) != nullptr) {
            addresses.emplace_back(text.data());
        }
    }
    return addresses;
}

} // namespace dns
