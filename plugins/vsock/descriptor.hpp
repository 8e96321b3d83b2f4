#pragma once

#include <utility>

#include <unistd.h>

namespace vsock {

/// Owns a file descriptor, or none, and closes it.
class Descriptor {
  public:
    Descriptor() = default;
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        Descriptor(std::move(other)).swap(*this);
        return *this;
    }
    ~Descriptor() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    [[nodiscard]] int fd() const noexcept { return fd_; }
    [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); } ///< the caller's now
    explicit operator bool() const noexcept { return fd_ >= 0; }

  private:
    void swap(Descriptor& other) noexcept { std::swap(fd_, other.fd_); }
    int fd_ = -1;
};

} // namespace vsock
