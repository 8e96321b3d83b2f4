#pragma once

#include "job_start.hpp"

#include <banger/plugin.hpp>

#include <string_view>

namespace imagebuild {

/// The verbs of VMs: `vm commit` begins a job, `vm diff` answers.
class VmVerbs {
  public:
    explicit VmVerbs(JobStart& jobs) : jobs_(jobs) {}

    void commit(banger::Call& call, std::string_view args);
    void diff(banger::Call& call, std::string_view args);

  private:
    JobStart& jobs_;
};

} // namespace imagebuild
