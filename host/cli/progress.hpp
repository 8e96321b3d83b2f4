#pragma once

#include "cli/operation.hpp"
#include "cli/pace.hpp"
#include "cli/terminal.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace banger::cli {

/// Shows operations on standard error. On a terminal one live line for each that runs, and its
/// finished stages as lines that stay when it is the only one; otherwise one plain line for each
/// stage that begins or fails, and a sign of life in long ones.
class Progress {
  public:
    using Clock = std::chrono::steady_clock;
    using Write = std::function<void(std::string_view)>;

    Progress(const Terminal& terminal, std::size_t count, Write write,
             std::function<Clock::time_point()> now = Clock::now);
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress();

    /// News of one operation; `label` is how it is called ("vm a").
    void update(std::size_t index, const std::string& label, const Operation& operation);
    /// It is over: its live line goes.
    void finish(std::size_t index);
    /// A line that stays, above the live ones.
    void say(std::string_view line);
    /// A line that asks for an answer: until answered() nothing is written after it.
    void ask(std::string_view line);
    [[nodiscard]] bool asking() const { return asking_; }
    /// What was held back since appears; nothing where nothing was asked.
    void answered();
    /// To be called at least every interval().
    void tick();
    [[nodiscard]] std::chrono::milliseconds interval() const;

  private:
    struct Line {
        std::string label;
        Operation operation;
        bool live = false;
        std::size_t stages_shown = 0;  ///< those that ended
        Clock::time_point began;       ///< of the operation, by our clock
        Clock::time_point stage_began; ///< of its stage
        std::optional<Pace> pace;      ///< while something is counted in it
        Clock::time_point spoke;       ///< the last plain line
    };
    void keep_finished_stages(Line& line);
    [[nodiscard]] std::string stage_line(const Stage& stage) const;
    void plain_failures(Line& line);
    void plain_line(Line& line, Clock::time_point now);
    [[nodiscard]] static std::string done_text(const Line& line, Clock::time_point now);
    void keep(std::string_view text);
    void erase();
    void draw();

    const Terminal terminal_;
    Write write_;
    std::function<Clock::time_point()> now_;
    std::vector<Line> lines_;
    bool asking_ = false;
    std::string held_;      ///< lines that stay, while asking
    std::size_t drawn_ = 0; ///< live lines on the screen
    std::size_t frame_ = 0;
};

} // namespace banger::cli
