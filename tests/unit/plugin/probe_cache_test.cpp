#include "plugin/probe_cache.hpp"

#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace banger::plugin {
namespace {

struct Cached : testing::Test {
    os::TemporaryDir dir;
    std::filesystem::path program = dir.path() / "banger-plugin";
    std::filesystem::path file = dir.path() / "probes.json";
    std::filesystem::path plugin = dir.path() / "nat.so";
    FileIdentity identity{.device = 1, .inode = 2, .size = 3, .mtime_ns = 4};

    Cached() {
        std::ofstream(program) << "one";
        std::ofstream(plugin) << "a plugin";
        ProbeCache cache(file, program);
        cache.add(plugin, identity);
        cache.save();
    }
    bool good(const FileIdentity& wanted) const {
        return ProbeCache(file, program).good(plugin, wanted);
    }
};

TEST_F(Cached, IsGoodForEachPartOfTheIdentity) {
    EXPECT_TRUE(good(identity));
    FileIdentity other = identity;
    other.device = 9;
    EXPECT_FALSE(good(other));
    other = identity;
    other.inode = 9;
    EXPECT_FALSE(good(other));
    other = identity;
    other.size = 9;
    EXPECT_FALSE(good(other));
    other = identity;
    other.mtime_ns = 9;
    EXPECT_FALSE(good(other));
    EXPECT_FALSE(ProbeCache(file, program).good(dir.path() / "dns.so", identity));
}

TEST_F(Cached, WhatAnotherProgramFoundDoesNotCount) {
    std::ofstream(program) << "another";
    EXPECT_FALSE(good(identity));
}

TEST_F(Cached, FilesThatAreGoneAreForgotten) {
    std::filesystem::remove(plugin);
    ProbeCache cache(file, program);
    cache.add(program, identity);
    cache.save();
    EXPECT_FALSE(good(identity));
    EXPECT_TRUE(ProbeCache(file, program).good(program, identity));
}

TEST_F(Cached, NothingNewIsNotWritten) {
    std::filesystem::remove(file);
    ProbeCache(file, program).save();
    EXPECT_FALSE(std::filesystem::exists(file));
}

} // namespace
} // namespace banger::plugin
