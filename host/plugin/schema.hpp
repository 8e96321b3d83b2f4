#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::plugin {

/// The part of JSON Schema that plugins describe their configuration, options and arguments with:
/// type, enum, const, properties, required, additionalProperties, items, minItems, maxItems,
/// minLength, maxLength, pattern, minimum, maximum, and default, description, title as notes.
/// Stricter than the standard in two ways: a keyword that is not known is an error, so that no
/// constraint is silently without effect, and an object refuses keys that are not in its
/// properties unless additionalProperties says otherwise. A default fits the schema it stands in.
class Schema {
  public:
    class Patterns;
    /// Throws invalid when the text is no schema of this kind. Empty text: an object without keys.
    explicit Schema(std::string_view text);
    ~Schema();
    Schema(Schema&&) noexcept;
    Schema& operator=(Schema&&) noexcept;

    /// Every reason why `value` does not fit, each beginning with the key it is about.
    [[nodiscard]] std::vector<std::string> problems(const nlohmann::json& value) const;
    /// The value with the defaults of absent keys filled in; throws invalid with every problem,
    /// "what: first problem".
    [[nodiscard]] nlohmann::json checked(nlohmann::json value, std::string_view what) const;
    /// Parses first; "" is an empty object.
    [[nodiscard]] nlohmann::json checked_text(std::string_view text, std::string_view what) const;

    [[nodiscard]] const nlohmann::json& document() const noexcept { return *document_; }

  private:
    std::unique_ptr<nlohmann::json> document_;
    std::unique_ptr<Patterns> patterns_;
};

} // namespace banger::plugin
