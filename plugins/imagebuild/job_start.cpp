#include "job_start.hpp"

#include "doctor.hpp"

#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

namespace imagebuild {

using banger::Call;
using banger::Error;
using banger::Job;
using nlohmann::json;

JobStart::JobStart(banger::Host host, const Places& places)
    : host_(host), places_(places), api_(host), holdings_(host), operations_(host),
      logs_(std::string(host.state_dir()) + "/logs") {}

void JobStart::begin(Call& call, std::string_view kind, const std::string& image,
                     const std::string& target, Work work) {
    const Claim claim = image.empty() ? nullptr : under_way_.claim(image, std::string(kind));
    start(call, kind, target, [work = std::move(work), claim](Job& job) { work(job, claim); });
}

void JobStart::start(Call& call, std::string_view kind, const std::string& target,
                     banger::Operations::Function work) {
    banger::Operations::Times times;
    times.cleanup = std::chrono::minutes(5); // a VM is deleted, maybe on a busy machine
    const std::string begun(operations_.start(call, kind, target, std::move(work), times));
    call.emit_json(json{{"operation", begun}}.dump());
}

void JobStart::tidy(Call& call) {
    (void)operations_.start(call, "tidy", "builds",
                            [this](Job& job) { holdings_.tidy(job, under_way_); });
}

void JobStart::require_tools() const {
    const json found = check_tools(places_);
    if (found.at("severity") == "error") {
        throw Error(BANGER_E_UNAVAILABLE, found.at("title").get<std::string>(),
                    found.at("fix").get<std::string>());
    }
}

void JobStart::require_free(const std::string& image, bool replace) const {
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

} // namespace imagebuild
