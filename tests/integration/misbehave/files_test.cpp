// Files that cannot be loaded, all at once, beside one that can.
#include "side_effects.hpp"

#include <fstream>
#include <iterator>

#include <sys/stat.h>

namespace banger::plugin {
namespace {

using testing::StartsWith;
using vm::Hook;

struct BadFiles : Misbehaving {
    std::string file(const std::string& name) const {
        return (host->plugins / (name + ".so")).string();
    }
    void write(const std::string& name, const std::string& bytes) const {
        std::ofstream(file(name), std::ios::binary) << bytes;
        host->settings.entries[name].place = "config.yaml:1:1";
    }
    /// The bytes of a good one, one of them changed.
    static std::string library(std::size_t at, char byte) {
        std::ifstream whole(std::string(BANGER_TEST_PLUGINS) + "/misbehave.so", std::ios::binary);
        std::string bytes((std::istreambuf_iterator<char>(whole)), {});
        bytes.at(at) = byte;
        return bytes;
    }
    void expect(const std::string& name, const std::string& reason) {
        EXPECT_EQ(host->info(name).state, State::failed) << name;
        EXPECT_EQ(host->reason(name), reason);
    }
};

TEST_F(BadFiles, AreRefusedEachWithItsReasonAndCostNobodyElse) {
    constexpr std::size_t elf_class = 4;
    constexpr std::size_t type = 16;
    constexpr std::size_t machine = 18;
    write("text", "hello\n");
    write("empty", "");
    write("header", library(0, '\x7f').substr(0, 20));
    write("half", library(0, '\x7f').substr(0, 30'000));
    write("other-machine", library(machine, '\xf3'));
    write("narrow", library(elf_class, 1));
    write("program", library(type, 2)); // ET_EXEC
    for (const char* name :
         {"mis-unresolved", "mis-nosymbol", "mis-needy", "mis-loop1", "mis-loop2", "mis-noundo"}) {
        host->add(name);
    }
    host->add("misbehave", "", "renamed");
    host->add("misbehave", "", "open-to-all");
    ::chmod(file("open-to-all").c_str(), 0757);
    ASSERT_EQ(load(R"(","order":"x)"), ""); // a key that its schema does not have

    expect("text", file("text") + ": not an ELF file; expected an ELF shared library");
    expect("empty", file("empty") + ": empty file; expected an ELF shared library");
    expect("header", file("header") + ": truncated ELF file: 20 bytes");
    expect("half", file("half") + ": damaged or truncated ELF file");
    EXPECT_THAT(host->reason("other-machine"),
                StartsWith(file("other-machine") + ": built for riscv; this host is "));
    expect("narrow", file("narrow") + ": a 32-bit ELF file; this host needs 64-bit ones");
    expect("program", file("program") + ": an ELF file, but no shared library");
    expect("mis-unresolved", file("mis-unresolved") + ": the dynamic linker refuses it: undefined "
                                                      "symbol: a_function_of_nobody");
    expect("mis-nosymbol", file("mis-nosymbol") + ": does not export banger_plugin_entry_v1, so it "
                                                  "is no banger plugin");
    expect("mis-needy", "needs plugin 'gone', which is not there");
    for (const char* name : {"mis-loop1", "mis-loop2"}) {
        expect(name, "its order is a cycle: mis-loop1 -> mis-loop2 -> mis-loop1");
    }
    expect("mis-noundo", file("mis-noundo") + ": has before_create but no undo");
    expect("renamed", file("renamed") + ": its id is 'misbehave', expected 'renamed' as the file "
                                        "is named (rename the file to misbehave.so)");
    expect("open-to-all", file("open-to-all") +
                              ": writable by everybody; whoever can change a "
                              "plugin runs code as you (chmod o-w " +
                              file("open-to-all") + ")");
    expect("misbehave",
           "config.yaml:1:1: plugins.entries.misbehave.config: order: unknown key; did "
           "you mean 'orders'?");

    EXPECT_EQ(run(Hook::before_create), "");
    EXPECT_EQ(run(Hook::before_start), "");
    EXPECT_EQ(host->catalog->active().size(), 1U);
    EXPECT_EQ(host->open_records().size(), 2U); // of the good one alone
    expect_the_other_is_well();
}

TEST_F(BadFiles, TheSecondOfTwoWithOneIdIsIgnored) {
    const auto second = dir.path() / "second";
    std::filesystem::create_directory(second);
    std::filesystem::copy_file(std::filesystem::path(BANGER_TEST_PLUGINS) / "rec-well.so",
                               second / "rec-well.so");
    host->settings.path.push_back(second);
    ASSERT_EQ(load(""), "");
    EXPECT_EQ(host->info("rec-well").path, file("rec-well"));
    EXPECT_TRUE(host->logged((second / "rec-well.so").string() +
                             ": ignored, plugin 'rec-well' is " + file("rec-well") + " already"));
    expect_the_other_is_well();
}

} // namespace
} // namespace banger::plugin
