#pragma once

#include <banger/plugin.hpp>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace imagebuild {

/// What is said while an image is built: in the log of the operation, and whole in a file, which
/// stays when the operation is forgotten. The newest files are kept.
class JobLog {
  public:
    /// A new file "NAME-TIME.log" in `folder`, which is made. Where that cannot be, the
    /// operation's log alone is written, and says so.
    JobLog(banger::Job& job, const std::filesystem::path& folder, const std::string& name);

    /// Begins a stage.
    void stage(const std::string& name);
    void line(std::string_view text, int level = BANGER_LOG_INFO);
    /// In the file alone: the operation has it as its error or result.
    void note(std::string_view text);
    /// The same of how it ended, for which there is always room.
    void last(std::string_view text);
    [[nodiscard]] const std::filesystem::path& file() const { return path_; }
    [[nodiscard]] banger::Job& job() const { return job_; }

    static constexpr std::size_t kept = 20;
    static constexpr std::size_t most_bytes = 64U << 20U; ///< of a file; then only the end follows

  private:
    void write(const std::string& line);

    struct Close {
        void operator()(std::FILE* file) const noexcept { (void)std::fclose(file); }
    };
    banger::Job& job_;
    std::filesystem::path path_;
    std::unique_ptr<std::FILE, Close> file_;
    std::size_t written_ = 0;
};

} // namespace imagebuild
