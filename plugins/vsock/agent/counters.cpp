#include "counters.hpp"

#include "words.hpp"

#include <algorithm>
#include <cstdlib>
#include <set>

namespace agent {
namespace {

constexpr std::size_t most_entries = 256;

std::uint64_t number_at(const std::vector<std::string_view>& fields, std::size_t index) {
    return index < fields.size() ? parse_number(fields[index]).value_or(0) : 0;
}

/// mountinfo writes blanks and backslashes as \040 and so on.
std::string unescaped(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto code = text[i] == '\\' ? parse_number(text.substr(i + 1, 3), 8) : std::nullopt;
        out.push_back(code ? static_cast<char>(*code) : text[i]);
        i += code ? 3 : 0;
    }
    return out;
}

} // namespace

CpuTimes parse_stat(std::string_view text) {
    CpuTimes times;
    for (const std::string_view line : split(text, '\n')) {
        if (!line.starts_with("cpu")) {
            continue;
        }
        const auto fields = words(line);
        if (fields[0] != "cpu") {
            ++times.count;
            continue;
        }
        // user nice system idle iowait irq softirq steal
        times.user = number_at(fields, 1) + number_at(fields, 2);
        times.system = number_at(fields, 3) + number_at(fields, 6) + number_at(fields, 7);
        times.idle = number_at(fields, 4);
        times.iowait = number_at(fields, 5);
        times.steal = number_at(fields, 8);
    }
    return times;
}

MemoryUse parse_meminfo(std::string_view text) {
    MemoryUse use;
    for (const std::string_view line : split(text, '\n')) {
        const auto fields = words(line);
        const std::uint64_t bytes = number_at(fields, 1) * 1024;
        const std::string_view name = fields.empty() ? std::string_view() : fields[0];
        if (name == "MemTotal:") {
            use.total = bytes;
        } else if (name == "MemAvailable:") {
            use.available = bytes;
        } else if (name == "Cached:") {
            use.cached = bytes;
        } else if (name == "SwapTotal:") {
            use.swap_total = bytes;
        } else if (name == "SwapFree:") {
            use.swap_free = bytes;
        }
    }
    return use;
}

std::vector<Interface> parse_net_dev(std::string_view text) {
    std::vector<Interface> out;
    for (const std::string_view line : split(text, '\n')) {
        const auto colon = line.rfind(':'); // an alias has one in its name
        if (colon == std::string_view::npos || out.size() == most_entries) {
            continue;
        }
        const auto name = words(line.substr(0, colon));
        const auto fields = words(line.substr(colon + 1));
        if (name.size() == 1 && fields.size() >= 16 && name[0] != "lo") {
            out.push_back({printable(name[0], 32), number_at(fields, 0), number_at(fields, 1),
                           number_at(fields, 8), number_at(fields, 9)});
        }
    }
    return out;
}

std::vector<Mount> parse_mounts(std::string_view text) {
    std::vector<Mount> out;
    std::set<std::string_view> seen;
    for (const std::string_view line : split(text, '\n')) {
        // id parent major:minor root path options [optional...] - fs source options
        const auto fields = words(line);
        const auto dash = std::find(fields.begin(), fields.end(), "-");
        if (fields.size() < 7 || fields.end() - dash < 3 || out.size() == most_entries) {
            continue;
        }
        const bool on_disk = dash[2].starts_with("/dev/");
        if ((on_disk || dash[1] == "overlay") && seen.insert(fields[2]).second) {
            out.push_back(
                {unescaped(fields[4]), std::string(dash[1]), unescaped(dash[2]), on_disk});
        }
    }
    return out;
}

std::vector<double> parse_loadavg(std::string_view text) {
    std::vector<double> out;
    for (const std::string_view word : words(text)) {
        if (out.size() < 3) {
            out.push_back(std::strtod(std::string(word).c_str(), nullptr));
        }
    }
    out.resize(3);
    return out;
}

} // namespace agent
