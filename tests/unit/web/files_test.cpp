#include "fake_console.hpp"
#include "files/listing.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace web::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

/// root/ with what a picker may meet, beside it what it may not show.
struct Files : testing::Test {
    fs::path base, root;
    Files() {
        std::string name = (fs::temp_directory_path() / "web-files-XXXXXX").string();
        base = ::mkdtemp(name.data());
        root = base / "root";
        fs::create_directories(root / "dir" / "sub");
        fs::create_directories(base / "outside");
        write(root / "a.ext4", "twelve bytes");
        write(root / ".hidden", "");
        write(root / "dir" / "b.img", "b");
        write(base / "outside" / "secret", "s");
    }
    ~Files() override {
        for (const auto& entry : fs::recursive_directory_iterator(base)) {
            if (!entry.is_symlink() && entry.is_directory()) {
                fs::permissions(entry.path(), fs::perms::owner_all);
            }
        }
        fs::remove_all(base);
    }
    static void write(const fs::path& path, const std::string& text) {
        std::ofstream(path) << text;
    }
    [[nodiscard]] Config config() const {
        Config made;
        made.file_roots = {root.string()};
        return made;
    }
    [[nodiscard]] Listing list(const std::string& below, ListingWish wish = {}) const {
        return list_folder(Root(root.string()), below, wish);
    }
    [[nodiscard]] int status_of(const std::string& below) const {
        try {
            (void)list(below);
            return 200;
        } catch (const Problem& problem) {
            return problem.status();
        }
    }
    [[nodiscard]] std::string address(const std::string& path, const std::string& more = "") const {
        return "/files?root=" + root.string() + "&path=" + path + more;
    }
};

std::vector<std::string> names_in(const Listing& listing) {
    std::vector<std::string> names;
    for (const Listed& entry : listing.entries) {
        names.push_back(entry.shown);
    }
    return names;
}

const Listed& named(const Listing& listing, const std::string& name) {
    for (const Listed& entry : listing.entries) {
        if (entry.shown == name) {
            return entry;
        }
    }
    static const Listed none;
    ADD_FAILURE() << "no " << name;
    return none;
}

TEST_F(Files, ListFoldersFirst) {
    const Listing listing = list("");
    EXPECT_EQ(names_in(listing), (std::vector<std::string>{"dir", "a.ext4"}));
    EXPECT_TRUE(listing.entries[0].is_folder);
    EXPECT_EQ(listing.entries[1].size, 12U);
    EXPECT_EQ(listing.entries[1].kind, "file");
    EXPECT_EQ(listing.entries[1].mode.substr(0, 2), "rw");
    EXPECT_EQ(names_in(list("dir/sub")), std::vector<std::string>{});
    EXPECT_EQ(names_in(list("", {"EXT", false})), std::vector<std::string>{"a.ext4"});
    EXPECT_EQ(names_in(list("", {"", true})),
              (std::vector<std::string>{"dir", ".hidden", "a.ext4"}));
}

TEST_F(Files, StayBelowTheRoot) { // T12
    fs::create_directory_symlink(base / "outside", root / "out");
    fs::create_directory_symlink("../outside", root / "out-relative");
    fs::create_directory_symlink("dir/sub", root / "inside");
    fs::create_symlink(base / "outside" / "secret", root / "secret");
    fs::create_symlink("/proc/self/root", root / "magic");
    fs::create_symlink("round", root / "round");
    for (const std::string path : {"..", "../outside", "dir/..", "dir/../../outside", "/etc", "//",
                                   "dir//sub", "./dir", "."}) {
        EXPECT_EQ(status_of(path), 400) << path;
    }
    EXPECT_EQ(status_of(std::string("dir\0/../..", 10)), 400);
    EXPECT_EQ(status_of("out"), 403);
    EXPECT_EQ(status_of("out-relative"), 403);
    EXPECT_EQ(status_of("magic"), 403);
    EXPECT_EQ(status_of("round"), 400);
    EXPECT_EQ(status_of("inside"), 200);
    EXPECT_EQ(status_of("nothing"), 404);
    EXPECT_EQ(status_of("dir\\sub"), 404); // a name like another
    EXPECT_EQ(status_of("a.ext4"), 400);   // no folder
    const Listing listing = list("");
    EXPECT_TRUE(named(listing, "inside").is_folder);
    for (const char* name : {"out", "out-relative", "secret", "magic", "round"}) {
        EXPECT_FALSE(named(listing, name).is_folder) << name;
        EXPECT_FALSE(named(listing, name).is_choice) << name;
        EXPECT_EQ(named(listing, name).size, 0U) << name; // nothing is told of what is outside
    }
}

