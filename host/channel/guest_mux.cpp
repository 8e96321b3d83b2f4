#include "channel/guest_mux.hpp"

#include <utility>

namespace banger::channel {

GuestMux::Shared GuestMux::handler(StreamId id) const {
    const auto it = handlers_.find(id);
    return it == handlers_.end() ? std::make_shared<const StreamHandler>() : it->second;
}

void GuestMux::close(StreamId id) {
    handlers_.erase(id);
    mux_.reset(id);
}

void GuestMux::stream_requested(StreamId id, std::uint32_t port) {
    const auto it = listeners_.find(port);
    if (it == listeners_.end()) {
        mux_.reset(id, ResetReason::refused);
        return;
    }
    mux_.accept(id);
    const Accept accept = it->second; // it may listen anew while it runs
    handlers_[id] = std::make_shared<const StreamHandler>(accept(id));
}

void GuestMux::stream_data(StreamId id, std::string_view bytes) {
    if (const Shared found = handler(id); found->data) {
        found->data(bytes);
    } else {
        mux_.consumed(id, bytes.size());
    }
}

void GuestMux::stream_finished(StreamId id) {
    if (const Shared found = handler(id); found->finished) {
        found->finished();
    } else {
        mux_.finish(id);
    }
}

void GuestMux::stream_reset(StreamId id, ResetReason /*reason*/) {
    const Shared found = handler(id);
    handlers_.erase(id);
    if (found->closed) {
        found->closed();
    }
}

void GuestMux::stream_writable(StreamId id) {
    if (const Shared found = handler(id); found->writable) {
        found->writable();
    }
}

} // namespace banger::channel
