#include "io_counters.hpp"

#include "proc_file.hpp"

#include <set>
#include <sstream>

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace web {
namespace {

constexpr std::uint64_t sector = 512; ///< in /proc/diskstats, whatever the disk has

std::optional<std::uint64_t> count_behind(const std::string& text, const std::string& name) {
    const std::size_t at = text.find(name);
    if (at == std::string::npos) {
        return std::nullopt;
    }
    return std::strtoull(text.c_str() + at + name.size(), nullptr, 10);
}

std::set<std::string> ways_out(const std::filesystem::path& proc) {
    std::set<std::string> cards;
    std::istringstream routes(proc_file(proc / "net" / "route"));
    for (std::string line; std::getline(routes, line);) {
        std::istringstream words(line);
        std::string card, destination;
        if (words >> card >> destination && destination == "00000000") {
            cards.insert(card);
        }
    }
    // destination, length, source, length, next hop, metric, references, uses, flags, card
    std::istringstream routes6(proc_file(proc / "net" / "ipv6_route"));
    for (std::string line; std::getline(routes6, line);) {
        std::istringstream words(line);
        std::string destination, length, skipped, card;
        words >> destination >> length;
        for (int i = 0; i < 7; ++i) {
            words >> skipped;
        }
        if (words >> card && destination.find_first_not_of('0') == std::string::npos &&
            length == "00") {
            cards.insert(card);
        }
    }
    cards.erase("lo"); // the route for what cannot be reached
    return cards;
}

} // namespace

std::optional<IoCounters> process_io(const std::filesystem::path& proc, std::uint64_t pid) {
    const std::string text = proc_file(proc / std::to_string(pid) / "io");
    const auto read = count_behind(text, "\nread_bytes: ");
    const auto written = count_behind(text, "\nwrite_bytes: ");
    return read && written ? std::optional(IoCounters{*read, *written}) : std::nullopt;
}

std::optional<IoCounters> disk_io(const std::filesystem::path& proc, const std::string& folder) {
    struct stat place {};
    if (::stat(folder.c_str(), &place) != 0) {
        return std::nullopt;
    }
    // numbers, name, reads, merged, sectors, ms, writes, merged, sectors, ..
    std::istringstream disks(proc_file(proc / "diskstats"));
    for (std::string line; std::getline(disks, line);) {
        std::istringstream words(line);
        unsigned first = 0, second = 0;
        std::string name;
        std::uint64_t skipped = 0, read = 0, written = 0;
        words >> first >> second >> name >> skipped >> skipped >> read >> skipped >> skipped >>
            skipped >> written;
        if (words && first == major(place.st_dev) && second == minor(place.st_dev)) {
            return IoCounters{read * sector, written * sector};
        }
    }
    return std::nullopt;
}

std::optional<IoCounters> network_io(const std::filesystem::path& proc) {
    const std::set<std::string> cards = ways_out(proc);
    std::optional<IoCounters> sum;
    std::istringstream lines(proc_file(proc / "net" / "dev"));
    for (std::string line; std::getline(lines, line);) {
        const std::size_t colon = line.find(':');
        const std::size_t begin = line.find_first_not_of(' ');
        if (colon == std::string::npos || cards.count(line.substr(begin, colon - begin)) == 0) {
            continue;
        }
        // received: bytes and seven more; then the same of what was sent
        std::istringstream words(line.substr(colon + 1));
        std::uint64_t received = 0, skipped = 0, sent = 0;
        words >> received;
        for (int i = 0; i < 7; ++i) {
            words >> skipped;
        }
        if (words >> sent) {
            const IoCounters before = sum.value_or(IoCounters());
            sum = IoCounters{before.in + received, before.out + sent};
        }
    }
    return sum;
}

} // namespace web
