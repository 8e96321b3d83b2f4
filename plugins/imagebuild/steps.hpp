#pragma once

#include "recipe.hpp"

#include <map>
#include <string>
#include <vector>

namespace imagebuild {

/// A file of this machine that a step needs in the guest.
struct Upload {
    std::string local;
    std::string remote;
};

/// One thing that is done in the builder VM.
struct Step {
    std::string stage;  ///< at most 64 bytes, one line
    std::string what;   ///< begins the error of one that fails: "commands at dev.yaml:12"
    std::string script; ///< of bash, run with -euo pipefail
    std::vector<Upload> uploads;
    bool optional = false; ///< one that fails is left out, with a note
    bool online = false;   ///< needs what lies beyond the guest
    /// Of words that its error may have: a package, and "dev.yaml:3".
    std::map<std::string, std::string> places;
};

/// The folder in the guest that uploads go to. It is gone when the image is sealed.
extern const char* const guest_folder;

/// What makes an image of its base, in order: downloads, packages, users, files, env, commands,
/// services.
[[nodiscard]] std::vector<Step> steps_of(const Recipe& recipe);

/// An error's message with the place of each word of the step behind its first mention.
[[nodiscard]] std::string with_places(std::string message, const Step& step);

/// A script of the user's, run by the program in its first line, or by bash.
[[nodiscard]] Step script_step(const std::string& local);
/// The modules in a tar archive of this machine, below /lib/modules.
[[nodiscard]] Step modules_step(const std::string& archive);
/// The guest's agent and its service, in an image that has systemd.
[[nodiscard]] Step agent_step(const std::string& program, const std::string& unit);

} // namespace imagebuild
