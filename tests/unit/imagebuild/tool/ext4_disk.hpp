#pragma once

#include "failure.hpp"
#include "os/temporary_dir.hpp"
#include "verbs.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace image_tool {

/// What a verb told.
struct Told {
    std::vector<nlohmann::json> lines; ///< before the result
    nlohmann::json result;
    std::optional<Failure> failure;

    [[nodiscard]] std::string failed() const; ///< "kind: message", or empty
};
[[nodiscard]] Told tell(Verb verb, const std::vector<std::string>& words);

/// A folder with disks in it, made without a mount: mke2fs takes a folder, debugfs does the rest.
class Bench {
  public:
    Bench();

    [[nodiscard]] std::string path(const std::string& name) const { return dir_.path() / name; }
    /// A file of the folder that a disk is made of.
    void write(const std::string& name, const std::string& text) const;
    void folder(const std::string& name) const;
    void link(const std::string& target, const std::string& name) const;
    /// Makes NAME.ext4 of the folder NAME.
    std::string make(const std::string& name, const std::string& size = "16M",
                     const std::vector<std::string>& options = {}) const;

  private:
    banger::os::TemporaryDir dir_;
};

/// Output of a command of debugfs.
std::string ask(const std::string& disk, const std::string& command);
/// Changes a disk by commands.
void change(const std::string& disk, const std::vector<std::string>& commands);
[[nodiscard]] std::string content(const std::string& disk, const std::string& path);
[[nodiscard]] bool exists(const std::string& disk, const std::string& path);
/// Empty when e2fsck finds nothing, else what it says.
[[nodiscard]] std::string faults(const std::string& disk);
[[nodiscard]] std::uint64_t bytes_on_disk(const std::string& file);
[[nodiscard]] std::string bytes_of(const std::string& file);
/// A random text, the same at each run.
[[nodiscard]] std::string noise(std::size_t size, unsigned seed = 1);

} // namespace image_tool
