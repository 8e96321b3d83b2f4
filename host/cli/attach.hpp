#pragma once

#include <string>

namespace banger::cli {

enum class AttachEnd { left, closed };

/// Joins the terminal (or standard input and output) with a raw stream until Ctrl-] is typed or
/// the stream ends. The terminal is raw meanwhile and as it was afterwards.
AttachEnd attach(int stream, const std::string& first_bytes);

} // namespace banger::cli
