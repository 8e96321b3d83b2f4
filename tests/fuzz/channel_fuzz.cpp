#include "fuzz/channel_fuzz.hpp"

#include "channel/guest_mux.hpp"

/// The first byte chooses how the rest is cut; both ends must survive any bytes of the other.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace banger::channel;
    if (size == 0) {
        return 0;
    }
    const std::size_t step = 1U + data[0];
    GuestMux guest(7);
    guest.listen(1, [&guest](StreamId id) {
        StreamHandler handler;
        handler.data = [&guest, id](std::string_view bytes) {
            guest.consumed(id, guest.write(id, bytes));
        };
        return handler;
    });
    guest.greet();
    std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
    while (!rest.empty()) {
        guest.feed(rest.substr(0, step));
        rest.remove_prefix(std::min(step, rest.size()));
        guest.sent(guest.pending().size() / 2);
    }
    return 0;
}
