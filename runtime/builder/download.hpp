#pragma once

#include <filesystem>
#include <string>

namespace banger::bundle {

class Interrupt;

/// A file that is named by where it is and by what is in it.
struct Source {
    std::string url;            ///< http or https; empty when `path` is used
    std::filesystem::path path; ///< a file of this machine
    std::string sha256;         ///< 64 hex digits; may be empty for a path
};

/// Puts the file at `target` (its folder exists). Downloads go to target.part first and continue
/// there when a former try was cut off; only a file with the right SHA-256 gets the name `target`,
/// in one step. Does nothing when it is there already and right. Throws os::Error: unavailable
/// (network), invalid (wrong content), exhausted (disk full), cancelled.
void fetch(const Source& source, const std::filesystem::path& target, const Interrupt& interrupt);

/// A file whose hash nobody knows beforehand: asked for anew each time, and in place in one step.
/// What is in it is the caller's to check.
void fetch_newest(const std::string& url, const std::filesystem::path& target,
                  const Interrupt& interrupt);

} // namespace banger::bundle
