#include "golden.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string_view>

#include <gtest/gtest.h>

namespace imagebuild::test {

std::filesystem::path golden(const std::string& name) {
    return std::filesystem::path(BANGER_GOLDEN) / name;
}

std::string content_of(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

void expect_golden(const std::string& name, const std::string& text) {
    const char* const accept = std::getenv("BANGER_TEST_ACCEPT");
    if (accept != nullptr && std::string_view(accept) == "1") {
        std::ofstream(golden(name), std::ios::binary) << text;
    }
    EXPECT_EQ(content_of(golden(name)), text) << name;
}

} // namespace imagebuild::test
