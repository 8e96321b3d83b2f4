#include "vm_verbs.hpp"

#include "commit_job.hpp"
#include "diff.hpp"

#include <memory>

namespace imagebuild {

using banger::Call;
using banger::Job;

void VmVerbs::commit(Call& call, std::string_view args) {
    const auto request = std::make_shared<CommitRequest>(commit_request(args, jobs_.api()));
    jobs_.require_tools();
    jobs_.require_free(request->image, request->replace);
    jobs_.begin(call, "commit", request->image, request->image,
                [&jobs = jobs_, request](Job& job, const JobStart::Claim& claim) {
                    commit_vm(jobs.host(), job, *request, claim, jobs.tool(), jobs.logs());
                });
}

void VmVerbs::diff(Call& call, std::string_view args) {
    jobs_.require_tools();
    emit_diff(jobs_.host(), call, args, jobs_.tool());
}

} // namespace imagebuild
