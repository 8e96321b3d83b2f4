#pragma once

namespace image_tool {

/// SIGTERM and SIGINT, and a reader of the report that is gone, end the work at its next check:
/// what was made so far is taken away by the destructors on the way out.
void listen_for_stop();
void ask_to_stop() noexcept;
[[nodiscard]] bool asked_to_stop() noexcept;
/// Throws Failure (cancelled) once a stop was asked for.
void check_stop();

} // namespace image_tool
