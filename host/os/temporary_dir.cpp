#include "os/temporary_dir.hpp"

#include "os/error.hpp"

#include <cstdlib>
#include <string>

namespace banger::os {

TemporaryDir::TemporaryDir(std::string_view prefix) {
    const char* root = std::getenv("TMPDIR");
    std::string pattern = (root != nullptr && *root != '\0' ? std::string(root) : "/tmp") + "/" +
                          std::string(prefix) + ".XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw errno_error("create temporary folder " + pattern);
    }
    path_ = pattern;
}

TemporaryDir::TemporaryDir(TemporaryDir&& other) noexcept : path_(std::move(other.path_)) {
    other.path_.clear();
}

TemporaryDir::~TemporaryDir() {
    if (!path_.empty()) {
        std::error_code code;
        std::filesystem::remove_all(path_, code);
    }
}

} // namespace banger::os
