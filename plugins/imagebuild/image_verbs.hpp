#pragma once

#include "config.hpp"
#include "job_start.hpp"

#include <banger/plugin.hpp>

#include <string_view>

namespace imagebuild {

/// The verbs of images: `image build`, `export`, `import`. Each begins a job.
class ImageVerbs {
  public:
    ImageVerbs(const Config& config, JobStart& jobs) : config_(config), jobs_(jobs) {}

    void build(banger::Call& call, std::string_view args);
    void export_image(banger::Call& call, std::string_view args);
    void import_image(banger::Call& call, std::string_view args);

  private:
    const Config& config_;
    JobStart& jobs_;
};

extern const char export_schema[]; ///< of the verbs' arguments; build_schema is beside its request
extern const char import_schema[];

} // namespace imagebuild
