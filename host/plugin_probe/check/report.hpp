#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::plugin_probe {

enum class Verdict { ok, failed, skipped };

/// One line of a conformance run.
struct Finding {
    Verdict verdict = Verdict::ok;
    std::string check; ///< "undo", a word or two
    std::string text;  ///< what was seen, or why it was left out
    std::string next;  ///< of a failure: what the author can do
};

[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;
[[nodiscard]] nlohmann::json to_json(const Finding& finding);
[[nodiscard]] Finding finding_from(const nlohmann::json& json);

/// The lines, and a last one that counts them.
[[nodiscard]] std::string report_text(const std::string& file,
                                      const std::vector<Finding>& findings);
[[nodiscard]] nlohmann::json report_json(const std::string& file,
                                         const std::vector<Finding>& findings);
/// Did any fail?
[[nodiscard]] bool has_failed(const std::vector<Finding>& findings) noexcept;

} // namespace banger::plugin_probe
