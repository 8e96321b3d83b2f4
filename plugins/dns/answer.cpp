#include "answer.hpp"

#include "zone.hpp"

#include <algorithm>
#include <cstring>

namespace dns {
namespace {

constexpr std::uint8_t is_response = 0x80;
constexpr std::uint8_t authoritative = 0x04;
constexpr std::uint8_t is_truncated = 0x02;
constexpr std::uint8_t recursion_available = 0x80;

/// Writes a reply from front to back.
class Writer {
  public:
    Writer(std::string_view message, const Query& query, char* out) : out_(out), query_(query) {
        const std::size_t copied = header_size + query.question_size;
        std::memcpy(out_, message.data(), copied); // the question as the client wrote it (0x20)
        std::memset(out_ + 4, 0, header_size - 4);
        out_[5] = query.question_size != 0 ? 1 : 0;
        out_[2] = static_cast<char>(is_response | (query.flags & 0x79U)); // opcode and RD stay
        out_[3] = static_cast<char>(recursion_available);
        size_ = copied;
    }

    void set_flag(std::uint8_t flag) { out_[2] = static_cast<char>(out_[2] | flag); }
    void answer(const Record& record) { add(record, header_size, 7); }
    /// `apex`: length of the owner's name at the end of the question's.
    void authority(const Record& record, std::size_t apex) {
        add(record, header_size + query_.wire_size - apex, 9);
    }

    std::size_t finish(Rcode rcode) {
        const auto code = static_cast<unsigned>(rcode);
        out_[3] = static_cast<char>((static_cast<unsigned char>(out_[3]) & 0xf0U) | (code & 15U));
        if (query_.edns) {
            const char opt[] = {0,
                                0,
                                static_cast<char>(type_opt),
                                static_cast<char>(max_udp_reply >> 8U),
                                static_cast<char>(max_udp_reply & 0xffU),
                                static_cast<char>(code >> 4U),
                                0,
                                static_cast<char>(query_.dnssec_ok ? 0x80 : 0),
                                0,
                                0,
                                0};
            std::memcpy(out_ + size_, opt, sizeof opt);
            size_ += sizeof opt;
            out_[11] = 1;
        }
        return size_;
    }

  private:
    void add(const Record& record, std::size_t owner, std::size_t counter) {
        out_[size_++] = static_cast<char>(0xc0U | (owner >> 8U)); // RFC 1035, 4.1.4
        out_[size_++] = static_cast<char>(owner & 0xffU);
        std::memcpy(out_ + size_, record.bytes.data(), record.bytes.size());
        size_ += record.bytes.size();
        ++out_[counter];
    }

    char* out_;
    std::size_t size_ = 0;
    const Query& query_;
};

/// The one record of this type at that name. ANY gets whatever there is first (RFC 8482).
const Record* choose(const Lookup& lookup, std::uint16_t type) {
    const bool any = type == type_any;
    if ((any || type == type_a) && lookup.node != nullptr && lookup.node->a) {
        return lookup.node->a.get();
    }
    if ((any || type == type_ptr) && lookup.ptr != nullptr) {
        return lookup.ptr;
    }
    if (lookup.name_server != nullptr) {
        return any || type == type_soa ? lookup.soa
               : type == type_ns       ? lookup.name_server
                                       : nullptr;
    }
    return nullptr;
}

std::size_t limit(const Query& query, Transport transport) {
    return transport == Transport::tcp ? reply_room
                                       : std::min<std::size_t>(query.udp_size, max_udp_reply);
}

} // namespace

std::size_t empty_reply(std::string_view message, const Query& query, Rcode rcode, bool truncated,
                        char* reply) {
    Writer writer(message, query, reply);
    if (truncated) {
        writer.set_flag(is_truncated);
    }
    return writer.finish(rcode);
}

Answered answer(std::string_view message, const Zone& zone, Transport transport, char* reply) {
    Answered answered;
    const Parsed parsed = parse_query(message);
    if (parsed.form == Form::silent) {
        return answered;
    }
    answered.query = parsed.query;
    const Query& query = answered.query;
    answered.verdict = Verdict::reply;
    if (parsed.form == Form::error) {
        answered.size = empty_reply(message, query, parsed.rcode, false, reply);
        return answered;
    }
    const Lookup lookup = zone.find(query.name());
    // Transfers (AXFR, IXFR), mail and other questions about the server rather than a name.
    if (query.type >= 249 && query.type < type_any) {
        answered.size = empty_reply(message, query, Rcode::refused, false, reply);
        return answered;
    }
    if (lookup.found == Found::elsewhere) {
        if (!query.recursion_desired()) {
            answered.size = empty_reply(message, query, Rcode::refused, false, reply);
            return answered;
        }
        answered.verdict = Verdict::forward;
        return answered;
    }
    Writer writer(message, query, reply);
    writer.set_flag(authoritative);
    if (const Record* record = lookup.found == Found::node ? choose(lookup, query.type) : nullptr) {
        writer.answer(*record);
    } else {
        writer.authority(*lookup.soa, lookup.apex);
    }
    answered.size = writer.finish(lookup.found == Found::node ? Rcode::no_error : Rcode::nx_domain);
    if (answered.size > limit(query, transport)) {
        answered.size = empty_reply(message, query, Rcode::no_error, true, reply);
    }
    return answered;
}

} // namespace dns
