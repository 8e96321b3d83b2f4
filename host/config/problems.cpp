#include "config/problems.hpp"

#include "os/nearest.hpp"

#include <algorithm>
#include <tuple>

#include <yaml-cpp/mark.h>

namespace banger::config {
namespace {

std::string line_of(std::string_view place, std::string_view key, std::string_view text) {
    std::string line(place);
    line += line.empty() ? "" : ": ";
    line += key;
    line += key.empty() ? "" : ": ";
    line += text;
    return line;
}

} // namespace

std::string Problems::place(const YAML::Mark& mark) const {
    if (mark.line < 0) {
        return file_;
    }
    return file_ + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
}

void Problems::add(const YAML::Mark& mark, std::string_view key, std::string_view text) {
    found_.push_back({mark.line, mark.column, line_of(place(mark), key, text)});
}

std::vector<std::string> Problems::lines() const {
    std::vector<Problem> sorted = found_;
    std::stable_sort(sorted.begin(), sorted.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.line, a.column) < std::tie(b.line, b.column);
    });
    std::vector<std::string> result;
    for (Problem& problem : sorted) {
        result.push_back(std::move(problem.text));
    }
    return result;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates) {
    const auto near = os::nearest(word, candidates);
    return near ? "; did you mean \"" + *near + "\"?" : std::string();
}

} // namespace banger::config
