#include "tool_run.hpp"

#include "json_text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

namespace imagebuild {
namespace {

using banger::Error;
using nlohmann::json;

constexpr std::size_t longest_line = std::size_t{16} << 20U; ///< a result names all packages
constexpr std::size_t longest_stage = 64;
constexpr std::size_t longest_note = 4096;

constexpr std::array<std::pair<std::string_view, banger_status>, 6> error_kinds{{
    {"invalid", BANGER_E_INVALID},
    {"not_found", BANGER_E_NOT_FOUND},
    {"conflict", BANGER_E_CONFLICT},
    {"unavailable", BANGER_E_UNAVAILABLE},
    {"cancelled", BANGER_E_CANCELLED},
    {"internal", BANGER_E_INTERNAL},
}};

std::uint64_t number_in(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

/// As a stage may be called: on one line, and not too long.
std::string stage_name(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    return text.substr(0, longest_stage);
}

/// What the tool says, as it says it.
class Listener {
  public:
    Listener(banger::Job& job, const std::function<void(const json&)>& on_line)
        : job_(job), on_line_(on_line) {}

    static void hear(void* context, banger_call*, std::int32_t stream, banger_str bytes) noexcept {
        auto& self = *static_cast<Listener*>(context);
        if (self.thrown_) {
            return;
        }
        try {
            self.add(stream == 1 ? self.line_ : self.note_, banger::view(bytes), stream);
        } catch (...) { // nothing may pass through C
            self.thrown_ = std::current_exception();
        }
    }

    /// When it has ended.
    void finish() {
        if (!thrown_ && !note_.empty()) {
            job_.output(note_, BANGER_LOG_WARNING);
        }
        if (thrown_) {
            std::rethrow_exception(thrown_);
        }
    }
    [[nodiscard]] const std::optional<json>& result() const noexcept { return result_; }
    [[nodiscard]] const std::optional<json>& error() const noexcept { return error_; }
    [[nodiscard]] const std::string& last_note() const noexcept { return last_note_; }

  private:
    void add(std::string& line, std::string_view bytes, int stream) {
        while (!bytes.empty()) {
            const std::size_t end = bytes.find('\n');
            line += bytes.substr(0, end);
            if (end == std::string_view::npos) {
                break;
            }
            bytes.remove_prefix(end + 1);
            const std::string whole = std::exchange(line, {});
            stream == 1 ? take(whole) : take_note(whole);
        }
        if (line.size() > (stream == 1 ? longest_line : longest_note)) {
            if (stream == 1) {
                throw Error(BANGER_E_INTERNAL, "banger-image says a line that does not end");
            }
            take_note(std::exchange(line, {}));
        }
    }
    void take_note(const std::string& text) {
        if (!text.empty()) {
            job_.output(text, BANGER_LOG_WARNING);
            last_note_ = text.substr(0, 300);
        }
    }
    void take(const std::string& text) {
        json said = json::parse(text, nullptr, false);
        if (!said.is_object()) {
            take_note(text);
        } else if (said.contains("result")) {
            result_ = std::move(said["result"]);
        } else if (said.contains("error") && said["error"].is_object()) {
            error_ = std::move(said["error"]);
        } else if (said.contains("stage")) {
            job_.stage(stage_name(text_in(said, "stage")));
        } else if (said.contains("done")) {
            const std::uint64_t done = number_in(said, "done");
            const std::uint64_t total = number_in(said, "total");
            text_in(said, "unit") == "bytes" ? job_.bytes(done, total) : job_.items(done, total);
        } else if (on_line_) {
            on_line_(said);
        }
    }

    banger::Job& job_;
    const std::function<void(const json&)>& on_line_;
    std::string line_, note_, last_note_;
    std::optional<json> result_, error_;
    std::exception_ptr thrown_;
};

[[noreturn]] void throw_error(const json& error, const std::string& verb) {
    const std::string kind = text_in(error, "kind");
    const auto* const found = std::find_if(error_kinds.begin(), error_kinds.end(),
                                           [&](const auto& one) { return one.first == kind; });
    std::string message = text_in(error, "message");
    throw Error(found == error_kinds.end() ? BANGER_E_INTERNAL : found->second,
                message.empty() ? "banger-image " + verb + " failed" : std::move(message),
                text_in(error, "hint"));
}

} // namespace

json run_tool(banger::Job& job, const std::string& tool, std::vector<std::string> args,
              const std::function<void(const json&)>& on_line) {
    const std::string verb = args.empty() ? "" : args.front();
    args.insert(args.begin(), tool);
    std::vector<banger_str> words;
    words.reserve(args.size());
    for (const std::string& word : args) {
        words.push_back(banger::str(word));
    }
    Listener listener(job, on_line);
    banger_exec_request request{};
    request.struct_size = sizeof request;
    request.argv = words.data();
    request.argc = words.size();
    request.output_limit = 1; // all of it is heard
    request.on_output = &Listener::hear;
    request.output_context = &listener;
    const banger::Exec exec{banger::Host(banger::host_slot())};
    const banger_exec_result& end = exec.run(job.call, request);
    listener.finish();
    if (listener.error()) {
        throw_error(*listener.error(), verb);
    }
    if (end.signal != 0 || end.code != 0 || !listener.result()) {
        const std::string how = end.signal != 0
                                    ? "was ended by signal " + std::to_string(end.signal)
                                    : "ended with " + std::to_string(end.code) + " and no result";
        throw Error(
            BANGER_E_INTERNAL,
            "banger-image " + verb + " " + how +
                (listener.last_note().empty() ? "" : ": " + listener.last_note()),
            "the file may be damaged, or memory short; the operation's log has all it said");
    }
    return *listener.result();
}

} // namespace imagebuild
