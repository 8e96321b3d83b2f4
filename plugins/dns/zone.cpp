#include "zone.hpp"

#include "wire_name.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace dns {
namespace {

constexpr char arpa_wire[] = "\7in-addr\4arpa";
constexpr std::string_view arpa(arpa_wire, sizeof arpa_wire); // with its last zero

/// A VM that is deleted must be gone at once, one that is made be there at once: addresses are
/// kept by nobody, and that there is none for a second.
constexpr const char* ttl = "0 IN ";
constexpr const char* negative_ttl = "1";

/// One of the four numbers of an address. "07" is none: the name of an address has no such label.
std::optional<unsigned> octet(std::string_view label) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), value);
    const bool plain = label.size() == 1 || (!label.empty() && label.front() != '0');
    if (error != std::errc{} || end != label.data() + label.size() || value > 255 || !plain) {
        return std::nullopt;
    }
    return value;
}

} // namespace

Zone::Zone(std::string_view domain, Network network) : apex_(to_wire(domain)), network_(network) {
    const std::string zone(domain);
    const std::string server = "host." + zone + ". ";
    soa_ = render(ttl + ("SOA " + server) + "hostmaster." + zone + ". 1 3600 600 86400 " +
                  negative_ttl);
    // The TTL of a negative answer is the smaller of the SOA's own and its last number (RFC 2308).
    soa_.bytes[7] = 1;
    name_server_ = render(ttl + ("NS " + server));
}

Lookup Zone::find(std::string_view name) const {
    if (is_within(name, apex_)) {
        return find_forward(name);
    }
    return is_within(name, arpa) ? find_reverse(name) : Lookup();
}

Lookup Zone::find_forward(std::string_view name) const {
    Lookup lookup{Found::node, &none_, nullptr, apex_.size(), &soa_, nullptr};
    if (name.size() == apex_.size()) {
        lookup.name_server = &name_server_;
        return lookup;
    }
    if (const auto exact = nodes_.find(name); exact != nodes_.end()) {
        lookup.node = &exact->second;
        return lookup;
    }
    // The closest name that exists says whether there is a wildcard below it (RFC 4592, 3.3.1).
    for (name = parent(name); name.size() > apex_.size(); name = parent(name)) {
        if (const auto above = nodes_.find(name); above != nodes_.end()) {
            if (above->second.wildcard) {
                lookup.node = &above->second;
                return lookup;
            }
            break;
        }
    }
    lookup.found = Found::no_name;
    return lookup;
}

/// The zone of an address is its /24; only what lies in our network is ours.
Lookup Zone::find_reverse(std::string_view name) const {
    std::array<std::string_view, 5> labels{}; // from the end: 172, 30, 88, 7, more
    std::size_t count = 0;
    std::size_t zone_size = 0;
    std::array<std::string_view, 128> tails{};
    std::size_t depth = 0;
    for (std::string_view tail = name; tail.size() > arpa.size(); tail = parent(tail)) {
        tails[depth++] = tail;
    }
    for (std::size_t i = depth; i > 0 && count < labels.size(); --i) {
        const std::string_view tail = tails[i - 1];
        labels[count++] = tail.substr(1, static_cast<unsigned char>(tail.front()));
        if (count == 3) {
            zone_size = tail.size();
        }
    }
    if (count < 3) {
        return {};
    }
    std::uint32_t address = 0;
    for (std::size_t i = 0; i < std::min<std::size_t>(count, 4); ++i) {
        const auto value = octet(labels[i]);
        if (!value && i < 3) {
            return {};
        }
        if (!value) { // a word in the place of the last number: our /24 has no such name
            count = 5;
            break;
        }
        address |= *value << (8U * (3U - static_cast<unsigned>(i)));
    }
    const bool whole = (network_.mask & 0xffU) == 0; // the /24 is ours from end to end
    const bool ours =
        count == 4 ? network_.contains(address) : whole && network_.contains(address & 0xffffff00U);
    if (!ours) {
        return {};
    }
    Lookup lookup{Found::node, nullptr, nullptr, zone_size, &soa_, nullptr};
    if (count == 3) {
        lookup.name_server = &name_server_;
    } else if (const auto found = pointers_.find(address); count == 4 && found != pointers_.end()) {
        lookup.ptr = found->second.get();
    } else {
        lookup.found = Found::no_name;
    }
    return lookup;
}

} // namespace dns
