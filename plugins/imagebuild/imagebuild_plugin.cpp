#include "build_request.hpp"
#include "commit_job.hpp"
#include "config.hpp"
#include "diff.hpp"
#include "doctor.hpp"
#include "image_verbs.hpp"
#include "job_start.hpp"
#include "vm_verbs.hpp"

#include <banger/plugin.hpp>

#include <chrono>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

namespace imagebuild {

using banger::Call;
using banger::Host;

class ImageBuild {
  public:
    static constexpr const char* id = "imagebuild";
    static constexpr const char* name = "Image builder";
    static constexpr const char* version = "1.0.0";
    static constexpr const char* license = "MIT";
    static constexpr const char* summary =
        "Builds images, saves VMs as images, exports and imports";
    static constexpr const char* config_schema = imagebuild::config_schema;
    static constexpr bool concurrent = true;
    static constexpr std::uint32_t hook_timeout_ms = 600000; ///< vm diff copies a disk
    static constexpr const char* const required[] = {BANGER_EXT_API,        BANGER_EXT_KV,
                                                     BANGER_EXT_THREAD,     BANGER_EXT_TIMER,
                                                     BANGER_EXT_OPERATIONS, nullptr};
    static constexpr const char* const* requires_ext = required;

    ImageBuild(Host host, Call&, std::string_view config)
        : host_(host), config_(read_config(config)), jobs_(host, find_places(config_)),
          images_(config_, jobs_), vms_(jobs_) {}

    /// What a daemon that was killed left goes as soon as this one answers.
    void reconcile_all(Call&) {
        jobs_.holdings().remove_files();
        if (jobs_.holdings().left(jobs_.under_way()) > 0) {
            tidy_.emplace(host_, std::chrono::milliseconds(500), std::chrono::milliseconds(0),
                          [this](Call& call) { jobs_.tidy(call); });
        }
    }
    /// Nothing of ours is in a running VM.
    void leave(Call&) {}

    void build(Call& call, std::string_view args) { images_.build(call, args); }
    void export_image(Call& call, std::string_view args) { images_.export_image(call, args); }
    void import_image(Call& call, std::string_view args) { images_.import_image(call, args); }
    void commit(Call& call, std::string_view args) { vms_.commit(call, args); }
    void diff(Call& call, std::string_view args) { vms_.diff(call, args); }

    void line(Call& call, std::string_view) {
        call.emit_json(
            nlohmann::json{{"title", "Image builds"}, {"value", jobs_.under_way().line()}}.dump());
    }
    void tools(Call& call, std::string_view) { call.emit_json(check_tools(jobs_.places()).dump()); }
    void space(Call& call, std::string_view) { call.emit_json(check_space(jobs_.api()).dump()); }
    void left(Call& call, std::string_view) {
        call.emit_json(check_left(jobs_.holdings().left(jobs_.under_way())).dump());
    }

    static constexpr banger_action cli[] = {
        banger::action<&ImageBuild::build>("build", "builds an image in a VM of its own",
                                           build_schema, nullptr, "image build"),
        banger::action<&ImageBuild::export_image>("export", "writes an image into one file",
                                                  export_schema, nullptr, "image export"),
        banger::action<&ImageBuild::import_image>("import", "takes an image out of such a file",
                                                  import_schema, nullptr, "image import"),
        banger::action<&ImageBuild::commit>("commit", "saves a VM as an image", commit_schema,
                                            nullptr, "vm commit"),
        banger::action<&ImageBuild::diff>("diff", "files of a VM that are not as in its image",
                                          diff_schema, nullptr, "vm diff")};
    static constexpr banger_action status[] = {
        banger::action<&ImageBuild::line>("builds", "image builds under way")};
    static constexpr banger_action doctor[] = {
        banger::action<&ImageBuild::tools>("tools", "programs that images are built with"),
        banger::action<&ImageBuild::space>("space", "room for building images"),
        banger::action<&ImageBuild::left>("left", "what builds have left")};

  private:
    Host host_;
    Config config_;
    JobStart jobs_;
    ImageVerbs images_;
    VmVerbs vms_;
    std::optional<banger::Timer> tidy_; ///< last: it ends before what it uses
};

} // namespace imagebuild

BANGER_PLUGIN(imagebuild::ImageBuild)
