#include "journal.hpp"

#include "exchange.hpp"
#include "guest_json.hpp"
#include "http_request.hpp"

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

constexpr std::size_t longest_refusal = 200;

/// A name of a unit as it may stand in an address: '\\' and '@' are in some of them.
std::string in_query(const std::string& unit) {
    std::string text;
    for (const char c : unit) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        constexpr const char* digits = "0123456789ABCDEF";
        const auto byte = static_cast<unsigned char>(c);
        text +=
            plain ? std::string(1, c) : std::string{'%', digits[byte >> 4U], digits[byte & 15U]};
    }
    return text;
}

void keep_end(JournalText& journal, std::size_t most) {
    if (journal.text.size() > most) {
        journal.text.erase(0, journal.text.size() - most);
        journal.cut = true;
    }
}

} // namespace

JournalText read_journal(Exchange& exchange, std::uint64_t lines, const std::string& unit) {
    exchange.send(http_request("GET", "/v1/journal?lines=" + std::to_string(lines) +
                                          (unit.empty() ? "" : "&unit=" + in_query(unit))));
    JournalText journal;
    HttpReply reply([&](std::string_view bytes) {
        journal.text += bytes;
        keep_end(journal, 2 * most_journal); // in large steps: each moves what is kept
    });
    exchange.read_rest(reply);
    if (reply.status() != 200) {
        const nlohmann::json body = nlohmann::json::parse(journal.text, nullptr, false);
        const std::string said = text_in(member(body, "error"), "message", longest_refusal);
        throw banger::Error(BANGER_E_UNAVAILABLE,
                            "the agent of VM " + exchange.vm() + " refuses: " +
                                (said.empty() ? std::to_string(reply.status()) : said),
                            "");
    }
    keep_end(journal, most_journal);
    if (journal.cut) {
        journal.text.erase(0, journal.text.find('\n') + 1);
    }
    return journal;
}

} // namespace vsock
