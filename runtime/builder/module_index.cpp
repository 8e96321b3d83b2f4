#include "builder/module_index.hpp"

#include "builder/archive.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <sstream>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

std::string normal(std::string name) {
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

template <typename T>
T at(std::string_view elf, std::uint64_t offset) {
    T value{};
    if (offset > elf.size() || elf.size() - offset < sizeof value) {
        throw Error(ErrorKind::invalid, "the module is cut off");
    }
    std::memcpy(&value, elf.data() + offset, sizeof value);
    return value;
}

std::string_view section(std::string_view elf, const Elf64_Shdr& header) {
    if (header.sh_offset > elf.size() || elf.size() - header.sh_offset < header.sh_size) {
        throw Error(ErrorKind::invalid, "the module is cut off");
    }
    return elf.substr(header.sh_offset, header.sh_size);
}

std::string_view find_section(std::string_view elf, std::string_view name) {
    const auto header = at<Elf64_Ehdr>(elf, 0);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64) {
        throw Error(ErrorKind::invalid, "the module is no 64-bit ELF file");
    }
    const auto read = [&](std::uint64_t index) {
        return at<Elf64_Shdr>(elf, header.e_shoff + index * sizeof(Elf64_Shdr));
    };
    const std::string_view names = section(elf, read(header.e_shstrndx));
    for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
        const Elf64_Shdr candidate = read(i);
        if (candidate.sh_name < names.size() &&
            names.substr(candidate.sh_name).starts_with(std::string(name) + '\0')) {
            return section(elf, candidate);
        }
    }
    throw Error(ErrorKind::invalid, "the module has no section " + std::string(name));
}

void split(std::string_view list, std::vector<std::string>& out) {
    while (!list.empty()) {
        const auto item = list.substr(0, list.find(','));
        list.remove_prefix(std::min(item.size() + 1, list.size()));
        if (!item.empty()) {
            out.emplace_back(item);
        }
    }
}

} // namespace

ModuleInfo read_module_info(std::string_view elf) {
    ModuleInfo out;
    std::string_view text = find_section(elf, ".modinfo");
    while (!text.empty()) {
        const auto item = text.substr(0, text.find('\0'));
        text.remove_prefix(std::min(item.size() + 1, text.size()));
        if (item.starts_with("depends=")) {
            split(item.substr(8), out.depends);
        } else if (item.starts_with("alias=")) {
            out.aliases.emplace_back(item.substr(6));
        }
    }
    return out;
}

ModuleIndex::ModuleIndex(const fs::path& folder) : folder_(folder) {
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        const auto suffix = name.find(".ko");
        if (entry.is_regular_file() && suffix != std::string::npos) {
            files_.emplace(normal(name.substr(0, suffix)), fs::relative(entry.path(), folder));
        }
    }
    if (files_.empty()) {
        throw Error(ErrorKind::not_found, "no kernel module (*.ko) below " + folder.string());
    }
    std::istringstream lines(os::find_file(folder / "modules.builtin").value_or(""));
    for (std::string line; std::getline(lines, line);) {
        const std::string name = fs::path(line).filename();
        built_in_.insert(normal(name.substr(0, name.find(".ko"))));
    }
}

bool ModuleIndex::has(const std::string& name) const {
    return files_.count(normal(name)) != 0;
}

bool ModuleIndex::built_in(const std::string& name) const {
    return built_in_.count(normal(name)) != 0 && !has(name);
}

const fs::path& ModuleIndex::file(const std::string& name) const {
    const auto found = files_.find(normal(name));
    if (found == files_.end()) {
        throw Error(ErrorKind::not_found, "this kernel has no module '" + name + "'",
                    "take it out of initramfs.modules in the manifest");
    }
    return found->second;
}

std::string ModuleIndex::content(const fs::path& file) const {
    std::string stored = os::read_file(folder_ / file);
    if (file.extension() == ".ko") {
        return stored;
    }
    std::string out;
    decompress(stored, file.string(), [&](std::string_view bytes) { out += bytes; });
    return out;
}

ModuleInfo ModuleIndex::info(const std::string& name) const {
    return read_module_info(content(file(name)));
}

void ModuleIndex::add(const std::string& name, std::vector<fs::path>& order) const {
    const fs::path& path = file(name);
    if (std::find(order.begin(), order.end(), path) != order.end()) {
        return;
    }
    for (const std::string& dependency : info(name).depends) {
        if (!built_in(dependency)) {
            add(dependency, order);
        }
    }
    order.push_back(path);
}

std::vector<fs::path> ModuleIndex::load_order(const std::string& name) const {
    std::vector<fs::path> order;
    add(name, order);
    return order;
}

} // namespace banger::bundle
