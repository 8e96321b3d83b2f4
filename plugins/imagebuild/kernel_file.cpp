#include "kernel_file.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <string_view>
#include <vector>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_version = 64;

/// The word that the text begins with, when it can be a version.
std::string version_in(std::string_view text) {
    static constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._+~-";
    const std::string_view word = text.substr(0, text.find_first_not_of(allowed));
    const bool good = !word.empty() && word.size() <= longest_version && word.front() >= '0' &&
                      word.front() <= '9' && word.size() < text.size();
    return good ? std::string(word) : "";
}

std::string bytes_at(std::ifstream& file, std::streamoff at, std::size_t count) {
    std::string bytes(count, '\0');
    file.clear();
    file.seekg(at);
    file.read(bytes.data(), static_cast<std::streamsize>(count));
    bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
    return bytes;
}

/// By its header (Documentation/arch/x86/boot.rst, header).
bool is_packed(std::ifstream& file) {
    constexpr std::streamoff magic_at = 0x202;
    return bytes_at(file, magic_at, 4) == "HdrS";
}

/// Of a packed one: its header says where (Documentation/arch/x86/boot.rst, kernel_version).
std::string version_of_packed(std::ifstream& file) {
    constexpr std::streamoff pointer_at = 0x20e;
    constexpr unsigned sector = 0x200;
    const std::string pointer = bytes_at(file, pointer_at, 2);
    if (!is_packed(file) || pointer.size() != 2) {
        return "";
    }
    const unsigned offset = static_cast<unsigned char>(pointer[0]) +
                            (static_cast<unsigned>(static_cast<unsigned char>(pointer[1])) << 8U);
    return offset == 0 ? "" : version_in(bytes_at(file, offset + sector, longest_version + 1));
}

/// Of an uncompressed one: what it prints when it boots is somewhere in it.
std::string version_of_elf(std::ifstream& file) {
    static constexpr std::string_view banner = "Linux version ";
    constexpr std::size_t block = std::size_t{1} << 20U;
    constexpr std::size_t overlap = banner.size() + longest_version + 1;
    std::string text;
    std::vector<char> buffer(block);
    file.clear();
    file.seekg(0);
    while (file.read(buffer.data(), static_cast<std::streamsize>(buffer.size())),
           file.gcount() > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
        for (std::size_t at = text.find(banner); at != std::string::npos;
             at = text.find(banner, at + 1)) {
            const std::string_view behind = std::string_view(text).substr(at + banner.size());
            if (std::string version = version_in(behind); !version.empty()) {
                return version;
            }
        }
        text.erase(0, text.size() - std::min(text.size(), overlap));
    }
    return "";
}

} // namespace

bool is_elf(const fs::path& kernel) {
    std::array<char, 4> begin{};
    std::ifstream(kernel, std::ios::binary).read(begin.data(), begin.size());
    return begin == std::array<char, 4>{'\x7f', 'E', 'L', 'F'};
}

bool is_kernel(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return is_elf(file) || is_packed(stream);
}

std::string kernel_version_of(const fs::path& kernel) {
    std::ifstream file(kernel, std::ios::binary);
    return is_elf(kernel) ? version_of_elf(file) : version_of_packed(file);
}

} // namespace imagebuild
