#include "copy/guest_path.hpp"

namespace banger::copy {
namespace {

std::string without_slashes(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) {
        path.pop_back();
    }
    return path;
}

} // namespace

std::string name_in(const std::string& path) {
    const std::string whole = without_slashes(path);
    const std::string last = whole.substr(whole.rfind('/') + 1); // npos + 1 is 0
    return last == "." || last == ".." || last == "~" ? "" : last;
}

TarPlace tar_place(const std::string& path) {
    const std::string whole = without_slashes(plain_path(path));
    const std::string name = name_in(whole);
    if (name.empty()) {
        return {whole, "."};
    }
    const std::string folder = without_slashes(whole.substr(0, whole.size() - name.size()));
    return {folder, "./" + name};
}

std::string plain_path(const std::string& path) {
    if (path.starts_with('/')) {
        return path;
    }
    if (path == "~" || path.starts_with("~/")) {
        return "." + path.substr(1);
    }
    return "./" + path;
}

} // namespace banger::copy
