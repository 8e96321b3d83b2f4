#include "initrd_file.hpp"

#include <array>
#include <fstream>
#include <string_view>

namespace imagebuild {

bool is_initrd(const std::filesystem::path& file) {
    using namespace std::string_view_literals;
    std::array<char, 6> bytes{};
    std::ifstream(file, std::ios::binary).read(bytes.data(), bytes.size());
    const std::string_view begin(bytes.data(), bytes.size());
    for (const std::string_view magic :
         {"07070"sv, "\x1f\x8b"sv, "\x1f\x9e"sv, "BZh"sv, "]\0\0"sv, "\xfd\x37zXZ\0"sv, "\x89LZO"sv,
          "\x02!L\x18"sv, "(\xb5/\xfd"sv}) {
        if (begin.starts_with(magic)) {
            return true;
        }
    }
    return false;
}

} // namespace imagebuild
