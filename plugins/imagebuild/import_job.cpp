#include "import_job.hpp"

#include "daemon_api.hpp"
#include "json_text.hpp"
#include "tool_run.hpp"

#include <filesystem>

namespace imagebuild {
namespace {

namespace fs = std::filesystem;
using banger::Error;
using nlohmann::json;

/// Before a long unpacking.
void require_free_name(const DaemonApi& api, const json& asked, const std::string& name) {
    if (!asked.value("replace", false) && api.find("/v1/images/" + DaemonApi::encoded(name))) {
        throw Error(BANGER_E_CONFLICT, "there is an image " + name + " already",
                    "take another name with --name, or --replace: VMs that were made of it go on");
    }
}

} // namespace

std::string image_name(const json& asked, const json& archive) {
    const std::string given = text_in(asked, "name");
    std::string name =
        given.empty() ? text_in(archive.value("image", json::object()), "name") : given;
    if (name.empty()) {
        throw Error(BANGER_E_INVALID,
                    fs::path(text_in(asked, "file")).filename().string() +
                        ": the archive does not say what the image is called",
                    "call it something with --name");
    }
    return name;
}

json image_request(const std::string& name, const json& asked, const std::string& staging,
                   const json& unpacked) {
    const json about = unpacked.value("image", json::object());
    json image = {{"source", "import"}};
    for (const char* key : {"base", "kernel_version", "recipe", "note"}) {
        if (const std::string text = text_in(about, key); !text.empty()) {
            image[key] = text;
        }
    }
    if (about.contains("content_bytes")) {
        image["content_bytes"] = about["content_bytes"];
    }
    return {{"name", name},
            {"staging", staging},
            {"replace", asked.value("replace", false)},
            {"image", std::move(image)}};
}

void import_job(banger::Job& job, const std::string& tool, const json& asked, UnderWay& under_way,
                std::shared_ptr<UnderWay::Claim> claim) {
    const DaemonApi api{banger::Host(banger::host_slot())};
    const std::string file = asked.at("file").get<std::string>();
    const std::string name = image_name(asked, text_in(asked, "name").empty()
                                                   ? run_tool(job, tool, {"about", "--file", file})
                                                   : json());
    if (!claim) {
        claim = under_way.claim(name, "import");
    }
    require_free_name(api, asked, name);
    const json staging = api.ask("POST", "/v1/image-stagings", json::object());
    const std::string id = staging.at("id").get<std::string>();
    // A daemon that is killed removes it at its next start.
    banger::Undo remove(
        [&] { (void)api.ask("DELETE", "/v1/image-stagings/" + DaemonApi::encoded(id)); });
    const json unpacked = run_tool(
        job, tool, {"unpack", "--file", file, "--dir", staging.at("dir").get<std::string>()},
        StagePlan({{"checking the archive", 15}, {"unpacking", 75}, {"registering", 10}}));
    const json request = image_request(name, asked, id, unpacked);
    job.stage("registering");
    job.reaches(100);
    job.call.check();
    const json image = api.ask("POST", "/v1/images", request);
    remove.commit();
    job.result(json{{"image", request.at("name")},
                    {"size_bytes", image.value("size_bytes", json())},
                    {"disk_bytes", unpacked.value("disk_bytes", json())},
                    {"next", "banger vm create --image " + name}}
                   .dump(-1, ' ', false, json::error_handler_t::replace));
}

} // namespace imagebuild
