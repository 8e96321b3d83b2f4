#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace agent {

/// When the guest reached the two marks of its start, since the kernel's start. Kept in a folder
/// that lives until the guest ends, so that an agent that is started again knows them.
class BootLog {
  public:
    explicit BootLog(const std::string& folder);

    void mark_ready(std::int64_t ms) { mark(ready_ms_, "ready", ms); }
    void mark_finished(std::int64_t ms) { mark(finished_ms_, "finished", ms); }
    [[nodiscard]] std::optional<std::int64_t> ready_ms() const noexcept { return ready_ms_; }
    [[nodiscard]] std::optional<std::int64_t> finished_ms() const noexcept { return finished_ms_; }

  private:
    [[nodiscard]] std::optional<std::int64_t> read(const std::string& name) const;
    void mark(std::optional<std::int64_t>& time, const std::string& name, std::int64_t ms) const;

    std::string folder_;
    std::optional<std::int64_t> ready_ms_;
    std::optional<std::int64_t> finished_ms_;
};

/// systemd runs this guest.
[[nodiscard]] bool has_systemd();

} // namespace agent
