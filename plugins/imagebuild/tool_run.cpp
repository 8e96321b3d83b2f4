#include "tool_run.hpp"

#include "error_kind.hpp"
#include "json_text.hpp"

#include <algorithm>
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
    explicit Listener(const ToolEars& ears) : ears_(ears) {}

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
        if (thrown_) {
            std::rethrow_exception(thrown_);
        }
        take_note(std::exchange(note_, {}));
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
        if (text.empty()) {
            return;
        }
        last_note_ = text.substr(0, 300);
        if (ears_.note) {
            ears_.note(text);
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
            if (ears_.stage) {
                ears_.stage(stage_name(text_in(said, "stage")));
            }
        } else if (said.contains("done")) {
            if (ears_.progress) {
                ears_.progress(number_in(said, "done"), number_in(said, "total"),
                               text_in(said, "unit") == "bytes");
            }
        } else if (ears_.line) {
            ears_.line(said);
        }
    }

    const ToolEars& ears_;
    std::string line_, note_, last_note_;
    std::optional<json> result_, error_;
    std::exception_ptr thrown_;
};

[[noreturn]] void throw_error(const json& error, const std::string& verb) {
    std::string message = text_in(error, "message");
    throw Error(status_of_kind(text_in(error, "kind")),
                message.empty() ? "banger-image " + verb + " failed" : std::move(message),
                text_in(error, "hint"));
}

} // namespace

ToolEars ears_of(banger::Job& job, StagePlan plan) {
    ToolEars ears;
    ears.stage = [&job, plan = std::move(plan)](const std::string& name) mutable {
        job.stage(name);
        if (const auto percent = plan.begin(name)) {
            job.reaches(*percent);
        }
    };
    ears.progress = [&job](std::uint64_t done, std::uint64_t total, bool bytes) {
        bytes ? job.bytes(done, total) : job.items(done, total);
    };
    ears.note = [&job](const std::string& text) { job.output(text, BANGER_LOG_WARNING); };
    return ears;
}

json run_tool(banger::Job& job, const std::string& tool, std::vector<std::string> args,
              StagePlan plan) {
    return run_tool(job.call, tool, std::move(args), ears_of(job, std::move(plan)));
}

json run_tool(banger::Call& call, const std::string& tool, std::vector<std::string> args,
              const ToolEars& ears) {
    const std::string verb = args.empty() ? "" : args.front();
    args.insert(args.begin(), tool);
    std::vector<banger_str> words;
    words.reserve(args.size());
    for (const std::string& word : args) {
        words.push_back(banger::str(word));
    }
    Listener listener(ears);
    banger_exec_request request{};
    request.struct_size = sizeof request;
    request.argv = words.data();
    request.argc = words.size();
    request.output_limit = 1; // all of it is heard
    request.on_output = &Listener::hear;
    request.output_context = &listener;
    const banger::Exec exec{banger::Host(banger::host_slot())};
    const banger_exec_result& end = exec.run(call, request);
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
