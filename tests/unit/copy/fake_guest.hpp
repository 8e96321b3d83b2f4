#pragma once

#include <filesystem>
#include <string>

namespace banger::test {

/// What a guest's agent does with POST /v1/exec, here: runs the program of the request's body in
/// `home` and speaks its frames over `fd`. Returns at the program's end; a caller that hangs up
/// ends the program by SIGHUP.
void run_as_agent(int fd, const std::string& body, const std::filesystem::path& home);

/// Says that a program printed these bytes and ended with this status.
void answer_as_agent(int fd, const std::string& output, int status = 0);

} // namespace banger::test
