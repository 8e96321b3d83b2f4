#include "plugin_probe/check/report.hpp"

#include "os/enum_names.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace banger::plugin_probe {

using nlohmann::json;

namespace {

constexpr auto names = os::enum_names<Verdict>(
    {{Verdict::ok, "ok"}, {Verdict::failed, "failed"}, {Verdict::skipped, "skipped"}});

std::size_t count(const std::vector<Finding>& findings, Verdict verdict) {
    return static_cast<std::size_t>(
        std::count_if(findings.begin(), findings.end(),
                      [&](const Finding& finding) { return finding.verdict == verdict; }));
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(text.size(), width), ' ');
    return text;
}

} // namespace

std::string_view to_string(Verdict verdict) noexcept {
    return names.name(verdict);
}

json to_json(const Finding& finding) {
    json result = {
        {"result", to_string(finding.verdict)}, {"check", finding.check}, {"text", finding.text}};
    if (!finding.next.empty()) {
        result["next"] = finding.next;
    }
    return result;
}

Finding finding_from(const json& object) {
    const auto text_at = [&](const char* key) {
        const auto found = object.find(key);
        return found != object.end() && found->is_string() ? found->get<std::string>() : "";
    };
    // It comes from a process that the plugin is in: what is not understood is no good news.
    return {names.find(text_at("result")).value_or(Verdict::failed), text_at("check"),
            text_at("text"), text_at("next")};
}

bool has_failed(const std::vector<Finding>& findings) noexcept {
    return count(findings, Verdict::failed) > 0;
}

std::string report_text(const std::string& file, const std::vector<Finding>& findings) {
    std::size_t width = 0;
    for (const Finding& finding : findings) {
        width = std::max(width, finding.check.size());
    }
    std::string text = file + "\n";
    for (const Finding& finding : findings) {
        text += padded(std::string(to_string(finding.verdict)), 9) +
                padded(finding.check, width + 2) + finding.text + "\n";
        if (!finding.next.empty()) {
            text += std::string(9 + width + 2, ' ') + "next: " + finding.next + "\n";
        }
    }
    return text + std::to_string(count(findings, Verdict::ok)) + " ok, " +
           std::to_string(count(findings, Verdict::failed)) + " failed, " +
           std::to_string(count(findings, Verdict::skipped)) + " skipped\n";
}

json report_json(const std::string& file, const std::vector<Finding>& findings) {
    json checks = json::array();
    for (const Finding& finding : findings) {
        checks.push_back(to_json(finding));
    }
    return {{"file", file}, {"passed", !has_failed(findings)}, {"checks", std::move(checks)}};
}

} // namespace banger::plugin_probe
