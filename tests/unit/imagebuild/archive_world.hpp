#pragma once

#include <banger/plugin.hpp>
#include <banger/test/fake_host.hpp>

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace imagebuild::test {

/// A daemon that has the image "web", and a tool that ends as `end` says.
class ArchiveWorld : public testing::Test {
  protected:
    ArchiveWorld();
    ~ArchiveWorld() override;

    /// One job that does this, to its end.
    banger::fake::Job run(const std::function<void(banger::Job&)>& work);

    banger::fake::Host host;
    banger::fake::ProgramEnd end;
    std::vector<std::vector<std::string>> ran; ///< the tool's command lines
};

} // namespace imagebuild::test
