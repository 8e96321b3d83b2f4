#include "exec_request.hpp"

#include "json_text.hpp"
#include "refusal.hpp"

#include <algorithm>
#include <array>
#include <csignal>

#include <nlohmann/json.hpp>

namespace agent {
namespace {

using nlohmann::json;

constexpr std::size_t most_texts = 1024;

std::string text(const json& value, const char* name) {
    if (!value.is_string()) {
        throw Refusal(Kind::invalid, std::string(name) + " must be a text");
    }
    auto out = value.get<std::string>();
    if (out.find('\0') != std::string::npos) {
        throw Refusal(Kind::invalid, std::string(name) + " contains a NUL byte");
    }
    return out;
}

std::optional<std::uint16_t> side(const json& value) {
    constexpr std::uint64_t most = 10000;
    const bool good = value.is_number_unsigned() && value.get<std::uint64_t>() >= 1 &&
                      value.get<std::uint64_t>() <= most;
    return good ? std::optional(value.get<std::uint16_t>()) : std::nullopt;
}

struct SignalRow {
    std::string_view name;
    int number;
};
constexpr std::array<SignalRow, 14> signals{{{"HUP", SIGHUP},
                                             {"INT", SIGINT},
                                             {"QUIT", SIGQUIT},
                                             {"KILL", SIGKILL},
                                             {"USR1", SIGUSR1},
                                             {"USR2", SIGUSR2},
                                             {"PIPE", SIGPIPE},
                                             {"ALRM", SIGALRM},
                                             {"TERM", SIGTERM},
                                             {"CONT", SIGCONT},
                                             {"STOP", SIGSTOP},
                                             {"TSTP", SIGTSTP},
                                             {"WINCH", SIGWINCH},
                                             {"ABRT", SIGABRT}}};

} // namespace

ExecRequest parse_exec_request(std::string_view body) {
    const json wanted = parse_object(body);
    ExecRequest request;
    const json argv = wanted.value("argv", json());
    if (!argv.is_array() || argv.empty() || argv.size() > most_texts) {
        throw Refusal(Kind::invalid, "argv must be a list of at least one text");
    }
    for (const json& argument : argv) {
        request.argv.push_back(text(argument, "argv"));
    }
    if (request.argv[0].empty()) {
        throw Refusal(Kind::invalid, "argv names no program");
    }
    const json environment = wanted.value("env", json::object());
    if (!environment.is_object() || environment.size() > most_texts) {
        throw Refusal(Kind::invalid, "env must be an object");
    }
    for (const auto& [name, value] : environment.items()) {
        if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos) {
            throw Refusal(Kind::invalid, "env has a name that is none");
        }
        request.environment.push_back(name + "=" + text(value, "env"));
    }
    request.cwd = text(wanted.value("cwd", json("")), "cwd");
    request.user = text(wanted.value("user", json("root")), "user");
    const json tty = wanted.value("tty", json(false));
    const auto rows = side(wanted.value("rows", json(24U)));
    const auto columns = side(wanted.value("columns", json(80U)));
    if (!tty.is_boolean() || !rows || !columns) {
        throw Refusal(Kind::invalid, "tty must be true or false, rows and columns 1 to 10000");
    }
    request.tty = tty.get<bool>();
    request.rows = *rows;
    request.columns = *columns;
    return request;
}

std::optional<WindowSize> parse_window_size(std::string_view payload) {
    const json value = json::parse(payload, nullptr, false);
    if (!value.is_object()) {
        return std::nullopt;
    }
    const auto rows = side(value.value("rows", json()));
    const auto columns = side(value.value("columns", json()));
    return rows && columns ? std::optional(WindowSize{*rows, *columns}) : std::nullopt;
}

std::optional<int> parse_signal(std::string_view payload) {
    const json value = json::parse(payload, nullptr, false);
    const json name = value.is_object() ? value.value("signal", json()) : json();
    if (!name.is_string()) {
        return std::nullopt;
    }
    const auto& wanted = name.get_ref<const std::string&>();
    const auto* it = std::find_if(signals.begin(), signals.end(),
                                  [&](const SignalRow& row) { return wanted == row.name; });
    return it == signals.end() ? std::nullopt : std::optional(it->number);
}

} // namespace agent
