#include "plugin/own_place.hpp"

#include "os/error.hpp"

#include <cerrno>

#include <sys/stat.h>
#include <unistd.h>

namespace banger::plugin {

std::string clear_place(const std::filesystem::path& file) {
    struct stat info {};
    if (::lstat(file.c_str(), &info) != 0) {
        return errno == ENOENT ? "" : os::errno_error("look at " + file.string()).what();
    }
    if (S_ISREG(info.st_mode)) {
        return {};
    }
    const bool folder = S_ISDIR(info.st_mode);
    if ((folder ? ::rmdir(file.c_str()) : ::unlink(file.c_str())) == 0) {
        return {};
    }
    return os::errno_error((folder ? "remove the folder " : "remove ") + file.string()).what();
}

} // namespace banger::plugin
