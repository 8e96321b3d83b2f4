#include "init/modules.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <sys/syscall.h>

#include <algorithm>
#include <memory>

#include "guest/failure.hpp"
#include "guest/fd.hpp"

namespace banger::init {
namespace {

std::vector<std::string> words(std::string_view text, char separator) {
    std::vector<std::string> out;
    while (!text.empty()) {
        auto word = text.substr(0, text.find(separator));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        if (!word.empty())
            out.emplace_back(word);
    }
    return out;
}

void add_aliases(const std::string& bus, std::vector<std::string>& out) {
    auto folder = "/sys/bus/" + bus + "/devices";
    std::unique_ptr<DIR, int (*)(DIR*)> dir(::opendir(folder.c_str()), ::closedir);
    if (!dir)
        return;
    while (const dirent* entry = ::readdir(dir.get())) {
        if (entry->d_name[0] == '.')
            continue;
        guest::Fd file(
            ::open((folder + "/" + entry->d_name + "/modalias").c_str(), O_RDONLY | O_CLOEXEC));
        char text[512];
        ssize_t n = file ? ::read(file.get(), text, sizeof text) : 0;
        if (n > 1)
            out.emplace_back(text, static_cast<std::size_t>(n) - 1);
    }
}

/// The devices that are there now. A transport driver brings further ones onto the virtio bus.
std::vector<std::string> device_aliases() {
    std::vector<std::string> out;
    for (const char* bus : {"acpi", "pci", "virtio"})
        add_aliases(bus, out);
    return out;
}

bool wanted(const ModuleEntry& entry, const std::vector<std::string>& devices) {
    return entry.aliases.empty() ||
           std::any_of(entry.aliases.begin(), entry.aliases.end(), [&](const auto& pattern) {
               return std::any_of(devices.begin(), devices.end(), [&](const auto& device) {
                   return ::fnmatch(pattern.c_str(), device.c_str(), 0) == 0;
               });
           });
}

bool brings_devices(const ModuleEntry& entry) {
    return std::any_of(entry.aliases.begin(), entry.aliases.end(),
                       [](const auto& alias) { return !alias.starts_with("virtio:"); });
}

} // namespace

std::vector<ModuleEntry> parse_module_list(std::string_view text) {
    std::vector<ModuleEntry> out;
    for (const auto& line : words(text, '\n')) {
        auto fields = words(line, ' ');
        if (fields.size() < 2)
            continue;
        ModuleEntry entry;
        if (fields[0] != "-")
            entry.aliases = words(fields[0], ',');
        entry.files.assign(fields.begin() + 1, fields.end());
        out.push_back(std::move(entry));
    }
    return out;
}

void Modules::load_file(const std::string& file) {
    if (!done_.insert(file).second)
        return;
    guest::Fd fd(::open((folder_ + "/" + file).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        guest::fail_errno("open module " + file);
    if (::syscall(SYS_finit_module, fd.get(), "", 0) != 0 && errno != EEXIST)
        guest::fail_errno("load module " + file);
    order_.push_back(file);
}

void Modules::load(const std::vector<ModuleEntry>& entries) {
    auto devices = device_aliases();
    for (const auto& entry : entries) {
        if (!wanted(entry, devices))
            continue;
        for (const auto& file : entry.files)
            load_file(file);
        if (brings_devices(entry))
            devices = device_aliases();
    }
}

} // namespace banger::init
