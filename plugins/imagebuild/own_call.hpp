#pragma once

#include <banger/plugin.hpp>

#include <chrono>
#include <memory>

namespace imagebuild {

/// A call of this thread's own beside the one of its job: nobody cancels it with the job, and the
/// results that it keeps end with it. Throws Error(UNAVAILABLE) when the host opens none.
class OwnCall {
  public:
    OwnCall(banger::Host host, const char* name, std::chrono::milliseconds limit)
        : ops_(host.get<banger_thread_ops>(BANGER_EXT_THREAD)),
          raw_(ops_.call_open(host.raw(), banger::str(name), limit.count())) {
        if (raw_ == nullptr) {
            throw banger::Error(BANGER_E_UNAVAILABLE, "the host opens no more calls");
        }
        call_ = std::make_unique<banger::Call>(raw_);
    }
    OwnCall(const OwnCall&) = delete;
    OwnCall& operator=(const OwnCall&) = delete;
    ~OwnCall() { ops_.call_close(raw_); }

    operator banger::Call&() { return *call_; } // NOLINT(*-explicit-*): it is one

  private:
    const banger_thread_ops& ops_;
    banger_call* raw_;
    std::unique_ptr<banger::Call> call_;
};

} // namespace imagebuild
