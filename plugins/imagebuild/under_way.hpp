#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace imagebuild {

/// The images that jobs make or read, by name: one job for each at a time. Any thread.
class UnderWay {
  public:
    /// Held while a job is at an image.
    class Claim {
      public:
        Claim(UnderWay& board, std::string image) : board_(board), image_(std::move(image)) {}
        Claim(const Claim&) = delete;
        Claim& operator=(const Claim&) = delete;
        ~Claim() { board_.end(image_); }
        void stage(const std::string& name) { board_.stage(image_, name); }
        /// What it holds on this machine, by the key of its note.
        void holds(const std::string& note) { board_.holds(image_, note); }

      private:
        UnderWay& board_;
        std::string image_;
    };

    /// Throws Error(CONFLICT) when another job has it. `what`: "build", "commit", ..
    [[nodiscard]] std::shared_ptr<Claim> claim(const std::string& image, const std::string& what);
    /// Whether somebody at work holds what this note is of.
    [[nodiscard]] bool has_note(const std::string& note) const;
    /// "none", or "build web (packages, 2 min)".
    [[nodiscard]] std::string line() const;

  private:
    struct Entry {
        std::string what, stage, note;
        std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
    };
    void end(const std::string& image);
    void stage(const std::string& image, const std::string& name);
    void holds(const std::string& image, const std::string& note);

    mutable std::mutex lock_;
    std::map<std::string, Entry> entries_;
};

} // namespace imagebuild
