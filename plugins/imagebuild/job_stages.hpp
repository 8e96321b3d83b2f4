#pragma once

#include "job_log.hpp"
#include "stage_plan.hpp"
#include "under_way.hpp"

#include <memory>
#include <string>
#include <utility>

namespace imagebuild {

/// The stages of a job that makes an image: in the operation with the part of the whole that each
/// is, in the log, and where it is told what is under way.
class JobStages {
  public:
    JobStages(JobLog& log, std::shared_ptr<UnderWay::Claim> claim, StagePlan plan)
        : log_(log), claim_(std::move(claim)), plan_(std::move(plan)) {}

    void begin(const std::string& name) {
        log_.stage(name);
        claim_->stage(name);
        if (const auto percent = plan_.begin(name)) {
            log_.job().reaches(*percent);
        }
    }

  private:
    JobLog& log_;
    std::shared_ptr<UnderWay::Claim> claim_;
    StagePlan plan_;
};

} // namespace imagebuild
