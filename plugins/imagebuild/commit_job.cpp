#include "commit_job.hpp"

#include "build_request.hpp"
#include "holdings.hpp"
#include "image_files.hpp"
#include "job_log.hpp"
#include "job_stages.hpp"
#include "way_back.hpp"

#include <vector>

#include <nlohmann/json.hpp>

namespace imagebuild {

const char commit_schema[] = R"({"required": ["vm", "image"], "properties": {
    "vm": {"type": "string", "description": "the VM to save"},
    "image": {"type": "string", "description": "what to call the image"},
    "stop": {"type": "boolean", "default": false, "description": "stop it first; it stays so"},
    "replace": {"type": "boolean", "default": false,
                "description": "take the place of an image of that name"}}})";

namespace {

using banger::Error;
using nlohmann::json;

std::string target_of(const std::string& vm) {
    return "/v1/vms/" + DaemonApi::encoded(vm);
}

bool is_down(const json& vm) {
    const std::string state = vm.value("state", "");
    return state == "stopped" || state == "crashed";
}

void require_down(const json& vm) {
    if (!is_down(vm)) {
        const std::string name = vm.value("name", "");
        throw Error(BANGER_E_CONFLICT,
                    "VM " + name + " is " + vm.value("state", "") +
                        ": the disks of a VM that runs change under the copy",
                    "stop it with: banger vm stop " + name + ", or give --stop");
    }
}

/// The image of an image that was made here says what it was made of in the beginning.
std::string base_of(const DaemonApi& api, const std::string& image) {
    const auto found = api.find("/v1/images/" + DaemonApi::encoded(image));
    const auto base = found ? found->find("base") : json::const_iterator();
    const bool named = found && base != found->end() && base->is_string() &&
                       !base->get_ref<const std::string&>().empty();
    return named ? base->get<std::string>() : image;
}

StagePlan plan_of_commit() {
    std::vector<StagePlan::Stage> stages{{"stopping", 4}, {"preparing", 1}};
    const auto files = ImageFiles::stages();
    stages.insert(stages.end(), files.begin(), files.end());
    return StagePlan(std::move(stages));
}

} // namespace

CommitRequest commit_request(std::string_view args_json, const DaemonApi& api) {
    const json args = json::parse(args_json);
    CommitRequest request{args.at("vm").get<std::string>(), args.at("image").get<std::string>(),
                          args.value("replace", false), args.value("stop", false)};
    require_image_name(request.image);
    const json vm = api.ask("GET", target_of(request.vm));
    if (!request.stop) {
        require_down(vm);
    }
    return request;
}

void commit_vm(banger::Host host, banger::Job& job, const CommitRequest& request,
               const std::shared_ptr<UnderWay::Claim>& claim, const std::string& tool,
               const std::filesystem::path& logs) {
    JobLog log(job, logs, request.image);
    const DaemonApi api(host);
    const Holdings holdings(host);
    Holding held;
    held.note = builder_name(request.image);
    JobStages stages(log, claim, plan_of_commit());
    ImageFiles files(host, log, tool, stages);
    WayBack back(log);
    claim->holds(held.note);
    back.add("forget the commit", [&] {
        if (back.clean()) {
            holdings.forget(held);
        }
    });
    back.add("remove the staging", [&] { holdings.remove_staging(held.staging); });

    if (request.stop && !is_down(api.ask("GET", target_of(request.vm)))) {
        stages.begin("stopping");
        (void)api.completed(job.call,
                            api.ask("POST", target_of(request.vm) + "/stop", json::object()));
    }
    const json vm = api.ask("GET", target_of(request.vm));
    require_down(vm);
    stages.begin("preparing");
    held.staging = files.begin();
    holdings.keep(held);
    const std::filesystem::path folder(vm.at("paths").at("dir").get<std::string>());
    files.take_root(folder);
    files.take_work(folder);
    files.take_boot_files(boot_set_of(api, request.vm));
    const json now = api.ask("GET", target_of(request.vm));
    if (!is_down(now) || now.value("since", "") != vm.value("since", "")) {
        throw Error(BANGER_E_CONFLICT, "VM " + request.vm + " was started while it was saved",
                    "nothing was saved; stop it, and save it again");
    }
    json result = files.finish(request.image, request.replace,
                               {{"base", base_of(api, vm.value("image", ""))},
                                {"source", "commit"},
                                {"note", "saved from VM " + request.vm}});
    job.result(result.dump(-1, ' ', false, json::error_handler_t::replace));
}

} // namespace imagebuild
