#include "plugin/extensions.hpp"
#include "plugin/job.hpp"

namespace banger::plugin {
namespace {

const banger_result* start(const banger_host*, banger_call* call,
                           const banger_job* asked) noexcept {
    return answer(call, "operations.start", [&](Call& of) {
        require_struct(asked, &banger_job::context, "operations.start: the job");
        return std::make_shared<Job>(of.plugin, *asked, of.site.initiator)->start();
    });
}

Job& job_of(Call& call, const char* function) {
    if (!call.job) {
        throw os::Error(os::ErrorKind::invalid,
                        std::string(function) + ": " + call.site.text() + " is no job");
    }
    return *call.job;
}

banger_status stage(banger_call* call, banger_str name) noexcept {
    return perform(call, "operations.stage",
                   [&](Call& of) { job_of(of, "operations.stage").stage(of, view(name)); });
}

banger_status progress(banger_call* call, uint64_t done, uint64_t total, uint32_t unit) noexcept {
    return perform(call, "operations.progress", [&](Call& of) {
        job_of(of, "operations.progress").progress(of, done, total, unit);
    });
}

banger_status output(banger_call* call, int32_t level, banger_str line) noexcept {
    return perform(call, "operations.output", [&](Call& of) {
        job_of(of, "operations.output").output(of, level, view(line));
    });
}

banger_status reaches(banger_call* call, uint32_t percent) noexcept {
    return perform(call, "operations.reaches", [&](Call& of) {
        (void)job_of(of, "operations.reaches");
        Job::reaches(of, percent);
    });
}

} // namespace

const banger_operations_ops operations_ops{
    sizeof(banger_operations_ops), 0, start, stage, progress, output, reaches};

} // namespace banger::plugin
