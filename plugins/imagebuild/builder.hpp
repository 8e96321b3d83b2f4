#pragma once

#include "build_request.hpp"
#include "daemon_api.hpp"
#include "holdings.hpp"
#include "image_files.hpp"
#include "job_log.hpp"
#include "job_stages.hpp"
#include "under_way.hpp"

#include <banger/plugin.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace imagebuild {

class SshGuest;

/// Builds one image: boots a VM of the base, does the steps in it, seals and stops it, and makes
/// the image of its disks. Whatever happens, the VM and the staging are gone at the end; only with
/// `keep` the VM of a build that failed stays. The job of an operation.
class Builder {
  public:
    /// `logs`: folder of the log files.
    Builder(banger::Host host, banger::Job& job, const BuildRequest& request,
            const std::shared_ptr<UnderWay::Claim>& claim, std::string tool,
            const std::filesystem::path& logs);

    void run();

  private:
    void build();
    void make_vm();
    void ask_for_vm();
    void provision();
    void step(const SshGuest& guest, const Step& step);
    void stop();
    void make_image();
    [[nodiscard]] nlohmann::json vm_body();
    [[nodiscard]] std::string pack_modules();
    [[nodiscard]] bool keep_vm();
    [[nodiscard]] banger::Error explained(const banger::Error& error) const;

    banger::Host host_;
    banger::Job& job_;
    const BuildRequest& request_;
    JobLog log_;
    JobStages stages_;
    DaemonApi api_;
    Holdings holdings_;
    ImageFiles files_;
    Holding held_;
    std::filesystem::path modules_archive_; ///< in the plugin's folder, while it is needed
    bool vm_asked_for_ = false;
    bool nat_ = false;                  ///< the VM reaches what lies beyond this machine
    bool failed_ = false;               ///< and not by a cancel
    std::string base_;                  ///< name of the image that it is made of
    std::filesystem::path vm_folder_;   ///< with its disks
    std::vector<std::string> left_out_; ///< steps that did not do their work and need not
};

} // namespace imagebuild
