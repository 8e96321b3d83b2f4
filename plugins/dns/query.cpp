#include "query.hpp"

#include "record.hpp"

#include <algorithm>
#include <memory>

#include <ldns/ldns.h>

namespace dns {
namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) {
    return static_cast<unsigned char>(bytes[at]);
}
std::uint16_t word_at(std::string_view bytes, std::size_t at) {
    return static_cast<std::uint16_t>((byte_at(bytes, at) << 8U) | byte_at(bytes, at + 1));
}

/// The question, which must be written out: a pointer in the first name could only lead into the
/// header. Returns false when it is not well-formed.
bool read_question(std::string_view message, Query& query) {
    std::size_t at = header_size;
    std::size_t size = 0;
    for (;;) {
        if (at >= message.size()) {
            return false;
        }
        const unsigned label = byte_at(message, at);
        if (label > 63 || size + label + 1 > query.wire.size() || at + 1 + label > message.size()) {
            return false;
        }
        query.wire[size++] = static_cast<char>(label);
        ++at;
        if (label == 0) {
            break;
        }
        for (unsigned i = 0; i < label; ++i) {
            const char c = message[at++];
            query.wire[size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
        }
    }
    if (message.size() - at < 4) {
        return false;
    }
    query.wire_size = size;
    query.type = word_at(message, at);
    query.klass = word_at(message, at + 2);
    query.question_size = at + 4 - header_size;
    return true;
}

void take_edns(Query& query, std::uint16_t udp_size, std::uint8_t version, bool dnssec_ok) {
    query.edns = true;
    query.udp_size = std::max<std::uint16_t>(udp_size, plain_udp);
    query.edns_version = version;
    query.dnssec_ok = dnssec_ok;
}

/// An OPT record (RFC 6891, 6.1.2) that ends the message, and nothing else.
bool read_opt(std::string_view rest, Query& query) {
    constexpr std::size_t fixed = 11;
    if (rest.size() < fixed || byte_at(rest, 0) != 0 || word_at(rest, 1) != type_opt ||
        rest.size() != fixed + word_at(rest, 9)) {
        return false;
    }
    std::string_view options = rest.substr(fixed);
    while (!options.empty()) {
        if (options.size() < 4 || options.size() - 4 < word_at(options, 2)) {
            return false;
        }
        options.remove_prefix(4U + word_at(options, 2));
    }
    take_edns(query, word_at(rest, 3), static_cast<std::uint8_t>(byte_at(rest, 6)),
              (byte_at(rest, 7) & 0x80U) != 0);
    return true;
}

struct FreePacket {
    void operator()(ldns_pkt* packet) const noexcept { ldns_pkt_free(packet); }
};

/// Several records behind the question: is the whole well-formed, and is there an OPT among them?
bool read_by_ldns(std::string_view message, Query& query) {
    ldns_pkt* raw = nullptr;
    const auto* data = reinterpret_cast<const std::uint8_t*>(message.data());
    const ldns_status status = ldns_wire2pkt(&raw, data, message.size());
    const std::unique_ptr<ldns_pkt, FreePacket> packet(raw);
    if (status != LDNS_STATUS_OK || !packet) {
        return false;
    }
    if (ldns_pkt_edns(packet.get())) {
        take_edns(query, ldns_pkt_edns_udp_size(packet.get()), ldns_pkt_edns_version(packet.get()),
                  ldns_pkt_edns_do(packet.get()));
    }
    return true;
}

/// What stands behind the question. ldns would overlook bytes behind the last record.
bool read_rest(std::string_view message, std::string_view rest, unsigned records,
               unsigned additional, Query& query) {
    if (records == 0 && additional == 0) {
        return rest.empty();
    }
    const bool opt = rest.size() > 2 && byte_at(rest, 0) == 0 && word_at(rest, 1) == type_opt;
    return records == 0 && additional == 1 && opt ? read_opt(rest, query)
                                                  : read_by_ldns(message, query);
}

Parsed failed(Parsed parsed, Rcode rcode) {
    parsed.form = Form::error;
    parsed.rcode = rcode;
    return parsed;
}

} // namespace

Parsed parse_query(std::string_view message) {
    Parsed parsed;
    if (message.size() < header_size || (byte_at(message, 2) & 0x80U) != 0) {
        return parsed;
    }
    Query& query = parsed.query;
    query.id = word_at(message, 0);
    query.flags = static_cast<std::uint8_t>(byte_at(message, 2));
    if (query.opcode() != 0) {
        return failed(parsed, Rcode::not_implemented);
    }
    const unsigned questions = word_at(message, 4);
    const unsigned records = word_at(message, 6) + word_at(message, 8);
    const unsigned additional = word_at(message, 10);
    if (questions != 1 || !read_question(message, query)) {
        return failed(parsed, Rcode::form_error);
    }
    const std::string_view rest = message.substr(header_size + query.question_size);
    if (!read_rest(message, rest, records, additional, query)) {
        return failed(parsed, Rcode::form_error);
    }
    if (query.edns_version != 0) {
        return failed(parsed, Rcode::bad_version);
    }
    if (query.klass != class_in) {
        return failed(parsed, Rcode::refused);
    }
    parsed.form = Form::query;
    return parsed;
}

} // namespace dns
