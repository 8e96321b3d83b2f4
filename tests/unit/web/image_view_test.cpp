#include "pages/image_view.hpp"

#include "page_host.hpp"
#include "pages/images.hpp"
#include "told.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using nlohmann::json;

class ImagePages : public testing::Test {
  protected:
    ImagePages() {
        now.vms = json::parse(R"([{"name": "testbox"}, {"name": "web-1"}, {"name": "web-2"}])");
        json bundle = told_image();
        bundle.update({{"name", "debian"},
                       {"kind", "bundle"},
                       {"default", true},
                       {"base", nullptr},
                       {"note", nullptr},
                       {"packages", nullptr},
                       {"used_by", json::array()}});
        now.images = json::array({bundle, told_image()});
        now.taken_at = std::chrono::system_clock::from_time_t(1796040610);
    }
    Snapshot now;
};

TEST_F(ImagePages, ListThem) {
    const json page = images_page(now, "");
    ASSERT_EQ(page.at("TABLE").at("ROWS").size(), 2U);
    EXPECT_EQ(page.at("TABLE").at("CAPTION"), "2 images, 3 GiB on this machine's disk");
    const json& bundle = page.at("TABLE").at("ROWS").at(0);
    EXPECT_EQ(bundle.at("DEFAULT"), true);
    EXPECT_EQ(bundle.at("USERS"), false);
    const json& dev = page.at("TABLE").at("ROWS").at(1);
    EXPECT_EQ(dev.at("PATH"), "/images/dev");
    EXPECT_EQ(dev.at("ON_DISK"), "1.5 GiB");
    EXPECT_EQ(dev.at("CONTENT"), "1.2 GiB");
    EXPECT_EQ(dev.at("BASE").at("BASE_PATH"), "/images/debian");
    EXPECT_EQ(dev.at("BASE").at("THERE"), true);
    EXPECT_EQ(dev.at("PACKAGES"), "412");
    EXPECT_EQ(dev.at("USERS").at("VM_LINKS").size(), 3U);
    EXPECT_EQ(dev.at("USERS").at("MORE").at("VALUE"), "and 1 more");
}

TEST_F(ImagePages, AreSearched) {
    EXPECT_EQ(images_page(now, "everyday").at("TABLE").at("ROWS").size(), 1U);
    EXPECT_EQ(images_page(now, "BUNDLE debian").at("TABLE").at("ROWS").size(), 1U);
    const json none = images_page(now, "nothing");
    EXPECT_EQ(none.at("TABLE"), false);
    EXPECT_EQ(none.at("EMPTY"), false);
    EXPECT_EQ(none.at("NO_MATCH").at("WHAT"), "Searched for: nothing");
    now.images = json::array();
    const json empty = images_page(now, "");
    EXPECT_TRUE(empty.at("EMPTY").is_object());
    EXPECT_EQ(empty.at("NO_MATCH"), false);
    EXPECT_NE(drawn("images", empty).find("/doctor"), std::string::npos);
}

TEST_F(ImagePages, OfferForManyWhatCanGo) {
    json old = told_image();
    old.update({{"name", "old"}, {"used_by", json::array()}});
    now.images.push_back(old);
    const json page = images_page(now, "nothing", true);
    EXPECT_EQ(page.at("BULK"), false);
    const json all = images_page(now, "d", true);
    EXPECT_EQ(all.at("BULK").at("COUNT"), "1 image");
    EXPECT_EQ(all.at("BULK").at("SELECT_ALL"), "/images?q=d&select=all");
    const std::string html = drawn("images", all);
    EXPECT_NE(html.find("action=\"/images/bulk\""), std::string::npos);
    EXPECT_NE(html.find("value=\"old\" form=\"bulk\" checked"), std::string::npos);
    EXPECT_EQ(html.find("value=\"dev\""), std::string::npos) << "VMs use it";
    EXPECT_EQ(html.find("value=\"debian\""), std::string::npos) << "it is the bundle's";
    EXPECT_NE(html.find("href=\"/images/-/prune\""), std::string::npos);
    EXPECT_EQ(drawn("images", images_page(now, "")).find(" checked"), std::string::npos);
    now.images.erase(2);
    EXPECT_EQ(drawn("images", images_page(now, "")).find("id=\"bulk\""), std::string::npos);
}

