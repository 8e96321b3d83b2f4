#pragma once

#include "os/unique_fd.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace web::test {

/// A program in a guest, as the test wants it.
class FakeProgram {
  public:
    using Time = std::chrono::milliseconds;
    FakeProgram(banger::os::UniqueFd fd, std::string request);

    [[nodiscard]] const std::string& request() const { return request_; } ///< head and body
    /// False: nobody reads it any more. It waits for who reads slowly.
    bool print(std::string_view bytes);
    bool end(const std::string& json);
    void raw(std::string_view bytes);
    void close() { fd_ = banger::os::UniqueFd(); }
    /// What was typed, until this was; all of it where it does not come.
    [[nodiscard]] std::string typed_until(std::string_view wanted, Time time = Time(20000));
    [[nodiscard]] std::string typed(std::size_t bytes, Time time = Time(20000));
    /// The size that the terminal was given last, once it was given one: "24x80".
    [[nodiscard]] std::string resized(Time time = Time(20000));
    [[nodiscard]] bool hung_up(Time time = Time(20000)); ///< the other end has closed

  private:
    enum class Read { some, late, ended };
    Read read_frames(std::chrono::steady_clock::time_point end);

    banger::os::UniqueFd fd_;
    std::string request_, held_, typed_, size_;
};

/// The daemon's socket, at which it is asked for programs in guests.
class ShellSocket {
  public:
    ShellSocket();
    ~ShellSocket();
    ShellSocket(const ShellSocket&) = delete;
    ShellSocket& operator=(const ShellSocket&) = delete;

    [[nodiscard]] std::string path() const { return (folder_ / "s").string(); }
    /// The next that is asked for; null where none is in time.
    [[nodiscard]] std::unique_ptr<FakeProgram>
    begin(FakeProgram::Time time = FakeProgram::Time(20000));
    /// The next that is asked for is not begun, for that reason.
    void refuse(int status, const std::string& json);

  private:
    struct Asked {
        banger::os::UniqueFd fd;
        std::string request;
    };
    [[nodiscard]] std::optional<Asked> accept(FakeProgram::Time time);

    std::filesystem::path folder_;
    banger::os::UniqueFd listener_;
};

} // namespace web::test
