#include "message.hpp"

#include <cstdlib>
#include <memory>

#include <gtest/gtest.h>
#include <ldns/ldns.h>

namespace dns::test {
namespace {

void put_word(std::string& out, unsigned word) {
    out += static_cast<char>(word >> 8U);
    out += static_cast<char>(word & 0xffU);
}

std::string one_line(const ldns_rr* rr) {
    const std::unique_ptr<char, decltype(&std::free)> text(ldns_rr2str(rr), &std::free);
    std::string line(text.get());
    for (char& c : line) {
        c = c == '\t' ? ' ' : c;
    }
    while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) {
        line.pop_back();
    }
    return line;
}

std::vector<std::string> lines(const ldns_rr_list* list) {
    std::vector<std::string> result;
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(list); ++i) {
        result.push_back(one_line(ldns_rr_list_rr(list, i)));
    }
    return result;
}

} // namespace

std::string Asked::bytes() const {
    std::string out;
    put_word(out, id);
    put_word(out, recursion ? 0x0100 : 0);
    for (const unsigned count : {1U, 0U, 0U, edns ? 1U : 0U}) {
        put_word(out, count);
    }
    std::string_view rest = name;
    while (!rest.empty()) {
        const std::string_view label = rest.substr(0, rest.find('.'));
        out += static_cast<char>(label.size());
        out += label;
        rest.remove_prefix(std::min(rest.size(), label.size() + 1));
    }
    out += '\0';
    put_word(out, type);
    put_word(out, klass);
    if (edns) {
        out += '\0';
        put_word(out, 41);
        put_word(out, udp_size);
        out += std::string(6, '\0');
    }
    return out;
}

std::string answer_with(const std::string& name, const std::vector<std::string>& records) {
    ldns_pkt* packet = ldns_pkt_query_new(ldns_dname_new_frm_str(name.c_str()), LDNS_RR_TYPE_A,
                                          LDNS_RR_CLASS_IN, LDNS_QR);
    for (const std::string& text : records) {
        ldns_rr* record = nullptr;
        EXPECT_EQ(ldns_rr_new_frm_str(&record, text.c_str(), 60, nullptr, nullptr), LDNS_STATUS_OK);
        ldns_pkt_push_rr(packet, LDNS_SECTION_ANSWER, record);
    }
    std::uint8_t* bytes = nullptr;
    std::size_t size = 0;
    EXPECT_EQ(ldns_pkt2wire(&bytes, packet, &size), LDNS_STATUS_OK);
    std::string result(reinterpret_cast<const char*>(bytes), size);
    LDNS_FREE(bytes);
    ldns_pkt_free(packet);
    return result;
}

Heard hear(std::string_view bytes) {
    Heard heard;
    ldns_pkt* raw = nullptr;
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const ldns_status status = ldns_wire2pkt(&raw, data, bytes.size());
    EXPECT_EQ(status, LDNS_STATUS_OK) << ldns_get_errorstr_by_id(status);
    if (status != LDNS_STATUS_OK) {
        return heard;
    }
    const std::unique_ptr<ldns_pkt, decltype(&ldns_pkt_free)> packet(raw, &ldns_pkt_free);
    heard.id = ldns_pkt_id(raw);
    heard.rcode =
        ldns_pkt_get_rcode(raw) + (static_cast<unsigned>(ldns_pkt_edns_extended_rcode(raw)) << 4U);
    heard.response = ldns_pkt_qr(raw);
    heard.authoritative = ldns_pkt_aa(raw);
    heard.truncated = ldns_pkt_tc(raw);
    heard.edns = ldns_pkt_edns(raw);
    heard.udp_size = ldns_pkt_edns_udp_size(raw);
    if (const ldns_rr* question = ldns_rr_list_rr(ldns_pkt_question(raw), 0)) {
        const std::unique_ptr<char, decltype(&std::free)> text(
            ldns_rdf2str(ldns_rr_owner(question)), &std::free);
        heard.question = text.get();
    }
    heard.answer = lines(ldns_pkt_answer(raw));
    heard.authority = lines(ldns_pkt_authority(raw));
    return heard;
}

} // namespace dns::test
