#include "cli/progress.hpp"

#include "cli/quantity.hpp"

#include <array>
#include <cmath>

namespace banger::cli {
namespace {

constexpr std::array<std::string_view, 10> spinner{"⠋", "⠙", "⠹", "⠸", "⠼",
                                                   "⠴", "⠦", "⠧", "⠇", "⠏"};
constexpr std::chrono::milliseconds frame_time{100};
constexpr std::chrono::seconds silence{15}; ///< the longest without a plain line

double seconds(Progress::Clock::duration time) {
    return std::chrono::duration<double>(time).count();
}

std::string stage_text(const Operation& operation) {
    return operation.stage.empty() ? operation.state : operation.stage;
}

} // namespace

Progress::Progress(const Terminal& terminal, std::size_t count, Write write,
                   std::function<Clock::time_point()> now)
    : terminal_(terminal), write_(std::move(write)), now_(std::move(now)), lines_(count) {}

Progress::~Progress() {
    answered();
    erase();
}

std::string Progress::done_text(const Line& line, Clock::time_point now) {
    if (line.pace) {
        return "  " + line.pace->text(now);
    }
    const auto& percent = line.operation.percent;
    return percent && *percent > 0
               ? "  " + std::to_string(static_cast<int>(std::lround(*percent))) + " %"
               : "";
}

void Progress::update(std::size_t index, const std::string& label, const Operation& operation) {
    Line& line = lines_[index];
    const auto now = now_();
    const bool first = line.label.empty();
    const bool new_stage = first || stage_text(line.operation) != stage_text(operation);
    if (first) {
        line.began = now - std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(operation.elapsed));
    }
    line.label = label;
    line.operation = operation;
    line.live = !operation.over();
    if (new_stage) {
        line.stage_began = now;
        line.pace.reset();
    }
    if (!operation.count) {
        line.pace.reset();
    } else if (line.pace) {
        line.pace->update(*operation.count, now);
    } else {
        line.pace.emplace(*operation.count, now);
    }
    if (!terminal_.tty) {
        plain_failures(line);
        if (new_stage && line.live && operation.stage != operation.kind) {
            plain_line(line, now);
        }
        return;
    }
    erase();
    if (lines_.size() == 1) {
        keep_finished_stages(line);
    }
    draw();
}

void Progress::keep_finished_stages(Line& line) {
    const auto& stages = line.operation.stages;
    const bool job = line.operation.kind.find('.') != std::string::npos; // a plugin's: "nat.sync"
    if (stages.size() == 1 && line.operation.state == "succeeded" && !job) {
        return; // the result says as much
    }
    while (line.stages_shown < stages.size() &&
           (stages[line.stages_shown].seconds || line.operation.over())) {
        keep(fitted(stage_line(stages[line.stages_shown++]),
                    static_cast<std::size_t>(terminal_.width)) +
             "\n");
    }
}

std::string Progress::stage_line(const Stage& stage) const {
    if (!stage.seconds) { // nobody saw its end
        return terminal_.dim("· " + stage.name + "  not finished");
    }
    const std::string time = terminal_.dim(duration_text(*stage.seconds));
    if (stage.state == "failed") {
        return terminal_.red("✗") + " " + stage.name + "  " + terminal_.red("failed") + "  " + time;
    }
    if (stage.state == "cancelled") {
        return terminal_.yellow("!") + " " + stage.name + "  " + terminal_.yellow("cancelled") +
               "  " + time;
    }
    return terminal_.green("✓") + " " + stage.name + "  " + time;
}

void Progress::plain_failures(Line& line) {
    const auto& stages = line.operation.stages;
    for (; line.stages_shown < stages.size() && stages[line.stages_shown].seconds;
         ++line.stages_shown) {
        const Stage& stage = stages[line.stages_shown];
        if (stage.state == "failed" || stage.state == "cancelled") {
            keep(line.label + ": " + stage.name + " " + stage.state + " after " +
                 duration_text(*stage.seconds) + "\n");
        }
    }
}

void Progress::plain_line(Line& line, Clock::time_point now) {
    line.spoke = now;
    keep(line.label + ": " + stage_text(line.operation) + done_text(line, now) + " (at " +
         duration_text(seconds(now - line.began)) + ")\n");
}

void Progress::finish(std::size_t index) {
    lines_[index].live = false;
    if (terminal_.tty) {
        erase();
        draw();
    }
}

void Progress::say(std::string_view text) {
    erase();
    keep(std::string(text) + "\n");
    draw();
}

void Progress::ask(std::string_view text) {
    erase();
    keep(std::string(text) + "\n");
    asking_ = true;
}

void Progress::answered() {
    if (!asking_) {
        return;
    }
    asking_ = false;
    // Over half an answer, or the terminal's "^C".
    write_((terminal_.tty ? "\r\033[J" : "") + held_);
    held_.clear();
    draw();
}

void Progress::tick() {
    if (terminal_.tty) {
        ++frame_;
        erase();
        draw();
        return;
    }
    const auto now = now_();
    for (Line& line : lines_) {
        if (line.live && now - line.spoke >= silence) {
            plain_line(line, now);
        }
    }
}

std::chrono::milliseconds Progress::interval() const {
    return terminal_.tty ? frame_time : std::chrono::milliseconds(1000);
}

void Progress::keep(std::string_view text) {
    if (asking_) {
        held_ += text;
    } else {
        write_(text);
    }
}

void Progress::erase() {
    if (drawn_ > 0) {
        // Up to the first live line, then clear to the end of the screen.
        write_("\r\033[" + std::to_string(drawn_) + "A\033[J");
        drawn_ = 0;
    }
}

void Progress::draw() {
    if (!terminal_.tty || asking_) {
        return;
    }
    const auto now = now_();
    std::string text;
    for (const Line& line : lines_) {
        if (!line.live) {
            continue;
        }
        const std::string total = duration_text(seconds(now - line.began));
        text += fitted(terminal_.yellow(spinner[frame_ % spinner.size()]) + " " +
                           terminal_.bold(line.label) + "  " + stage_text(line.operation) +
                           done_text(line, now) + "  " +
                           duration_text(seconds(now - line.stage_began)) + "  " +
                           terminal_.dim("total " + total),
                       static_cast<std::size_t>(terminal_.width)) +
                "\n";
        ++drawn_;
    }
    if (!text.empty()) {
        write_(text);
    }
}

} // namespace banger::cli
