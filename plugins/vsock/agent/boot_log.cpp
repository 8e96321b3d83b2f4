#include "boot_log.hpp"

#include "proc_file.hpp"
#include "words.hpp"

#include "guest/fd.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>

namespace agent {

BootLog::BootLog(const std::string& folder) : folder_(folder) {
    if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
        std::fprintf(stderr, "make %s: %s\n", folder.c_str(), std::strerror(errno));
    }
    ready_ms_ = read("ready");
    finished_ms_ = read("finished");
}

std::optional<std::int64_t> BootLog::read(const std::string& name) const {
    const auto value = parse_number(read_proc(folder_ + "/" + name, 32));
    return value ? std::optional(static_cast<std::int64_t>(*value)) : std::nullopt;
}

void BootLog::mark(std::optional<std::int64_t>& time, const std::string& name,
                   std::int64_t ms) const {
    if (time) {
        return; // of the agent before
    }
    time = ms;
    const std::string path = folder_ + "/" + name;
    const std::string text = std::to_string(ms);
    const banger::guest::Fd file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!file || ::write(file.get(), text.data(), text.size()) < 0) {
        std::fprintf(stderr, "write %s: %s\n", path.c_str(), std::strerror(errno));
    }
}

bool has_systemd() {
    return ::access("/run/systemd/system", F_OK) == 0;
}

} // namespace agent
