#pragma once

#include "job_log.hpp"

#include <exception>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace imagebuild {

/// What is given back at the end of a job, whatever that was: the newest first. A step that fails
/// is told in the log, and the others follow.
class WayBack {
  public:
    explicit WayBack(JobLog& log) : log_(log) {}
    WayBack(const WayBack&) = delete;
    WayBack& operator=(const WayBack&) = delete;
    ~WayBack() { go(); }

    void add(std::string what, std::function<void()> step) {
        steps_.emplace_back(std::move(what), std::move(step));
    }
    /// True when every step did its work.
    bool go() noexcept {
        while (!steps_.empty()) {
            const auto [what, step] = std::move(steps_.back());
            steps_.pop_back();
            clean_ = tried(what, step) && clean_;
        }
        return clean_;
    }
    [[nodiscard]] bool clean() const { return clean_; } ///< none failed so far

  private:
    bool tried(const std::string& what, const std::function<void()>& step) noexcept {
        try {
            step();
            return true;
        } catch (const std::exception& error) {
            try {
                log_.line(what + ": " + error.what(), BANGER_LOG_ERROR);
            } catch (...) { // NOLINT(bugprone-empty-catch): the operation is over
            }
        } catch (...) { // NOLINT(bugprone-empty-catch): nothing of ours throws it
        }
        return false;
    }

    JobLog& log_;
    std::vector<std::pair<std::string, std::function<void()>>> steps_;
    bool clean_ = true;
};

} // namespace imagebuild
