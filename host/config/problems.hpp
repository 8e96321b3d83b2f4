#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace YAML {
struct Mark;
}

namespace banger::config {

/// Collects what is wrong with a file, so that a person sees all of it at once.
class Problems {
  public:
    explicit Problems(std::string file) : file_(std::move(file)) {}

    void add(const YAML::Mark& mark, std::string_view key, std::string_view text);
    [[nodiscard]] std::string place(const YAML::Mark& mark) const; ///< "config.yaml:12:5"
    [[nodiscard]] std::vector<std::string> lines() const;          ///< in the order of the file

  private:
    struct Problem {
        int line = 0;
        int column = 0;
        std::string text;
    };
    std::string file_;
    std::vector<Problem> found_;
};

/// "; did you mean "mtu"?" or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& candidates);

} // namespace banger::config