TEST_F(Files, OpenNoFifo) {
    ASSERT_EQ(::mkfifo((root / "pipe").c_str(), 0600), 0);
    EXPECT_EQ(status_of("pipe"), 400); // at once: nobody is at its other end
    const Listing listing = list("");
    EXPECT_EQ(named(listing, "pipe").kind, "FIFO");
    EXPECT_FALSE(named(listing, "pipe").is_choice);
    FakeConsole console(config());
    const Response page = console.get(address("pipe"));
    EXPECT_EQ(page.status, 400);
    EXPECT_TRUE(has(page, "is a FIFO, no folder"));
}

TEST_F(Files, SayWhatMayNotBeRead) {
    if (::geteuid() == 0) {
        GTEST_SKIP() << "root may read everything";
    }
    fs::permissions(root / "dir", fs::perms::none);
    EXPECT_EQ(status_of("dir"), 403);
    FakeConsole console(config());
    const Response page = console.get(address("dir", "&field=rootfs&back=/images/-/register"));
    EXPECT_EQ(page.status, 403);
    EXPECT_TRUE(has(page, "may not be read"));
    EXPECT_TRUE(has(page, "href=\"/images/-/register\"")); // the way back is there
}

TEST_F(Files, BoundAFolderOfManyNames) {
    for (int i = 0; i < 10000; ++i) {
        write(root / "dir" / "sub" / ("file" + std::to_string(i)), "");
    }
    const Listing listing = list("dir/sub");
    EXPECT_EQ(listing.entries.size(), most_listed);
    EXPECT_EQ(listing.fitting, 10000U);
    EXPECT_TRUE(listing.whole);
    EXPECT_EQ(list("dir/sub", {"file9999", false}).entries.size(), 1U);
    FakeConsole console(config());
    const Response page = console.get(address("dir/sub"));
    EXPECT_EQ(page.status, 200);
    EXPECT_TRUE(has(page, "This folder has 10000 names; 1000 are shown"));
}

TEST_F(Files, ShowNamesAsText) { // T9
    write(root / "<img src=x onerror=alert(1)>", "");
    write(root / "new\nline", "");
    write(root / "bad\xff", "");
    const Listing listing = list("");
    EXPECT_TRUE(named(listing, "<img src=x onerror=alert(1)>").is_choice);
    EXPECT_FALSE(named(listing, "new?line").is_choice); // no form can carry it
    EXPECT_FALSE(named(listing, "bad?").is_choice);
    FakeConsole console(config());
    const Response page = console.get(address("", "&field=rootfs&back=/images/-/register"));
    EXPECT_FALSE(has(page, "<img src=x"));
    EXPECT_TRUE(has(page, "%3Cimg%20src%3Dx"));
    EXPECT_EQ(console.get(address(""), true).status, 200); // JSON of it, too
}

TEST_F(Files, ComeBackWithWhatTheFormHad) {
    FakeConsole console(config());
    const Response page = console.get(
        address("dir", "&field=rootfs&back=%2Fimages%2F-%2Fregister%3Fname%3Da%26rootfs%3Dold"));
    EXPECT_TRUE(has(page, "href=\"/images/-/register?name=a&amp;rootfs="));
    EXPECT_TRUE(has(page, "%2Fdir%2Fb.img\""));
    EXPECT_FALSE(has(page, "rootfs=old&amp;")); // replaced, not given twice
    EXPECT_TRUE(has(page, ">Use this folder</a>"));
    const Response evil =
        console.get(address("dir", "&field=rootfs&back=https%3A%2F%2Fevil.test%2F"));
    EXPECT_FALSE(has(evil, "evil.test"));
    EXPECT_FALSE(has(evil, ">Use this folder</a>"));
}

TEST_F(Files, BeginWhereTheFieldIs) {
    FakeConsole console(config());
    const std::string at = (root / "dir" / "b.img").string();
    EXPECT_TRUE(has(console.get("/files?field=x&back=/vms&at=" + at), ">b.img</a>"));
    EXPECT_TRUE(has(console.get("/files"), ">b.img")); // and then where it was last
    EXPECT_TRUE(has(console.get("/files?at=/etc/passwd"), ">b.img"));
    EXPECT_EQ(console.get("/files?root=/etc&path=").status, 403);
    EXPECT_EQ(console.get(address("..")).status, 400);
    EXPECT_EQ(console.get(address("%2e%2e/outside")).status, 400);
}

TEST_F(Files, AnswerInJson) {
    FakeConsole console(config());
    const json answer = json::parse(console.get(address(""), true).body);
    EXPECT_EQ(answer.at("entries").size(), 2U);
    EXPECT_EQ(answer.at("entries")[0].at("folder"), true);
    EXPECT_EQ(answer.at("entries")[1].at("path"), (root / "a.ext4").string());
    EXPECT_EQ(answer.at("absolute"), root.string());
    const Response gone = console.get(address("nothing"), true);
    EXPECT_EQ(gone.status, 404);
    EXPECT_TRUE(json::parse(gone.body).contains("error"));
}

} // namespace
} // namespace web::test
