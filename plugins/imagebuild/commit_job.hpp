#pragma once

#include "daemon_api.hpp"
#include "under_way.hpp"

#include <banger/plugin.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace imagebuild {

/// What `vm commit` was asked for.
struct CommitRequest {
    std::string vm, image;
    bool replace = false;
    bool stop = false;
};

/// Throws Error(CONFLICT) for a VM that runs and is not to be stopped.
[[nodiscard]] CommitRequest commit_request(std::string_view args_json, const DaemonApi& api);

/// Saves a VM as an image: its root with what was written over its image, and its /root. The VM
/// stays as it is, stopped. The job of an operation.
void commit_vm(banger::Host host, banger::Job& job, const CommitRequest& request,
               const std::shared_ptr<UnderWay::Claim>& claim, const std::string& tool,
               const std::filesystem::path& logs);

extern const char commit_schema[]; ///< of the verb's arguments

} // namespace imagebuild
