#include "job_log.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <vector>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;

std::string time_text(const char* format) {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

/// Removes all but the newest; names end in their time, which is what counts here.
void drop_old(const fs::path& folder, std::size_t kept) {
    std::error_code code;
    std::vector<std::pair<fs::file_time_type, fs::path>> logs;
    for (const auto& entry : fs::directory_iterator(folder, code)) {
        if (entry.path().extension() == ".log") {
            logs.emplace_back(entry.last_write_time(code), entry.path());
        }
    }
    std::sort(logs.rbegin(), logs.rend());
    for (std::size_t i = kept; i < logs.size(); ++i) {
        fs::remove(logs[i].second, code);
    }
}

/// What a guest says must not steer the terminal of whoever reads it.
std::string harmless(std::string_view text) {
    std::string shown(text);
    std::replace_if(
        shown.begin(), shown.end(),
        [](char c) {
            const auto byte = static_cast<unsigned char>(c);
            return (byte < 0x20U && c != '\t') || byte == 0x7fU;
        },
        '?');
    return shown;
}

fs::path free_name(const fs::path& folder, const std::string& name) {
    const std::string begin = name + "-" + time_text("%Y%m%d-%H%M%S");
    std::error_code code;
    fs::path path = folder / (begin + ".log");
    for (int i = 2; fs::exists(path, code); ++i) {
        path = folder / (begin + "-" + std::to_string(i) + ".log");
    }
    return path;
}

} // namespace

JobLog::JobLog(banger::Job& job, const fs::path& folder, const std::string& name) : job_(job) {
    std::error_code code;
    fs::create_directories(folder, code);
    drop_old(folder, kept - 1);
    const fs::path path = free_name(folder, name);
    file_.reset(std::fopen(path.c_str(), "wxe"));
    if (file_) {
        path_ = path;
        (void)std::setvbuf(file_.get(), nullptr, _IOLBF, 0); // whoever reads it sees where it is
    } else {
        job_.output("no log file " + path.string() + " could be made", BANGER_LOG_WARNING);
    }
}

void JobLog::stage(const std::string& name) {
    job_.stage(name);
    note("== " + name);
}

void JobLog::line(std::string_view text, int level) {
    if (!text.empty()) {
        job_.output(text, level);
    }
    note(text);
}

void JobLog::note(std::string_view text) {
    if (written_ > most_bytes) {
        return;
    }
    const std::string line = time_text("%H:%M:%S ") + harmless(text) + "\n";
    written_ += line.size();
    write(written_ > most_bytes ? "(more was said)\n" : line);
}

void JobLog::last(std::string_view text) {
    constexpr std::size_t longest = 64U << 10U;
    write(time_text("%H:%M:%S ") + harmless(text.substr(0, longest)) + "\n");
}

void JobLog::write(const std::string& line) {
    if (file_) {
        (void)std::fwrite(line.data(), 1, line.size(), file_.get());
    }
}

} // namespace imagebuild
