#include "plugin_probe/check/report.hpp"

#include "os/enum_names.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace banger::plugin_probe {

using nlohmann::json;

namespace {

constexpr auto names = os::enum_names<Verdict>({{Verdict::ok, "ok"},
                                                {Verdict::failed, "failed"},
                                                {Verdict::skipped, "skipped"},
                                                {Verdict::note, "note"}});

// The columns of the text, which is written before the last line is known.
constexpr std::size_t verdict_width = 9;
constexpr std::size_t check_width = 20;

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

void Findings::add(Finding finding) {
    all_.push_back(std::move(finding));
    if (listener_) {
        listener_(all_.back());
    }
}

std::string line_text(const Finding& finding) {
    std::string text = padded(std::string(to_string(finding.verdict)), verdict_width) +
                       padded(finding.check + "  ", check_width) + finding.text + "\n";
    if (!finding.next.empty()) {
        text += std::string(verdict_width + check_width, ' ') + "next: " + finding.next + "\n";
    }
    return text;
}

std::string count_text(const std::vector<Finding>& findings) {
    const std::size_t notes = count(findings, Verdict::note);
    return std::to_string(count(findings, Verdict::ok)) + " ok, " +
           std::to_string(count(findings, Verdict::failed)) + " failed, " +
           std::to_string(count(findings, Verdict::skipped)) + " skipped" +
           (notes == 0   ? ""
            : notes == 1 ? ", 1 note"
                         : ", " + std::to_string(notes) + " notes") +
           "\n";
}

json report_json(const std::string& file, const std::vector<Finding>& findings) {
    json checks = json::array();
    for (const Finding& finding : findings) {
        checks.push_back(to_json(finding));
    }
    return {{"file", file}, {"passed", !has_failed(findings)}, {"checks", std::move(checks)}};
}

} // namespace banger::plugin_probe
