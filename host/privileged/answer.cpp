#include "privileged/answer.hpp"

#include "os/join.hpp"

#include <nlohmann/json.hpp>

namespace banger::privileged {

using nlohmann::json;
using os::Error;
using os::ErrorKind;

std::optional<json> result_of(std::string_view answer) {
    const json told = json::parse(answer, nullptr, false);
    if (!told.is_object() || !told.contains("ok")) {
        return std::nullopt;
    }
    if (told["ok"] != true) {
        const json error = told.value("error", json::object());
        throw Error(os::error_kind(error.value("kind", "internal")),
                    error.value("message", "no message"), error.value("hint", ""));
    }
    return told.value("result", json::object());
}

Error silent_end(const std::vector<std::string>& command,
                 const std::optional<os::ExitStatus>& status, const std::string& words,
                 const std::string& allow) {
    const std::string cause = words.substr(0, words.find('\n'));
    const std::string told = cause.empty() ? "" : " (" + cause + ")";
    // 1 is how sudo ends when it refuses; of a helper that dies it passes on how.
    if (command.front() == "sudo" && status && status->signal == 0 && status->code == 1) {
        return {ErrorKind::permission,
                "'" + os::join(command, " ") + "' is not allowed without a password" + told,
                "allow it once: " + allow};
    }
    return {ErrorKind::internal, "the privileged helper ended with " +
                                     (status ? status->text() : "no status") + " and no answer" +
                                     told};
}

} // namespace banger::privileged