TEST_F(ImagePages, ShowAllOfOne) {
    const json page = image_page(told_image(), now);
    EXPECT_EQ(page.at("CREATE_PATH"), "/vms/-/new?image=dev");
    EXPECT_EQ(page.at("MADE_BY").at("VALUE"), "a build: banger image build");
    EXPECT_EQ(page.at("RECIPE").at("VALUE"), "sha256:0123456789abcdef");
    EXPECT_EQ(page.at("MANIFEST_OF").at("COUNT"), "412 packages");
    EXPECT_EQ(page.at("MANIFEST_OF").at("PACKAGES_PATH"), "/images/dev/packages");
    EXPECT_EQ(page.at("OLDER").at("VM_LINKS").size(), 1U);
    EXPECT_EQ(page.at("USERS").at("VM_LINKS").size(), 4U);
    EXPECT_EQ(page.at("USERS").at("VM_LINKS").at(2).at("GONE"), true);
    const std::string html = drawn("image", page);
    for (const char* text :
         {"/store/dev/rootfs.ext4", "/store/dev/vmlinux", "/store/dev/modules",
          "/store/dev/work-seed.ext4", "/store/dev/packages.txt", "1.2 GiB",
          "banger vm create --image dev", "href=\"/vms/web-1\"", "href=\"/images/dev/export\""}) {
        EXPECT_NE(html.find(text), std::string::npos) << text;
    }
    EXPECT_EQ(html.find("href=\"/vms/gone-meanwhile\""), std::string::npos);
}

TEST_F(ImagePages, SayWhyOneStays) {
    json image = told_image();
    EXPECT_EQ(why_image_stays(image), "4 VMs use it.");
    image["used_by"] = json::array({"testbox"});
    EXPECT_EQ(why_image_stays(image), "1 VM uses it.");
    EXPECT_EQ(image_page(image, now).at("DELETE_PATH"), false);
    image["used_by"] = json::array();
    EXPECT_EQ(why_image_stays(image), "");
    EXPECT_EQ(image_page(image, now).at("DELETE_PATH").at("VALUE"), "/images/dev/confirm/delete");
    image["default"] = true;
    EXPECT_NE(why_image_stays(image).find("default"), std::string::npos);
    EXPECT_EQ(image_page(image, now).at("MAY_BE_DEFAULT"), false);
    image["kind"] = "bundle";
    EXPECT_NE(why_image_stays(image).find("bundle"), std::string::npos);
}

TEST_F(ImagePages, TellOfOneThatIsBroken) {
    json image = told_image();
    image["ok"] = false;
    EXPECT_EQ(image_page(image, now).at("PROBLEM").at("VALUE"), "files of it are missing");
    image["problem"] = "rootfs.ext4: No such file";
    const json page = image_page(image, now);
    EXPECT_EQ(page.at("PROBLEM").at("VALUE"), "rootfs.ext4: No such file");
    EXPECT_EQ(page.at("MAY_BE_DEFAULT"), false);
    EXPECT_EQ(page.at("EXPORT_PATH"), false);
    EXPECT_NE(drawn("image", page).find("role=\"alert\""), std::string::npos);
}

TEST_F(ImagePages, KeepNamesInsideOfAddresses) {
    json image = told_image();
    image["name"] = "a/../b?c#d";
    EXPECT_EQ(image_page(image, now).at("PATH"), "/images/a%2F..%2Fb%3Fc%23d");
    EXPECT_EQ(image_page(image, now).at("CREATE_PATH"), "/vms/-/new?image=a%2F..%2Fb%3Fc%23d");
}

TEST_F(ImagePages, ListPackages) {
    const PackageList list =
        PackageList::parse("bash 5.2\ncurl 7.88.1-10\nbash-completion 1:2.11\n");
    const json all = packages_page(told_image(), list, "");
    EXPECT_EQ(all.at("TABLE").at("CAPTION"), "3 packages");
    const json found = packages_page(told_image(), list, "BASH 2.11");
    ASSERT_EQ(found.at("TABLE").at("ROWS").size(), 1U);
    EXPECT_EQ(found.at("TABLE").at("ROWS").at(0).at("VERSION_TEXT"), "1:2.11");
    EXPECT_EQ(packages_page(told_image(), list, "x").at("NO_MATCH"), true);
    std::string many;
    for (int i = 0; i < 2500; ++i) {
        many += "package-" + std::to_string(i) + " 1\n";
    }
    const json cut = packages_page(told_image(), PackageList::parse(many), "");
    EXPECT_EQ(cut.at("TABLE").at("ROWS").size(), 2000U);
    EXPECT_EQ(cut.at("TABLE").at("CAPTION"), "2500 packages");
    EXPECT_TRUE(cut.at("CUT").is_object());
}

} // namespace
} // namespace web
