#include "plugin/extensions.hpp"
#include "plugin/job.hpp"

namespace banger::plugin {
namespace {

const banger_result* start(const banger_host*, banger_call* call,
                           const banger_job* asked) noexcept {
    return answer(call, "operations.start", [&] {
        if (!asked || !BANGER_HAS(banger_job, asked, run)) {
            throw os::Error(os::ErrorKind::invalid, "operations.start: no job, or without run");
        }
        return std::make_shared<Job>(call->plugin, *asked)->start();
    });
}

Job& job_of(banger_call& call, const char* function) {
    if (!call.job) {
        throw os::Error(os::ErrorKind::invalid,
                        std::string(function) + ": " + call.site.text() + " is no job");
    }
    return *call.job;
}

banger_status stage(banger_call* call, banger_str name) noexcept {
    return perform(call, "operations.stage",
                   [&] { job_of(*call, "operations.stage").stage(*call, view(name)); });
}

banger_status progress(banger_call* call, uint64_t done, uint64_t total, uint32_t unit) noexcept {
    return perform(call, "operations.progress", [&] {
        job_of(*call, "operations.progress").progress(*call, done, total, unit);
    });
}

banger_status output(banger_call* call, int32_t level, banger_str line) noexcept {
    return perform(call, "operations.output",
                   [&] { job_of(*call, "operations.output").output(*call, level, view(line)); });
}

} // namespace

const banger_operations_ops operations_ops{
    sizeof(banger_operations_ops), 0, start, stage, progress, output};

} // namespace banger::plugin
