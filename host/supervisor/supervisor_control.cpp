// What clients of the control socket ask, and what goes on by itself after it.

#include "supervisor/supervisor.hpp"

#include "os/error.hpp"
#include "os/free_space.hpp"
#include "supervisor/image_growth.hpp"

#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

namespace banger::supervisor {
using nlohmann::json;
using os::Error;
using os::ErrorKind;

namespace {

/// Of looks at a disk that had no room for a write of the guest.
constexpr std::chrono::milliseconds room_interval{3000};
constexpr std::uint64_t least_room = 16U << 20U;

} // namespace

json Supervisor::phase() const {
    json phase = {{"phase", state_.phase}};
    if (state_.phase == "paused" && !full_.empty()) {
        phase["reason"] = full_;
    }
    return phase;
}

json Supervisor::status() const {
    json status = phase();
    status.update({{"agent_open", agent_open_},
                   {"console_bytes", log_->written()},
                   {"console_lost", log_->lost()},
                   {"connections", channel_->connections()},
                   {"started_unix_ms", state_.started_unix_ms}});
    return status;
}

void Supervisor::wait_for_room() {
    look_for_room_ = loop_.after(room_interval, [this] { go_on_with_room(); });
}

/// The VMM stopped the guest before a write that the host has no room for, and repeats the write
/// when it goes on: nothing is lost.
void Supervisor::go_on_with_room() {
    if (os::free_space(plan_.dir).value_or(0) < least_room) {
        wait_for_room();
        return;
    }
    resume([this](const Error* error) {
        if (error != nullptr && !ending_) {
            wait_for_room();
        }
    });
}

void Supervisor::powerdown(Done done) {
    if (state_.phase != "running") {
        const Error error(ErrorKind::conflict, "the VM is " + state_.phase);
        done(&error);
        return;
    }
    off_asked_ = std::chrono::steady_clock::now();
    link_->powerdown(std::move(done));
}

void Supervisor::pause(Done done) {
    link_->pause(std::move(done));
}

void Supervisor::resume(Done done) {
    link_->resume(std::move(done));
}

void Supervisor::resize(const std::string& disk, std::uint64_t bytes, Done done) {
    const vmm::GrowingDisk* growing = nullptr;
    try {
        if (state_.phase != "running") {
            throw Error(ErrorKind::conflict, "the VM is " + state_.phase);
        }
        growing = &growing_disk(plan_, disk, bytes);
    } catch (const Error& error) {
        done(&error);
        return;
    }
    link_->resize_disk(*growing, bytes, std::move(done));
}

void Supervisor::kill(Done done) {
    kill_asked_ = true;
    end_vmm();
    done(nullptr);
}

} // namespace banger::supervisor
