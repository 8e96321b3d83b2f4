#pragma once

#include "config.hpp"
#include "places.hpp"
#include "steps.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace imagebuild {

/// What `image build` was asked for, read and checked as far as this machine can tell.
struct BuildRequest {
    std::string name;
    std::string vm;     ///< that it is built in
    std::string from;   ///< empty: the default image
    std::string rootfs; ///< a file to build from instead
    std::string kernel, initrd, modules;
    std::optional<std::int64_t> size_mib, memory_mib, work_mib, vcpus;
    bool work_seed = true;
    bool keep = false;
    bool replace = false;
    std::vector<Step> steps;
    std::string digest; ///< of the steps: "sha256:.."
};

/// `args_json` has passed the verb's schema. Reads the recipes, and checks that the files they name
/// are there and hash to what they say. Throws Error.
[[nodiscard]] BuildRequest build_request(std::string_view args_json, const Config& config,
                                         const Places& places);

/// A name for a builder VM of this image, which nobody else has.
[[nodiscard]] std::string builder_name(const std::string& image);

/// Throws Error(INVALID) for what is no name of an image.
void require_image_name(const std::string& name);

extern const char build_schema[]; ///< of the verb's arguments

} // namespace imagebuild
