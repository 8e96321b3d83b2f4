#include "doctor.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include <nlohmann/json.hpp>

namespace vsock {
namespace {

using nlohmann::json;

/// What this plugin asks for, beside health and events, which every agent has.
constexpr std::array<std::string_view, 5> wanted_features{"stats", "ports", "time", "power",
                                                          "exec"};
constexpr std::string_view another_cause =
    "; its image may have no agent: it is used over SSH as before";

std::string lacking(const GuestView& view) {
    std::string text;
    for (const std::string_view feature : wanted_features) {
        if (std::find(view.features.begin(), view.features.end(), feature) == view.features.end()) {
            text += (text.empty() ? "" : ", ") + std::string(feature);
        }
    }
    return text;
}

void append(std::string& list, const std::string& item) {
    list += (list.empty() ? "" : "; ") + item;
}

} // namespace

bool is_older(std::string_view version, std::string_view than) {
    const auto next = [](std::string_view& text) {
        unsigned number = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
        text.remove_prefix(!text.empty() && text.front() == '.' ? 1 : 0);
        return read.ec == std::errc() ? number : 0;
    };
    for (int part = 0; part < 3; ++part) {
        const unsigned own = next(version);
        const unsigned other = next(than);
        if (own != other) {
            return own < other;
        }
    }
    return false;
}

json check_agents(const std::vector<Board::View>& views, std::string_view version) {
    std::string found;
    for (const Board::View& view : views) {
        if (view->version.empty()) {
            continue;
        }
        if (const std::string lacks = lacking(*view); !lacks.empty()) {
            append(found, view->vm.name + " (" + view->version + ") has no " + lacks);
        } else if (is_older(view->version, version)) {
            append(found, view->vm.name + " has version " + view->version);
        }
    }
    if (found.empty()) {
        return {{"severity", "ok"}, {"title", "the agents of guests are up to date"}};
    }
    return {{"severity", "warning"},
            {"title", "agents of guests are older than this banger (" + std::string(version) + ")"},
            {"cause", found},
            {"fix", "an image with the new agent is used by VMs that are created from it; what an "
                    "agent lacks goes by SSH, or is not shown"}};
}

json check_guests(const std::vector<Board::View>& views) {
    std::string names;
    std::string found;
    std::string first;
    for (const Board::View& view : views) {
        if (is_away(*view) || view->state == GuestState::silent) {
            first = first.empty() ? view->vm.name : first;
            names += (names.empty() ? "" : " ") + view->vm.name;
            append(found, view->vm.name + ": " +
                              (view->problem.empty() ? "no answer" : view->problem) +
                              (view->heard ? "" : std::string(another_cause)));
        }
    }
    if (found.empty()) {
        return {{"severity", "ok"}, {"title", "the agents of running guests answer"}};
    }
    return {{"severity", "info"},
            {"title", "guests without an answering agent: " + names},
            {"cause", found},
            {"fix", "banger vm exec " + first + " -- systemctl status banger-agent"}};
}

} // namespace vsock
