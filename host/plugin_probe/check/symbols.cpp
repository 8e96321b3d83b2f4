#include "plugin_probe/check/symbols.hpp"

#include "os/error.hpp"
#include "os/file.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include <cxxabi.h>
#include <elf.h>

namespace banger::plugin_probe {
namespace {

constexpr std::size_t longest_name = 100;

/// The bytes of an ELF file; whatever it says of itself is looked up inside them only.
class Elf {
  public:
    explicit Elf(std::string bytes) : bytes_(std::move(bytes)) {}

    template <class T>
    [[nodiscard]] T at(std::uint64_t offset) const {
        T value;
        if (offset > bytes_.size() || bytes_.size() - offset < sizeof value) {
            throw os::Error(os::ErrorKind::invalid, "damaged or truncated ELF file");
        }
        std::memcpy(&value, bytes_.data() + offset, sizeof value);
        return value;
    }
    [[nodiscard]] std::string text_at(std::uint64_t offset) const {
        if (offset >= bytes_.size()) {
            throw os::Error(os::ErrorKind::invalid, "damaged or truncated ELF file");
        }
        const auto rest = std::string_view(bytes_).substr(offset);
        return std::string(rest.substr(0, rest.find('\0')));
    }
    [[nodiscard]] Elf64_Shdr section(const Elf64_Ehdr& header, std::uint64_t index) const {
        return at<Elf64_Shdr>(header.e_shoff + index * sizeof(Elf64_Shdr));
    }

  private:
    std::string bytes_;
};

} // namespace

std::vector<std::string> exported_symbols(const std::filesystem::path& file) {
    const Elf elf(os::read_file(file, 1U << 30U));
    const auto header = elf.at<Elf64_Ehdr>(0);
    std::vector<std::string> names;
    for (std::uint64_t index = 0; index < header.e_shnum; ++index) {
        const Elf64_Shdr section = elf.section(header, index);
        if (section.sh_type != SHT_DYNSYM) {
            continue;
        }
        const Elf64_Shdr strings = elf.section(header, section.sh_link);
        for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= section.sh_size;
             at += sizeof(Elf64_Sym)) {
            const auto symbol = elf.at<Elf64_Sym>(section.sh_offset + at);
            const auto visible = ELF64_ST_VISIBILITY(symbol.st_other);
            if (symbol.st_shndx != SHN_UNDEF && ELF64_ST_BIND(symbol.st_info) != STB_LOCAL &&
                (visible == STV_DEFAULT || visible == STV_PROTECTED)) {
                names.push_back(elf.text_at(strings.sh_offset + symbol.st_name));
            }
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

std::string readable_symbol(const std::string& symbol) {
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> plain(
        abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status), std::free);
    std::string text = status == 0 && plain ? plain.get() : symbol;
    return text.size() <= longest_name ? text : text.substr(0, longest_name - 3) + "...";
}

} // namespace banger::plugin_probe
