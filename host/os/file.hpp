#pragma once

#include "os/error.hpp"
#include "os/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace banger::os {

/// Opens with O_CLOEXEC. Throws Error naming the path.
[[nodiscard]] UniqueFd open_file(const std::filesystem::path& path, int flags, mode_t mode = 0600);

/// The whole file; throws Error (not_found, permission, exhausted when larger than `limit`).
[[nodiscard]] std::string read_file(const std::filesystem::path& path,
                                    std::uint64_t limit = 64U << 20U);
/// As read_file, but a missing file is nullopt.
[[nodiscard]] std::optional<std::string> find_file(const std::filesystem::path& path,
                                                   std::uint64_t limit = 64U << 20U);

/// Whether a file must be whole after a power loss, too; that waits for the disk.
enum class Durability { synced, rebuildable };

/// Writes beside the target, syncs, renames: readers see the old or the new text, never a part.
void write_file_atomic(const std::filesystem::path& path, std::string_view content,
                       mode_t mode = 0600, Durability durability = Durability::synced);

/// Writes all bytes or throws.
void write_all(int fd, std::string_view bytes, std::string_view what);

/// Makes the folder (and parents) with `mode`, and checks that it is ours and not open to others.
void make_private_dir(const std::filesystem::path& path, mode_t mode = 0700);

/// The last `count` lines of a file that may be large; empty when it is not there.
[[nodiscard]] std::vector<std::string> tail_lines(const std::filesystem::path& path,
                                                  std::size_t count);

/// Copies only the data of a sparse file (reflink where the file system can).
/// The target must not exist; it is removed again when the copy fails.
void clone_file(const std::filesystem::path& from, const std::filesystem::path& to,
                mode_t mode = 0600);

/// Bytes that the file occupies on disk, which for a sparse file is less than its size.
[[nodiscard]] std::uint64_t allocated_bytes(const std::filesystem::path& path);

/// Removes a tree, also folders of ours that may not be written to; the postcondition is that
/// `path` does not exist. What cannot be removed keeps nothing else: it goes on, then throws the
/// first.
void remove_tree(const std::filesystem::path& path);
/// The same; why it could not be done, or nullopt.
[[nodiscard]] std::optional<Error> try_remove_tree(const std::filesystem::path& path);

/// Readable when something was removed from the folder, or the folder itself (inotify(7)).
[[nodiscard]] UniqueFd watch_removals(const std::filesystem::path& folder);

} // namespace banger::os
