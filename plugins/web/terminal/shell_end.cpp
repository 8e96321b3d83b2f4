#include "shell_end.hpp"

#include "pages/text.hpp"
#include "state/field.hpp"

#include <csignal>

#include <nlohmann/json.hpp>

namespace web {
namespace {

using nlohmann::json;

json last_words(std::string_view text) {
    return json::parse(text, nullptr, false);
}

} // namespace

ShellEnd end_of_program(std::string_view payload) {
    const json end = last_words(payload);
    if (const std::string error = field_text(end, "error"); !error.empty()) {
        return {ShellEnd::Why::failed, line_text(error, 300),
                "the guest has no shell for root: is its image whole?"};
    }
    if (field(end, "signal").is_number()) {
        return {ShellEnd::Why::exited,
                "signal " + std::to_string(field_count(end, "signal")) + " ended it", ""};
    }
    const std::uint64_t status = field_count(end, "exit");
    return {ShellEnd::Why::exited, status == 0 ? "" : "exit status " + std::to_string(status), ""};
}

bool was_hung_up(std::string_view payload) {
    const std::uint64_t signal = field_count(last_words(payload), "signal");
    return signal == SIGHUP || signal == SIGTERM || signal == SIGKILL;
}

} // namespace web
