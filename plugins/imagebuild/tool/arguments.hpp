#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace image_tool {

/// `--name value` of a verb, and flags, which have no value. Names that the verb does not know are
/// refused.
class Arguments {
  public:
    Arguments(const std::vector<std::string>& words, std::initializer_list<std::string_view> known,
              std::initializer_list<std::string_view> flags = {});

    [[nodiscard]] bool has(std::string_view name) const;
    /// The value, which must be there once and not be empty.
    [[nodiscard]] const std::string& one(std::string_view name) const;
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
    [[nodiscard]] std::uint64_t number(std::string_view name, std::uint64_t otherwise,
                                       std::uint64_t most, std::uint64_t least = 0) const;

  private:
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

} // namespace image_tool
