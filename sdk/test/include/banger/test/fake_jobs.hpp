#pragma once

#include "fake_builder.hpp"

/// Long jobs: begun by the plugin, run when the test says so. See fake_host.hpp.
namespace banger::fake {

struct Jobs : Builder {
    static const banger_result* start(const banger_host* host, banger_call* call,
                                      const banger_job* job) {
        if (const banger_result* none = not_done(call, "operations.start")) {
            return none;
        }
        const std::string what = text(job->kind) + " " + text(job->target);
        if (const Failure* failure = failing(self(host), "operations.start", what)) {
            return give(call, *failure);
        }
        if (job->flags != 0 || job->run == nullptr || job->kind.len == 0) {
            return give(call, Failure{BANGER_E_INVALID, "a job has a kind and a function", {}});
        }
        const std::string id = "op-" + std::to_string(++self(host).last_id_);
        const auto run = job->run;
        void* context = job->context;
        self(host).jobs_.push_back({id,
                                    text(job->kind),
                                    text(job->target),
                                    [run, context](banger_call* raw) { return run(context, raw); },
                                    {},
                                    {},
                                    {},
                                    {}});
        return give(call, id);
    }
    static Job* job_of(banger_call* call, const char* function) {
        return usable(call, function) && call->is_job ? call->host.running_job_ : nullptr;
    }
    static banger_status stage(banger_call* call, banger_str name) {
        Job* job = job_of(call, "operations.stage");
        if (job == nullptr) {
            return BANGER_E_INVALID;
        }
        job->stages.push_back(text(name));
        return BANGER_OK;
    }
    static banger_status progress(banger_call* call, std::uint64_t, std::uint64_t, std::uint32_t) {
        return job_of(call, "operations.progress") != nullptr ? BANGER_OK : BANGER_E_INVALID;
    }
    static banger_status output(banger_call* call, std::int32_t, banger_str line) {
        Job* job = job_of(call, "operations.output");
        if (job == nullptr) {
            return BANGER_E_INVALID;
        }
        job->lines.push_back(text(line));
        return BANGER_OK;
    }
    static banger_status reaches(banger_call* call, std::uint32_t percent) {
        Job* job = job_of(call, "operations.reaches");
        if (job == nullptr || percent > 100) {
            return BANGER_E_INVALID;
        }
        job->reached.push_back(percent);
        return BANGER_OK;
    }
};

} // namespace banger::fake

#include "fake_background.hpp"
