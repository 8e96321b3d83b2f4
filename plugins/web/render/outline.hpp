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

    /// The first name that the model lacks, and what is around it, if that is not null: as
    /// "#vms/NAME"; empty: none.
    [[nodiscard]] std::string lacks(const nlohmann::json& model,
                                    const nlohmann::json* around = nullptr) const;

  private:
    struct Node {
        std::string name; ///< of a section; of the whole: empty
        std::vector<std::string> values;
        std::vector<Node> sections;
    };
    using Scopes = std::vector<const nlohmann::json*>; ///< the innermost last
    static std::string lacks(const Node& node, Scopes& scopes);
    static std::string lacks_inside(const Node& section, Scopes& scopes,
                                    const nlohmann::json& model);

    Node root_;
};

} // namespace web
