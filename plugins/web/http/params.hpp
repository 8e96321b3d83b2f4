#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace web {

/// Names and values of a query or a form, in their order; a name may be there more than once.
class Params {
  public:
    /// Of application/x-www-form-urlencoded (WHATWG URL, section 5.1). Nothing for what is none: a
    /// broken %XX, a byte of zero, text that is not UTF-8, or more than 1000 of them.
    [[nodiscard]] static std::optional<Params> parse(std::string_view text);

    void add(std::string name, std::string value);
    /// The first of that name, else nothing.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
    /// The first of that name, else the empty text.
    [[nodiscard]] std::string_view get(std::string_view name) const;
    [[nodiscard]] bool has(std::string_view name) const { return find(name).has_value(); }
    [[nodiscard]] std::vector<std::string> all(std::string_view name) const;
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& items() const {
        return items_;
    }

  private:
    std::vector<std::pair<std::string, std::string>> items_;
};

} // namespace web
