#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace imagebuild {

/// Goes through a YAML document whose form is known, and keeps what is wrong with it, with its
/// place. A function that finds something wrong says so once and gives nothing, or calls nobody.
class YamlWalk {
  public:
    using Visit = std::function<void(const YAML::Node& value, const std::string& key)>;
    using Keys = std::vector<std::pair<std::string, Visit>>;

    explicit YamlWalk(std::string file) : file_(std::move(file)) {}

    /// Calls the visitor of each key that is there. Other keys, and keys that come twice, are
    /// wrong. `path` is the key of the map, empty for the whole document.
    void members(const YAML::Node& node, const std::string& path, const Keys& known);
    /// Calls `visit` for each entry.
    void entries(const YAML::Node& node, const std::string& key, const Visit& visit);

    /// A text without NUL bytes; numbers and booleans are texts, too.
    [[nodiscard]] std::optional<std::string> text(const YAML::Node& node, const std::string& key);
    /// One that is not empty, and one line.
    [[nodiscard]] std::optional<std::string> line(const YAML::Node& node, const std::string& key);
    [[nodiscard]] std::optional<bool> boolean(const YAML::Node& node, const std::string& key);
    [[nodiscard]] std::optional<std::int64_t> number(const YAML::Node& node, const std::string& key,
                                                     std::int64_t least, std::int64_t most);

    void problem(const YAML::Mark& mark, const std::string& key, const std::string& what);
    void problem(const YAML::Node& node, const std::string& key, const std::string& what) {
        problem(node.Mark(), key, what);
    }
    [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }
    /// "dev.yaml:12"
    [[nodiscard]] std::string place(const YAML::Node& node) const;

    static constexpr std::size_t most_entries = 1000;

  private:
    std::string file_;
    std::vector<std::string> problems_;
};

} // namespace imagebuild
