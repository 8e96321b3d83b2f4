#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dns {

enum : std::uint16_t { // as on the wire; not scoped, because any number may arrive
    type_a = 1,
    type_ns = 2,
    type_soa = 6,
    type_ptr = 12,
    type_opt = 41,
    type_any = 255,
};

/// A resource record without its owner's name, ready to be copied behind a name or a pointer to
/// one: type, class, TTL, length, data. Rendered once, by ldns.
struct Record {
    std::string bytes;
};

/// From the text of a zone file without the owner: "0 IN A 172.30.88.2". Throws
/// Error(BANGER_E_INTERNAL) when ldns does not take it.
[[nodiscard]] Record render(std::string_view text);

} // namespace dns
