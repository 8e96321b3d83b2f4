#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace banger::plugin_probe {

enum class Verdict { ok, failed, skipped, note };

/// One line of a conformance run.
struct Finding {
    Verdict verdict = Verdict::ok;
    std::string check; ///< "undo", a word or two
    std::string text;  ///< what was seen, or why it was left out
    std::string next;  ///< of a failure or a note: what the author can do
};

/// The lines of a run, in order; whoever listens is told each when it is there.
class Findings {
  public:
    using Listener = std::function<void(const Finding&)>;
    explicit Findings(Listener listener = {}) : listener_(std::move(listener)) {}
    void add(Finding finding);
    [[nodiscard]] const std::vector<Finding>& all() const noexcept { return all_; }

  private:
    Listener listener_;
    std::vector<Finding> all_;
};

[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;
[[nodiscard]] nlohmann::json to_json(const Finding& finding);
[[nodiscard]] Finding finding_from(const nlohmann::json& json);

[[nodiscard]] std::string line_text(const Finding& finding);
/// The last line: "33 ok, 0 failed, 4 skipped".
[[nodiscard]] std::string count_text(const std::vector<Finding>& findings);
[[nodiscard]] nlohmann::json report_json(const std::string& file,
                                         const std::vector<Finding>& findings);
/// Did any fail?
[[nodiscard]] bool has_failed(const std::vector<Finding>& findings) noexcept;

} // namespace banger::plugin_probe
