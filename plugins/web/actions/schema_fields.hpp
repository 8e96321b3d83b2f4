#pragma once

#include "form_field.hpp"

namespace web {

/// The field of one property of a JSON Schema, by its type: boolean, enum, string, integer, number,
/// array of strings (one in each line). Nothing for another type: the command line has it.
/// facts: {"type", "enum", "default", "description", "x-path" or "path", "minimum", "maximum"}.
[[nodiscard]] std::optional<FormField> schema_field(const std::string& name,
                                                    const nlohmann::json& facts);

/// Those of a verb's params_schema: `first` in this order, then what is required, then the rest by
/// name.
[[nodiscard]] std::vector<FormField> schema_fields(const nlohmann::json& schema,
                                                   const std::vector<std::string>& first = {});

/// "work-seed" as a label: "Work seed".
[[nodiscard]] std::string label_of(std::string_view name);

} // namespace web
