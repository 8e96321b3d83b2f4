#pragma once

#include "unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

namespace image_tool::archive {

/// Files on their way into a folder: they lie in a folder of their own inside it until place().
/// What was not placed whole is gone with this object.
class IncomingFolder {
  public:
    /// `folder` must be there. Throws Failure(conflict) when another one is at work in it.
    explicit IncomingFolder(std::filesystem::path folder);
    IncomingFolder(const IncomingFolder&) = delete;
    IncomingFolder& operator=(const IncomingFolder&) = delete;
    ~IncomingFolder();

    /// A new empty file; "modules/a/b" with its folders. It is an error when it is there already.
    [[nodiscard]] UniqueFd create(const std::string& path);
    /// Of such a file, until it is placed.
    [[nodiscard]] std::filesystem::path path_of(const std::string& path) const {
        return part_ / path;
    }
    /// Moves all to where they belong; a name that is taken there is a conflict, and none is moved.
    void place();
    [[nodiscard]] std::uint64_t free_bytes() const;

  private:
    void make_folders(const std::string& path);

    std::filesystem::path folder_;
    std::filesystem::path part_;
    UniqueFd folder_fd_, part_fd_;
    std::set<std::string> folders_; ///< made in part_
    std::set<std::string> tops_;    ///< names in part_ itself
};

} // namespace image_tool::archive
