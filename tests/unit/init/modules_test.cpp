#include "init/modules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::init {
namespace {

TEST(ModuleList, ReadsAliasesAndFiles) {
    const auto entries = parse_module_list("- fs/overlay.ko\n"
                                           "virtio:d00000001v*,acpi*:X:* a.ko net/b.ko\n"
                                           "\n"
                                           "alone\n");
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_THAT(entries[0].aliases, testing::IsEmpty());
    EXPECT_THAT(entries[0].files, testing::ElementsAre("fs/overlay.ko"));
    EXPECT_THAT(entries[1].aliases, testing::ElementsAre("virtio:d00000001v*", "acpi*:X:*"));
    EXPECT_THAT(entries[1].files, testing::ElementsAre("a.ko", "net/b.ko"));
}

} // namespace
} // namespace banger::init
