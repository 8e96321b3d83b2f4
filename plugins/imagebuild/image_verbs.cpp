#include "image_verbs.hpp"

#include "boot_set.hpp"
#include "build_request.hpp"
#include "builder.hpp"
#include "export_job.hpp"
#include "import_job.hpp"
#include "json_text.hpp"

#include <memory>
#include <string>

#include <nlohmann/json.hpp>

namespace imagebuild {

using banger::Call;
using banger::Job;
using nlohmann::json;

const char export_schema[] = R"({"required": ["name", "file"],
    "examples": [{"name": "dev", "file": "dev.tar.zst"}], "properties": {
    "name": {"type": "string", "description": "the image"},
    "file": {"type": "string", "x-path": true, "description": "archive to write: NAME.tar.zst"},
    "replace": {"type": "boolean", "default": false,
                "description": "write over a file that is there"}}})";
const char import_schema[] = R"({"required": ["file"],
    "examples": [{"file": "dev.tar.zst"}, {"file": "dev.tar.zst", "name": "dev2"}], "properties": {
    "file": {"type": "string", "x-path": true, "description": "archive of image export"},
    "name": {"type": "string", "description": "what to call it; else as it was called"},
    "replace": {"type": "boolean", "default": false,
                "description": "take the place of an image of that name"}}})";

void ImageVerbs::build(Call& call, std::string_view args) {
    const auto request =
        std::make_shared<BuildRequest>(build_request(args, config_, jobs_.places()));
    jobs_.require_tools();
    if (!request->from.empty()) {
        (void)jobs_.api().ask("GET", "/v1/images/" + DaemonApi::encoded(request->from));
    }
    require_fitting(*request, jobs_.api());
    jobs_.require_free(request->name, request->replace);
    jobs_.begin(call, "build", request->name, request->name,
                [&jobs = jobs_, request](Job& job, const JobStart::Claim& claim) {
                    Builder(jobs.host(), job, *request, claim, jobs.tool(), jobs.logs()).run();
                });
}

void ImageVerbs::export_image(Call& call, std::string_view args) {
    const json asked = json::parse(args);
    const std::string image = text_in(asked, "name");
    jobs_.require_tools();
    jobs_.begin(call, "export", image, image,
                [&jobs = jobs_, asked](Job& job, const JobStart::Claim&) {
                    export_job(job, jobs.tool(), asked);
                });
}

void ImageVerbs::import_image(Call& call, std::string_view args) {
    const json asked = json::parse(args);
    const std::string image = text_in(asked, "name");
    const std::string file = text_in(asked, "file");
    jobs_.require_tools();
    jobs_.begin(call, "import", image, image.empty() ? file.substr(file.rfind('/') + 1) : image,
                [&jobs = jobs_, asked](Job& job, const JobStart::Claim& claim) {
                    import_job(job, jobs.tool(), asked, jobs.under_way(), claim);
                });
}

} // namespace imagebuild
