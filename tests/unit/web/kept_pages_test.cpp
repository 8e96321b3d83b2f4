#include "pages/kept_pages.hpp"

#include "console_site.hpp"
#include "fake_console.hpp"
#include "pages/object_of.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace web {
namespace {

using nlohmann::json;
using test::FakeConsole;

std::string field_of(const std::string& html, const std::string& name) {
    std::smatch found;
    const std::regex input("name=\"" + name + "\" value=\"([^\"]*)\"");
    return std::regex_search(html, found, input) ? found[1].str() : std::string();
}

std::string without_fields(const std::string& html) {
    return std::regex_replace(html, std::regex("name=\"(csrf|idem)\" value=\"[^\"]*\""), "");
}

TEST(KeptPages, AreTheSameButForWhatTheirFormsCarry) {
    FakeConsole console;
    console.vms = json::array({test::vm("web", "running")});
    const std::string first = console.get("/vms").body;
    const std::string second = console.get("/vms").body;
    EXPECT_EQ(without_fields(first), without_fields(second));
    EXPECT_NE(field_of(first, "idem"), field_of(second, "idem"));
    EXPECT_NE(field_of(first, "csrf"), field_of(second, "csrf"));
    EXPECT_EQ(second.find(field_of(first, "idem")), std::string::npos);
    EXPECT_EQ(second.find(field_of(first, "csrf")), std::string::npos);
    EXPECT_EQ(console.site->csrf.check(field_of(second, "csrf"), 1000, "127.0.0.1:7777",
                                       Csrf::Clock::now()),
              Csrf::Verdict::good);
}

TEST(KeptPages, AreDrawnAnewOnceSomethingHasChanged) {
    FakeConsole console;
    console.vms = json::array({test::vm("web", "running")});
    EXPECT_NE(console.get("/vms").body.find("\"web\""), std::string::npos);
    console.vms = json::array({test::vm("other", "running")});
    EXPECT_NE(console.get("/vms").body.find("\"web\""), std::string::npos)
        << "nobody has told of it";
    console.changed();
    const std::string after = console.get("/vms").body;
    EXPECT_EQ(after.find("\"web\""), std::string::npos);
    EXPECT_NE(after.find("\"other\""), std::string::npos);
}

TEST(KeptPages, AreOfOneAddress) {
    FakeConsole console;
    console.vms = json::array({test::vm("web", "running"), test::vm("db", "stopped")});
    const std::string all = console.get("/vms").body;
    const std::string stopped = console.get("/vms?state=stopped").body;
    EXPECT_NE(all.find("data-vm=\"web\""), std::string::npos);
    EXPECT_EQ(stopped.find("data-vm=\"web\""), std::string::npos);
    EXPECT_EQ(without_fields(console.get("/vms").body), without_fields(all));
}

TEST(KeptPages, TakeOnlySoMuch) {
    const auto now = std::make_shared<const Snapshot>();
    KeptPages pages;
    Request request;
    const std::size_t each = KeptPages::most_bytes / 4;
    for (int i = 0; i < 8; ++i) {
        request.target = "/vms?q=" + std::to_string(i);
        pages.keep(now, request, Response::html(std::string(each, 'x')));
    }
    std::size_t kept = 0;
    for (int i = 0; i < 8; ++i) {
        request.target = "/vms?q=" + std::to_string(i);
        kept += pages.find(now, request) ? 1 : 0;
    }
    EXPECT_EQ(kept, 4U);
    request.target = "/vms?q=0";
    EXPECT_FALSE(pages.find(std::make_shared<const Snapshot>(), request)) << "of another time";
}

TEST(KeptPages, AreNoErrors) {
    const auto now = std::make_shared<const Snapshot>();
    KeptPages pages;
    Request request;
    request.target = "/vms";
    pages.keep(now, request, Response::html("no", 503));
    EXPECT_FALSE(pages.find(now, request));
}

TEST(ObjectOf, IsWhatBracesWouldMake) {
    json rows = json::array({1, 2});
    const std::string text = "x";
    EXPECT_EQ(object_of({{"A", text}, {"B", true}, {"C", std::move(rows)}, {"D", 1.5}}),
              (json{{"A", "x"}, {"B", true}, {"C", {1, 2}}, {"D", 1.5}}));
    EXPECT_EQ(object_of({{"A", 1}, {"A", 2}}), (json{{"A", 2}}));
    EXPECT_TRUE(object_of({}).is_object());
}

} // namespace
} // namespace web
