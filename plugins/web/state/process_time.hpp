#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace web {

/// For how many ms processors have worked for a process since it began, with all of its threads.
/// proc is where /proc is; none where there is no such process. Whoever's it is: the kernel tells
/// everybody.
[[nodiscard]] std::optional<std::uint64_t> process_time(const std::filesystem::path& proc,
                                                        std::uint64_t pid);

} // namespace web
