#include "supervisor/image_growth.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <gtest/gtest.h>

namespace banger::supervisor {
namespace {

class ImageGrowth : public testing::Test {
  protected:
    ImageGrowth() {
        plan.dir = dir.path();
        plan.disks = {{"work", "work", "work.img"}, {"gone", "gone", "gone.img"}};
        os::write_file_atomic(dir.path() / "work.img", std::string(1024, 'x'));
    }
    std::string refusal(const std::string& id, std::uint64_t bytes) {
        try {
            (void)growing_disk(plan, id, bytes);
        } catch (const os::Error& error) {
            return error.what();
        }
        return "accepted";
    }

    os::TemporaryDir dir;
    vmm::SupervisorPlan plan;
};

TEST_F(ImageGrowth, ADiskMayGrowOrStayAndNeverShrink) {
    EXPECT_EQ(growing_disk(plan, "work", 2048).path, "work.img");
    EXPECT_EQ(refusal("work", 1024), "accepted");
    EXPECT_EQ(refusal("work", 512), "disk 'work' has 1024 bytes and would lose some with 512");
    EXPECT_EQ(refusal("work", 2000), "no disk has 2000 bytes");
    EXPECT_EQ(refusal("base", 2048), "the VM has no disk 'base' that could grow");
    EXPECT_NE(refusal("gone", 2048), "accepted");
    plan.disks = {{"null", "null", "/dev/null"}};
    EXPECT_EQ(refusal("null", 2048), "disk image /dev/null is no regular file");
}

TEST_F(ImageGrowth, AFileGetsLongerAndKeepsWhatItHas) {
    grow_image(dir.path() / "work.img", 4096);
    const std::string text = os::read_file(dir.path() / "work.img");
    EXPECT_EQ(text, std::string(1024, 'x') + std::string(3072, '\0'));
    grow_image(dir.path() / "work.img", 512);
    EXPECT_EQ(std::filesystem::file_size(dir.path() / "work.img"), 4096U);
}

} // namespace
} // namespace banger::supervisor
