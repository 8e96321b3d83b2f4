#include "image/file_key.hpp"

#include "os/error.hpp"

#include <sys/stat.h>

namespace banger::image {

std::string file_key(const std::filesystem::path& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        throw os::errno_error("look at " + path.string());
    }
    return std::to_string(info.st_ino) + "-" + std::to_string(info.st_mtim.tv_sec) + "." +
           std::to_string(info.st_mtim.tv_nsec) + "-" + std::to_string(info.st_size);
}

} // namespace banger::image
