#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace web {

/// The names that a template uses, section by section. The engine shows nothing where a name is not
/// in the model; this finds it.
class Outline {
  public:
    Outline() = default;
    /// Throws std::runtime_error when a section is not closed, or closed twice.
    explicit Outline(std::string_view text);

    /// The first name that the model lacks, as "#vms/NAME"; empty: none.
    [[nodiscard]] std::string lacks(const nlohmann::json& model) const;

  private:
    struct Node {
        std::string name; ///< of a section; of the whole: empty
        std::vector<std::string> values;
        std::vector<Node> sections;
    };
    static std::string lacks(const Node& node, std::vector<const nlohmann::json*>& scopes);

    Node root_;
};

} // namespace web
