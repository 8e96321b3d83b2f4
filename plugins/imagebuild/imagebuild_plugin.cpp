#include "boot_set.hpp"
#include "build_request.hpp"
#include "builder.hpp"
#include "commit_job.hpp"
#include "config.hpp"
#include "daemon_api.hpp"
#include "diff.hpp"
#include "doctor.hpp"
#include "export_job.hpp"
#include "holdings.hpp"
#include "import_job.hpp"
#include "places.hpp"
#include "under_way.hpp"

#include <banger/plugin.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace imagebuild {

using banger::Call;
using banger::Error;
using banger::Host;
using banger::Job;
using nlohmann::json;

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
        : host_(host), config_(read_config(config)), places_(find_places(config_)), api_(host),
          holdings_(host), operations_(host), logs_(std::string(host.state_dir()) + "/logs") {}

    // ---- the daemon ----
    /// What a daemon that was killed left goes as soon as this one answers.
    void reconcile_all(Call&) {
        holdings_.remove_files();
        if (holdings_.left(under_way_) > 0) {
            tidy_.emplace(host_, std::chrono::milliseconds(500), std::chrono::milliseconds(0),
                          [this](Call& call) { tidy(call); });
        }
    }
    /// Nothing of ours is in a running VM.
    void leave(Call&) {}

    // ---- verbs ----
    void build(Call& call, std::string_view args) {
        const auto request = std::make_shared<BuildRequest>(build_request(args, config_, places_));
        require_tool();
        require_base(*request);
        require_fitting(*request, api_);
        require_free(request->name, request->replace);
        begin(call, "build", request->name,
              [this, request](Job& job, const std::shared_ptr<UnderWay::Claim>& claim) {
                  Builder(host_, job, *request, claim, places_.tool.string(), logs_).run();
              });
    }
    void commit(Call& call, std::string_view args) {
        const auto request = std::make_shared<CommitRequest>(commit_request(args, api_));
        require_tool();
        require_free(request->image, request->replace);
        begin(call, "commit", request->image,
              [this, request](Job& job, const std::shared_ptr<UnderWay::Claim>& claim) {
                  commit_vm(host_, job, *request, claim, places_.tool.string(), logs_);
              });
    }
    void diff(Call& call, std::string_view args) {
        require_tool();
        emit_diff(host_, call, args, places_.tool.string());
    }
    void export_image(Call& call, std::string_view args) {
        const json asked = json::parse(args);
        require_tool();
        begin_plain(call, "export", asked.at("name").get<std::string>(),
                    [this, asked](Job& job) { export_job(job, places_.tool.string(), asked); });
    }
    void import_image(Call& call, std::string_view args) {
        const json asked = json::parse(args);
        require_tool();
        const std::string file = asked.at("file").get<std::string>();
        const std::string image = asked.value("name", file.substr(file.rfind('/') + 1));
        begin_plain(call, "import", image,
                    [this, asked](Job& job) { import_job(job, places_.tool.string(), asked); });
    }

    // ---- when asked ----
    void line(Call& call, std::string_view) {
        call.emit_json(json{{"title", "Image builds"}, {"value", under_way_.line()}}.dump());
    }
    void tools(Call& call, std::string_view) { call.emit_json(check_tools(places_).dump()); }
    void space(Call& call, std::string_view) { call.emit_json(check_space(api_).dump()); }
    void left(Call& call, std::string_view) {
        call.emit_json(check_left(holdings_.left(under_way_)).dump());
    }

    static constexpr const char* export_args = R"({"required": ["name", "file"], "properties": {
        "name": {"type": "string", "description": "the image"},
        "file": {"type": "string", "x-path": true, "description": "archive to write: NAME.tar.zst"},
        "replace": {"type": "boolean", "default": false,
                    "description": "write over a file that is there"}}})";
    static constexpr const char* import_args = R"({"required": ["file"], "properties": {
        "file": {"type": "string", "x-path": true, "description": "archive of image export"},
        "name": {"type": "string", "description": "what to call it; else as it was called"},
        "replace": {"type": "boolean", "default": false,
                    "description": "take the place of an image of that name"}}})";
    static constexpr banger_action cli[] = {
        banger::action<&ImageBuild::build>("build", "builds an image in a VM of its own",
                                           build_schema, nullptr, "image build"),
        banger::action<&ImageBuild::export_image>("export", "writes an image into one file",
                                                  export_args, nullptr, "image export"),
        banger::action<&ImageBuild::import_image>("import", "takes an image out of such a file",
                                                  import_args, nullptr, "image import"),
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
    using Work = std::function<void(Job&, const std::shared_ptr<UnderWay::Claim>&)>;
    static constexpr std::chrono::minutes cleanup{5}; ///< a VM is deleted, maybe on a busy machine

    void begin(Call& call, const char* kind, const std::string& image, Work work) {
        const auto claim = under_way_.claim(image, kind);
        begin_plain(call, kind, image,
                    [work = std::move(work), claim](Job& job) { work(job, claim); });
    }
    void begin_plain(Call& call, const char* kind, const std::string& target,
                     banger::Operations::Function work) {
        banger::Operations::Times times;
        times.cleanup = cleanup;
        const std::string begun(operations_.start(call, kind, target, std::move(work), times));
        call.emit_json(json{{"operation", begun}}.dump());
    }
    void tidy(Call& call) {
        (void)operations_.start(call, "tidy", "builds",
                                [this](Job& job) { holdings_.tidy(job, under_way_); });
    }

    void require_tool() const {
        const json found = check_tools(places_);
        if (found.at("severity") == "error") {
            throw Error(BANGER_E_UNAVAILABLE, found.at("title").get<std::string>(),
                        found.at("fix").get<std::string>());
        }
    }
    void require_base(const BuildRequest& request) const {
        if (!request.from.empty()) {
            (void)api_.ask("GET", "/v1/images/" + DaemonApi::encoded(request.from));
        }
    }
    void require_free(const std::string& image, bool replace) const {
        const auto there = api_.find("/v1/images/" + DaemonApi::encoded(image));
        if (there && there->value("kind", "") == "bundle") {
            throw Error(BANGER_E_INVALID, image + " is the image of the runtime bundle",
                        "take another name");
        }
        if (there && !replace) {
            throw Error(BANGER_E_CONFLICT, "there is an image " + image + " already",
                        "take another name, or give --replace: VMs that were made of it go on");
        }
    }

    Host host_;
    Config config_;
    Places places_;
    DaemonApi api_;
    Holdings holdings_;
    banger::Operations operations_;
    std::string logs_;
    UnderWay under_way_;
    std::optional<banger::Timer> tidy_; ///< last: it ends before what it uses
};

} // namespace imagebuild

BANGER_PLUGIN(imagebuild::ImageBuild)
