#include "vmm/device_id.hpp"

#include "os/error.hpp"

#include <algorithm>

namespace banger::vmm {

const std::string& checked_id(const std::string& id, const char* what) {
    const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    const auto inner = [&](char c) {
        return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    };
    // 20 bytes: what a virtio-blk serial holds (VIRTIO_BLK_ID_BYTES).
    if (id.empty() || id.size() > 20 || !letter(id[0]) ||
        !std::all_of(id.begin(), id.end(), inner)) {
        throw os::Error(os::ErrorKind::invalid,
                        std::string(what) + " id \"" + id +
                            "\": a letter, then letters, digits, - _ . (at most 20)");
    }
    return id;
}

} // namespace banger::vmm
