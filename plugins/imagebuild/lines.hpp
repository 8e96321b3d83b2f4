#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace imagebuild {

/// Cuts the output of a program into lines, as it comes. One that never ends is cut.
class Lines {
  public:
    using Line = std::function<void(std::string_view line)>;
    explicit Lines(Line line, std::size_t most = longest) : line_(std::move(line)), most_(most) {}

    void add(std::string_view bytes);
    /// What is left without an end.
    void finish();

    static constexpr std::size_t longest = 4096;

  private:
    void tell();

    Line line_;
    std::size_t most_;
    std::string rest_;
};

} // namespace imagebuild
