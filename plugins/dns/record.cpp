#include "record.hpp"

#include <banger/plugin.hpp>

#include <cstdlib>
#include <memory>

#include <ldns/ldns.h>

namespace dns {
namespace {

struct FreeRr {
    void operator()(ldns_rr* rr) const noexcept { ldns_rr_free(rr); }
};
struct FreeBytes {
    void operator()(std::uint8_t* bytes) const noexcept { std::free(bytes); }
};

} // namespace

Record render(std::string_view text) {
    const std::string line = "x. " + std::string(text);
    ldns_rr* raw = nullptr;
    ldns_status status = ldns_rr_new_frm_str(&raw, line.c_str(), 0, nullptr, nullptr);
    const std::unique_ptr<ldns_rr, FreeRr> rr(raw);
    std::uint8_t* data = nullptr;
    std::size_t size = 0;
    if (status == LDNS_STATUS_OK) {
        status = ldns_rr2wire(&data, rr.get(), LDNS_SECTION_ANSWER, &size);
    }
    const std::unique_ptr<std::uint8_t, FreeBytes> owned(data);
    if (status != LDNS_STATUS_OK) {
        throw banger::Error(BANGER_E_INTERNAL, "record '" + std::string(text) +
                                                   "': " + ldns_get_errorstr_by_id(status));
    }
    constexpr std::size_t owner = 3; // the name "x"
    return {std::string(reinterpret_cast<const char*>(data) + owner, size - owner)};
}

} // namespace dns
