#include "secret.hpp"

#include "random.hpp"

#include <banger/plugin.hpp>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace web {
namespace {

constexpr std::size_t secret_size = 32;

/// A descriptor for as long as the block lasts.
class OpenFile {
  public:
    explicit OpenFile(int fd) noexcept : fd_(fd) {}
    ~OpenFile() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    [[nodiscard]] int fd() const noexcept { return fd_; }

  private:
    int fd_;
};

[[noreturn]] void fail_to_keep(const std::string& path, int error) {
    throw banger::Error(BANGER_E_UNAVAILABLE, path + ": " + std::strerror(error),
                        "the folder is to be ours, with room on its disk");
}

std::optional<std::string> read_secret(const std::string& path) {
    const OpenFile file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat about {};
    if (file.fd() < 0 || ::fstat(file.fd(), &about) != 0 || !S_ISREG(about.st_mode) ||
        about.st_uid != ::geteuid() || (about.st_mode & 077U) != 0) {
        return std::nullopt;
    }
    std::array<char, secret_size + 1> bytes{};
    if (::read(file.fd(), bytes.data(), bytes.size()) != static_cast<ssize_t>(secret_size)) {
        return std::nullopt;
    }
    return std::string(bytes.data(), secret_size);
}

/// Whole or not at all: by another name first.
void write_secret(const std::string& path, const std::string& secret) {
    const std::string beside = path + ".new";
    (void)::unlink(beside.c_str());
    {
        const OpenFile file(
            ::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (file.fd() < 0 ||
            ::write(file.fd(), secret.data(), secret.size()) !=
                static_cast<ssize_t>(secret.size()) ||
            ::fsync(file.fd()) != 0) {
            fail_to_keep(beside, errno);
        }
    }
    if (::rename(beside.c_str(), path.c_str()) != 0) {
        fail_to_keep(path, errno);
    }
}

} // namespace

std::string load_secret(std::string_view state_dir) {
    const std::string path = std::string(state_dir) + "/csrf-secret";
    if (auto kept = read_secret(path)) {
        return *kept;
    }
    std::string secret = random_bytes(secret_size);
    write_secret(path, secret);
    return secret;
}

} // namespace web
