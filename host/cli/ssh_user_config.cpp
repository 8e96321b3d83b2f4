#include "cli/ssh_user_config.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <cctype>

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace banger::cli {
namespace fs = std::filesystem;

namespace {

std::string_view trimmed(std::string_view line) {
    const std::size_t first = line.find_first_not_of(" \t");
    const std::size_t last = line.find_last_not_of(" \t\r\n\f");
    return first == std::string_view::npos || last == std::string_view::npos
               ? std::string_view()
               : line.substr(first, last + 1 - first);
}

/// Takes the next line off `rest`, with its end.
std::string_view next_line(std::string_view& rest) {
    const std::size_t end = rest.find('\n');
    const std::string_view line =
        rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
    rest.remove_prefix(line.size());
    return line;
}

bool opens_block(std::string_view line) {
    std::string keyword(line.substr(0, line.find_first_of(" \t=")));
    std::transform(keyword.begin(), keyword.end(), keyword.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return keyword == "host" || keyword == "match";
}

bool may_write(const fs::path& path) {
    return ::access(path.c_str(), W_OK) == 0;
}

} // namespace

bool holds_for_all(std::string_view text, std::string_view line) {
    while (!text.empty()) {
        const std::string_view each = trimmed(next_line(text));
        if (each == line || opens_block(each)) {
            return each == line;
        }
    }
    return false;
}

std::string with_first(std::string_view text, std::string_view line) {
    std::string_view rest = text;
    const bool carriage = next_line(rest).ends_with("\r\n");
    return std::string(line) + (carriage ? "\r\n" : "\n") + std::string(text);
}

std::string without(std::string_view text, std::string_view line) {
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::size_t begin = text.size() - rest.size();
        const std::string_view each = trimmed(next_line(rest));
        if (each == line) {
            return std::string(text.substr(0, begin)) + std::string(rest);
        }
        if (opens_block(each)) {
            break;
        }
    }
    return std::string(text);
}

fs::path SshUserConfig::usual_file() {
    const passwd* entry = ::getpwuid(::getuid());
    if (entry == nullptr || entry->pw_dir == nullptr || *entry->pw_dir != '/') {
        throw os::Error(os::ErrorKind::not_found,
                        "uid " + std::to_string(::getuid()) +
                            " has no record with a home folder, so ssh works for nobody here",
                        "banger vm ssh NAME needs the daemon only; or name a file: --file FILE");
    }
    return fs::path(entry->pw_dir) / ".ssh" / "config";
}

SshUserConfig::SshUserConfig(const fs::path& file) : file_(fs::absolute(file)) {
    std::error_code code;
    if (fs::is_symlink(file_, code)) {
        const fs::path target = fs::canonical(file_, code);
        if (code) {
            throw os::Error(os::ErrorKind::not_found,
                            file_.string() + " is a symlink to '" +
                                fs::read_symlink(file_, code).string() + "', which is not there",
                            "make that file, or remove the symlink, and try again");
        }
        file_ = target;
        linked_ = true;
    }
    struct stat info {};
    if (const auto found = os::find_file(file_)) {
        text_ = *found;
        exists_ = true;
        mode_ = ::stat(file_.c_str(), &info) == 0 ? info.st_mode & 07777U : mode_;
    }
}

void SshUserConfig::require_writable(const std::string& line) const {
    const bool locked = exists_ && ((mode_ & S_IWUSR) == 0 || !may_write(file_));
    const fs::path folder = file_.parent_path();
    std::error_code code;
    if (!locked && (!fs::exists(folder, code) || may_write(folder))) {
        return;
    }
    throw os::Error(os::ErrorKind::permission,
                    (locked ? file_ : folder).string() + " is not for writing",
                    "chmod u+w " + (locked ? file_ : folder).string() +
                        ", or change its first line yourself: " + line);
}

void SshUserConfig::replace(const std::string& text) const {
    if (text.empty() && !linked_) {
        fs::remove(file_);
        return;
    }
    std::error_code code;
    if (!fs::exists(file_.parent_path(), code)) {
        os::make_private_dir(file_.parent_path());
    }
    os::write_file_atomic(file_, text, mode_);
}

} // namespace banger::cli
