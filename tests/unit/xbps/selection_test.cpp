#include "xbps/selection.hpp"

#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/temporary_dir.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace banger::xbps {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

struct Entry {
    std::string pkgver;
    std::vector<std::string> depends{};
    std::vector<std::string> provides{};
    std::vector<std::string> conflicts{};
    std::string architecture = "x86_64";
};

void write_index(const fs::path& file, const std::vector<Entry>& entries) {
    Plist list = Plist::dict();
    for (const Entry& entry : entries) {
        Plist package = Plist::dict();
        package.members.emplace("pkgver", Plist::of(entry.pkgver));
        package.members.emplace("architecture", Plist::of(entry.architecture));
        package.members.emplace("filename-sha256", Plist::of(std::string(64, 'a')));
        package.members.emplace("run_depends", Plist::list(entry.depends));
        package.members.emplace("provides", Plist::list(entry.provides));
        package.members.emplace("conflicts", Plist::list(entry.conflicts));
        list.members.emplace(entry.pkgver.substr(0, entry.pkgver.rfind('-')), package);
    }
    const std::string text = write_plist(list);
    archive* tar = archive_write_new();
    archive_write_set_format_pax(tar);
    archive_write_add_filter_gzip(tar); // older mirrors; zstd is in the integration test
    ASSERT_EQ(archive_write_open_filename(tar, file.c_str()), ARCHIVE_OK);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, "index.plist");
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, static_cast<la_int64_t>(text.size()));
    archive_write_header(tar, entry);
    archive_write_data(tar, text.data(), text.size());
    archive_entry_free(entry);
    archive_write_close(tar);
    archive_write_free(tar);
}

class SelectionTest : public testing::Test {
  protected:
    std::vector<std::string> selected(const std::vector<Entry>& entries,
                                      const std::vector<std::string>& patterns) {
        write_index(file, entries);
        const Index index = Index::read(file, "x86_64", interrupt);
        std::vector<std::string> out;
        for (const Package* package : select(index, patterns)) {
            out.push_back(package->pkgver);
        }
        return out;
    }

    std::string refusal(const std::vector<Entry>& entries,
                        const std::vector<std::string>& patterns) {
        try {
            (void)selected(entries, patterns);
        } catch (const os::Error& error) {
            EXPECT_FALSE(error.hint().empty());
            return error.what();
        }
        return "selected";
    }

    bundle::Interrupt interrupt;
    os::TemporaryDir dir;
    fs::path file = dir.path() / "x86_64-repodata";
};

TEST_F(SelectionTest, PutsEachPackageAfterWhatItNeeds) {
    EXPECT_THAT(selected({{"app-1_1", {"lib>=2", "data"}},
                          {"lib-2.1_1", {"base>=0"}},
                          {"data-1_1", {"base-1_1"}},
                          {"base-1_1"},
                          {"other-1_1"}},
                         {"app"}),
                ElementsAre("base-1_1", "lib-2.1_1", "data-1_1", "app-1_1"));
}

TEST_F(SelectionTest, ACircleBeginsSomewhere) {
    EXPECT_THAT(selected({{"a-1_1", {"b"}}, {"b-1_1", {"a"}}}, {"a"}),
                ElementsAre("b-1_1", "a-1_1"));
}

TEST_F(SelectionTest, AVirtualPackageIsOneThatIsChosenAnyway) {
    const std::vector<Entry> entries{
        {"app-1_1", {"awk>=0"}}, {"gawk-5_1", {}, {"awk-5_1"}}, {"mawk-1_1", {}, {"awk-1.3"}}};
    EXPECT_THAT(selected(entries, {"app"}), ElementsAre("gawk-5_1", "app-1_1"));
    EXPECT_THAT(selected(entries, {"app", "mawk"}), ElementsAre("mawk-1_1", "app-1_1"));
}

TEST_F(SelectionTest, WhatIsMissingIsToldWithWhoNeedsIt) {
    EXPECT_THAT(refusal({{"app-1_1", {"lib>=3"}}, {"lib-2_1"}}, {"app"}),
                HasSubstr("'lib>=3', which app-1_1 needs; the repository has lib-2_1"));
    EXPECT_THAT(refusal({{"a-1_1", {"b"}}, {"b-1_1", {"nosuch"}}}, {"a"}),
                HasSubstr("'nosuch', which b-1_1 needs, which a-1_1 needs"));
    EXPECT_THAT(refusal({{"a-1_1"}}, {"b"}), HasSubstr("no package satisfies 'b'"));
}

TEST_F(SelectionTest, PackagesThatExcludeEachOtherAreRefused) {
    EXPECT_THAT(refusal({{"a-1_1", {}, {}, {"b<2"}}, {"b-1_1"}}, {"a", "b"}),
                HasSubstr("a-1_1 and b-1_1 exclude each other"));
    EXPECT_THAT(selected({{"a-1_1", {}, {}, {"b<2"}}, {"b-2_1"}}, {"a", "b"}),
                ElementsAre("a-1_1", "b-2_1"));
}

TEST_F(SelectionTest, AnIndexThatIsNoneIsRefused) {
    EXPECT_THAT(refusal({{"../evil-1_1"}}, {"x"}), HasSubstr("calls itself"));
    EXPECT_THAT(refusal({{"a-1_1", {}, {}, {}, "armv7l"}}, {"a"}), HasSubstr("armv7l"));
    write_index(file, {{"a-1_1"}});
    fs::resize_file(file, fs::file_size(file) / 2);
    EXPECT_THROW((void)Index::read(file, "x86_64", interrupt), os::Error);
}

} // namespace
} // namespace banger::xbps
