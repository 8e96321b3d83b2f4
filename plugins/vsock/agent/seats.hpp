#pragma once

#include <cstddef>
#include <optional>
#include <utility>

namespace agent {

/// How many of something there may be at a time. A seat is held by an object and free without it.
class Seats {
  public:
    class Seat {
      public:
        explicit Seat(Seats& seats) noexcept : seats_(&seats) { ++seats.taken_; }
        Seat(Seat&& other) noexcept : seats_(std::exchange(other.seats_, nullptr)) {}
        Seat& operator=(Seat&& other) noexcept {
            std::swap(seats_, other.seats_);
            return *this;
        }
        ~Seat() {
            if (seats_ != nullptr) {
                --seats_->taken_;
            }
        }

      private:
        Seats* seats_;
    };

    explicit Seats(std::size_t limit) noexcept : limit_(limit) {}
    [[nodiscard]] std::optional<Seat> take() {
        return taken_ < limit_ ? std::optional<Seat>(std::in_place, *this) : std::nullopt;
    }
    [[nodiscard]] std::size_t taken() const noexcept { return taken_; }

  private:
    std::size_t limit_;
    std::size_t taken_ = 0;
};

/// What a connection beyond the limit is told.
inline constexpr char too_many_connections[] =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\n"
    "Content-Length: 66\r\nConnection: close\r\n\r\n"
    R"({"error":{"kind":"busy","message":"too many connections at once"}})";

} // namespace agent
