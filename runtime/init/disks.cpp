#include "init/disks.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <thread>

#include "guest/fd.hpp"
#include "init/superblock.hpp"

namespace banger::init {
namespace {

/// What sysfs says of a disk, on one line; empty when it says nothing.
std::string read_fact(const std::string& disk, const std::string& fact) {
    guest::Fd file(::open(("/sys/block/" + disk + "/" + fact).c_str(), O_RDONLY | O_CLOEXEC));
    char text[64];
    ssize_t n = file ? ::read(file.get(), text, sizeof text) : 0;
    std::string line(text, n > 0 ? static_cast<std::size_t>(n) : 0);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\0'))
        line.pop_back();
    return line;
}

} // namespace

std::vector<Disk> list_disks() {
    std::vector<Disk> out;
    std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir("/sys/block"), ::closedir);
    while (const dirent* entry = dir ? ::readdir(dir.get()) : nullptr) {
        std::string name = entry->d_name;
        if (!name.starts_with("vd"))
            continue;
        Disk disk{.node = "/dev/" + name,
                  .serial = read_fact(name, "serial"),
                  .label = {},
                  .discards = takes_discards(read_fact(name, "queue/discard_max_bytes"))};
        if (auto superblock = read_superblock(disk.node))
            disk.label = superblock->label;
        out.push_back(std::move(disk));
    }
    std::sort(out.begin(), out.end(), [](const Disk& a, const Disk& b) {
        return a.node.size() != b.node.size() ? a.node.size() < b.node.size()
                                              : a.node < b.node; // vdz before vdaa
    });
    return out;
}

bool takes_discards(std::string_view discard_max_bytes) {
    return discard_max_bytes.find_first_not_of('0') != std::string_view::npos;
}

std::vector<std::string> disk_names(std::string_view text) {
    std::vector<std::string> names;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(','), text.size());
        names.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return names;
}

void name_disks(std::vector<Disk>& disks, const std::vector<std::string>& names) {
    constexpr std::string_view before = "/dev/vd";
    for (auto& disk : disks) {
        std::size_t number = 0; // vda is 1, vdz 26, vdaa 27
        for (const char c : disk.node.substr(std::min(before.size(), disk.node.size())))
            number = number * 26 + static_cast<std::size_t>(c - 'a') + 1;
        if (number >= 1 && number <= names.size())
            disk.serial = names[number - 1];
    }
}

std::vector<Disk> assign(const std::vector<Disk>& disks, const std::vector<std::string>& roles,
                         bool by_order) {
    std::vector<Disk> out(roles.size());
    std::vector<bool> used(disks.size());
    auto match = [&](std::size_t role, auto&& fits) {
        if (!out[role].node.empty())
            return;
        for (std::size_t i = 0; i < disks.size(); ++i)
            if (!used[i] && fits(disks[i])) {
                used[i] = true;
                out[role] = disks[i];
                return;
            }
    };
    for (std::size_t r = 0; r < roles.size(); ++r)
        match(r, [&](const Disk& d) { return d.serial == roles[r]; });
    for (std::size_t r = 0; r < roles.size(); ++r)
        match(r, [&](const Disk& d) { return d.label == "bgr-" + roles[r]; });
    if (by_order)
        for (std::size_t r = 0; r < roles.size(); ++r)
            match(r, [](const Disk& d) { return d.serial.empty(); });
    return out;
}

std::vector<Disk> wait_for_disks(const std::vector<std::string>& roles,
                                 const std::vector<std::string>& names,
                                 std::chrono::milliseconds deadline) {
    using namespace std::chrono_literals;
    // Order is a guess, taken when serials and labels had their time to appear.
    constexpr auto patience = 300ms;
    const auto start = std::chrono::steady_clock::now();
    while (true) {
        const auto waited = std::chrono::steady_clock::now() - start;
        auto disks = list_disks();
        name_disks(disks, names);
        auto assigned = assign(disks, roles, waited >= patience && disks.size() >= roles.size());
        auto missing = std::find_if(assigned.begin(), assigned.end(),
                                    [](const Disk& d) { return d.node.empty(); });
        if (missing == assigned.end())
            return assigned;
        if (waited >= deadline)
            throw std::runtime_error("no disk '" +
                                     roles[static_cast<std::size_t>(missing - assigned.begin())] +
                                     "' after " + std::to_string(deadline.count() / 1000) +
                                     " s; there is " + describe(disks));
        std::this_thread::sleep_for(2ms);
    }
}

std::string describe(const std::vector<Disk>& disks) {
    if (disks.empty())
        return "no virtio disk at all";
    std::string out;
    for (const auto& disk : disks)
        out += (out.empty() ? "" : ", ") + disk.node + " (serial " +
               (disk.serial.empty() ? "none" : disk.serial) + ", label " +
               (disk.label.empty() ? "none" : disk.label) + ")";
    return out;
}

} // namespace banger::init
