#include "package_list.hpp"

#include "http/percent.hpp"

#include <banger/plugin.hpp>

#include <cerrno>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace web {
namespace {

constexpr std::size_t longest_file = 8U << 20U;
constexpr std::size_t most_packages = 50000;

class OpenFile {
  public:
    explicit OpenFile(const std::string& path)
        // Not blocked by a fifo that was put in its place.
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)) {}
    ~OpenFile() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    [[nodiscard]] int get() const { return fd_; }

  private:
    int fd_;
};

[[noreturn]] void refuse_file(const std::string& path, const std::string& why) {
    throw banger::Error(BANGER_E_NOT_FOUND,
                        "the list of packages cannot be read: " + path + ": " + why,
                        "the image may have been deleted or built anew meanwhile");
}

} // namespace

PackageList PackageList::read(const std::string& path) {
    const OpenFile file(path);
    struct stat status {};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
        refuse_file(path, std::strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        refuse_file(path, "no plain file");
    }
    if (status.st_size > static_cast<off_t>(longest_file)) {
        refuse_file(path, "longer than 8 MiB");
    }
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            refuse_file(path, std::strerror(errno));
        }
        if (got == 0) {
            break; // it was cut meanwhile
        }
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return parse(text);
}

PackageList PackageList::parse(std::string_view text) {
    PackageList list;
    while (!text.empty() && list.packages_.size() < most_packages) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        const std::size_t space = line.find_first_of(" \t");
        // A guest wrote it: what is no text is shown by nobody.
        if (!line.empty() && is_utf8(line)) {
            list.packages_.emplace_back(line.substr(0, space), space == std::string_view::npos
                                                                   ? std::string_view()
                                                                   : line.substr(space + 1));
        }
    }
    return list;
}

} // namespace web
