#pragma once

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace banger::privileged {

/// How the helper becomes root.
enum class Mode {
    root, ///< we are root: it runs as our child
    sudo, ///< through `sudo -n`, which never asks for a password
    none, ///< neither: there is no sudo here
};

[[nodiscard]] std::string_view to_string(Mode mode) noexcept;

/// What privileged steps would say right now.
struct Readiness {
    Mode mode = Mode::none;
    bool ready = false;
    std::string reason;  ///< why not; empty when ready
    std::string command; ///< what makes it so, ready to paste; empty when ready
};

/// One run of the helper, for logs and for the operation it belongs to.
struct CallRecord {
    std::string command; ///< "sudo -n /usr/libexec/banger/banger-priv tap-create {...}"
    std::chrono::microseconds time{};
    bool ok = false;
    std::string error; ///< empty when ok
};

/// Runs banger-priv, one process a call. Blocking: for pool threads. Any thread.
class Client {
  public:
    using Log = std::function<void(const CallRecord&)>;

    /// The helper of this installation, with the mode found from who we are.
    explicit Client(Log log = {});
    /// `trusted`: a user who may change the helper beside root, for tests in folders of their own.
    Client(std::filesystem::path helper, Mode mode, Log log, uid_t trusted = 0);

    [[nodiscard]] static Mode detect_mode();
    [[nodiscard]] Mode mode() const noexcept { return mode_; }
    [[nodiscard]] const std::filesystem::path& helper() const noexcept { return helper_; }

    /// The verb's result. Throws what the verb threw (its kind, message and hint), `permission`
    /// with the command that would allow it when sudo refuses, or when sudo is not even asked
    /// because others than root may change the helper, `timeout`, and `cancelled` once `cancel_fd`
    /// is readable (the step itself may still complete: it is not ours to kill).
    /// Verbs that change nothing run without sudo. `log` is called beside the client's own.
    [[nodiscard]] nlohmann::json run(std::string_view verb, const nlohmann::json& args,
                                     std::chrono::milliseconds timeout = std::chrono::seconds(20),
                                     int cancel_fd = -1, const Log& log = {}) const;

    /// Asks by running the helper's `version`, which is the only exact answer; does not prompt.
    /// Costs one process: callers that show it often should keep it for a few seconds.
    [[nodiscard]] Readiness readiness() const;

    /// For a verb that goes on running, and is started by who wants it to: its command line. Throws
    /// permission where run() would without asking sudo.
    [[nodiscard]] std::vector<std::string> lasting_command(std::string_view verb) const;

    /// The shell command that lets this user run the helper without a password.
    [[nodiscard]] std::string allow_command() const;

  private:
    struct Obstacle {
        std::string reason;
        std::string remedy; ///< a command, ready to paste; may be empty
    };

    [[nodiscard]] std::vector<std::string> command_line(std::string_view verb) const;
    [[nodiscard]] nlohmann::json attempt(const std::vector<std::string>& argv,
                                         const std::string& input,
                                         std::chrono::milliseconds timeout, int cancel_fd) const;
    [[nodiscard]] std::optional<Obstacle> obstacle() const;
    void require_no_obstacle(const std::string& step) const;

    std::filesystem::path helper_;
    Mode mode_;
    Log log_;
    uid_t trusted_;
};

} // namespace banger::privileged
