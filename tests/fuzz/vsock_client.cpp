// What a guest can send to the host's side of its agent, whole and in pieces: whatever it is, it is
// refused or becomes bounded, printable facts.

#include "event.hpp"
#include "guest_json.hpp"
#include "guest_view.hpp"
#include "handshake.hpp"
#include "http_reply.hpp"
#include "lines.hpp"
#include "text.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace {

void require(bool held) {
    if (!held) {
        std::abort();
    }
}

void require_shown(const std::string& text, std::size_t most) {
    require(text.size() <= most && vsock::as_utf8(text) == text);
    for (const char c : text) {
        require(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
    }
}

template <class Act>
void try_to(Act act) {
    try {
        act();
    } catch (const vsock::Refused& refused) {
        require(std::string_view(refused.what()).size() < 1000);
    }
}

void take_body(std::string_view body) {
    vsock::GuestView view;
    try_to([&] {
        const vsock::Health health = vsock::parse_health(body);
        require_shown(health.version, 64);
        require_shown(health.boot_id, 64);
        require(health.features.size() <= vsock::most_entries);
        view.version = health.version;
        view.failed_units = health.failed_units;
    });
    try_to([&] { view.stats = vsock::parse_stats(body); });
    try_to([&] { view.ports = vsock::parse_ports(body); });
    try_to([&] {
        const vsock::Event event = vsock::parse_event(body);
        require(event.failed_units.value_or(std::vector<std::string>()).size() <=
                vsock::most_entries);
        view.failed_units = event.failed_units;
    });
    if (view.stats) {
        require(view.stats->disks.size() <= vsock::most_entries);
        require(view.stats->network.size() <= vsock::most_entries);
        (void)vsock::cpu_percent(vsock::Stats(), *view.stats);
    }
    for (const vsock::Port& port : view.ports.value_or(std::vector<vsock::Port>())) {
        require_shown(port.address, 64);
        require_shown(port.process, 32);
        require_shown(port.title, 96);
        (void)vsock::url_of(port, "172.30.88.7");
    }
    const std::string facts = vsock::facts_json(view);
    require(facts.size() <= 64U * 1024 && nlohmann::json::accept(facts));
}

/// `cut`: bytes that come at a time.
void take_stream(std::string_view bytes, std::size_t cut) {
    vsock::Handshake handshake;
    std::size_t at = 0;
    while (at < bytes.size() && handshake.state() == vsock::Handshake::State::waiting) {
        const std::size_t taken = handshake.feed(bytes.substr(at, cut));
        require(taken <= bytes.size() - at);
        at += taken;
    }
    if (handshake.state() != vsock::Handshake::State::open) {
        at = 0; // without one, so that its seeds need none
    }
    vsock::Lines lines(4096);
    std::size_t streamed = 0;
    vsock::HttpReply kept;
    vsock::HttpReply followed([&](std::string_view piece) {
        streamed += piece.size();
        lines.feed(piece, [](std::string_view line) {
            require(!line.empty() && line.size() <= 4096);
            try_to([&] { (void)vsock::parse_event(line); });
        });
    });
    for (vsock::HttpReply* reply : {&kept, &followed}) {
        try_to([&] {
            for (std::size_t from = at; from < bytes.size() && !reply->done();) {
                const std::string_view piece = bytes.substr(from, cut);
                const std::size_t taken = reply->feed(piece);
                require(taken == piece.size() || reply->done());
                from += taken;
            }
        });
    }
    require(kept.body().size() <= vsock::most_body && streamed <= bytes.size());
    if (kept.done()) {
        (void)vsock::trouble_in(kept);
        take_body(kept.body());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    require_shown(vsock::shown(bytes, 100), 100);
    take_body(bytes);
    take_stream(bytes, size == 0 ? 1 : 1 + data[0] % 40);
    take_stream(bytes, bytes.size() + 1);
    return 0;
}
