#include "plugin_probe/check/report.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace banger::plugin_probe {

using nlohmann::json;

namespace {

constexpr std::array names{"ok", "failed", "skipped"};

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

const char* to_string(Verdict verdict) noexcept {
    return names.at(static_cast<std::size_t>(verdict));
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
    const auto name = object.at("result").get<std::string>();
    const auto found = std::find(names.begin(), names.end(), name);
    return {static_cast<Verdict>(found - names.begin()), object.at("check"), object.at("text"),
            object.value("next", "")};
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
        text += padded(to_string(finding.verdict), 9) + padded(finding.check, width + 2) +
                finding.text + "\n";
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
