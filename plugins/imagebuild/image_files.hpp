#pragma once

#include "boot_set.hpp"
#include "daemon_api.hpp"
#include "job_log.hpp"
#include "job_stages.hpp"

#include <banger/plugin.hpp>

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace imagebuild {

/// Makes the files of an image of the disks of a VM that does not run, in a staging of the
/// daemon's, and hands them over. Nothing is mounted.
class ImageFiles {
  public:
    ImageFiles(banger::Host host, JobLog& log, std::string tool, JobStages& stages)
        : exec_(host), api_(host), log_(log), tool_(std::move(tool)), stages_(stages) {}

    /// Those that it begins, in their order.
    [[nodiscard]] static std::vector<StagePlan::Stage> stages();

    /// Asks the daemon for a staging; gives its id.
    std::string begin();

    /// rootfs.ext4 and packages.txt, of the disks in a VM's folder; without what is at `left_out`.
    void take_root(const std::filesystem::path& vm_folder,
                   const std::vector<std::string>& left_out = {});
    /// work-seed.ext4, of its disk on /root.
    void take_work(const std::filesystem::path& vm_folder);
    /// Modules without the links among them; what is empty is left out.
    void take_boot_files(const BootSet& files);

    /// Gives the image to the daemon, which gives its document back. `facts`: base, source, ..
    nlohmann::json finish(const std::string& name, bool replace, nlohmann::json facts);

  private:
    nlohmann::json compact(const std::filesystem::path& disk, const char* label,
                           const std::vector<std::string>& drops,
                           const std::vector<std::string>& blocks);
    void copy(const std::filesystem::path& from, const std::filesystem::path& to);
    void program(const std::vector<std::string>& words, const std::string& what);

    banger::Exec exec_;
    DaemonApi api_;
    JobLog& log_;
    std::string tool_;
    JobStages& stages_;
    std::string staging_;
    std::filesystem::path folder_; ///< of the staging
    nlohmann::json facts_ = nlohmann::json::object();
    std::size_t packages_ = 0;
};

} // namespace imagebuild
