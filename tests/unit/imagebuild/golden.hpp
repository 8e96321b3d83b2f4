#pragma once

#include <filesystem>
#include <string>

namespace imagebuild::test {

/// Of tests/golden/imagebuild.
[[nodiscard]] std::filesystem::path golden(const std::string& name);
[[nodiscard]] std::string content_of(const std::filesystem::path& file);
/// The text is what the file says; BANGER_TEST_ACCEPT=1 writes the file anew.
void expect_golden(const std::string& name, const std::string& text);

} // namespace imagebuild::test
