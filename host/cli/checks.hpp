#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace banger::cli {

// What an option's value must be; the messages follow "--option: ".

[[nodiscard]] CLI::Validator one_of(std::vector<std::string> words);
[[nodiscard]] CLI::Validator whole_number();
[[nodiscard]] CLI::Validator whole_number(std::int64_t least, std::int64_t most);

} // namespace banger::cli
