#include "supervisor/guest_listener.hpp"

#include "supervisor/peer.hpp"

#include <utility>

#include <sys/epoll.h>

namespace banger::supervisor {

GuestListener::GuestListener(Loop& loop, os::UniqueFd listener,
                             std::function<std::size_t()> connections,
                             std::function<void(os::UniqueFd)> on_client)
    : loop_(loop), connections_(std::move(connections)), on_client_(std::move(on_client)) {
    listen(std::move(listener));
}

void GuestListener::listen(os::UniqueFd listener) {
    accepting_.drop();
    listener_ = std::move(listener);
    accepting_ = loop_.watch(listener_.get(), EPOLLIN, [this](std::uint32_t) {
        os::UniqueFd client = accept_peer(listener_.get());
        if (client && connections_() < max_guest_clients) {
            on_client_(std::move(client));
        }
    });
}

std::string GuestListener::accepted() {
    return "OK " + std::to_string(next_number_++) + "\n";
}

} // namespace banger::supervisor
