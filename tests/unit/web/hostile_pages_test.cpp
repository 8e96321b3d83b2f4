#include "actions/retries.hpp"
#include "page_host.hpp"
#include "pages/check_view.hpp"
#include "pages/config_view.hpp"
#include "pages/image_view.hpp"
#include "pages/images.hpp"
#include "pages/operation_filter.hpp"
#include "pages/operation_view.hpp"
#include "pages/ops.hpp"
#include "pages/plugin_view.hpp"
#include "state/field.hpp"
#include "told.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <regex>

namespace web {
namespace {

using nlohmann::json;

struct DrawnPage {
    const char* name;
    json (*told)();                               ///< what it is made of
    std::function<std::string(const json&)> html; ///< of that
};

Snapshot holding(const json& images, const json& plugins) {
    Snapshot now;
    now.vms = json::array({{{"name", "testbox"}}});
    now.images = images;
    now.plugins = plugins;
    return now;
}

const std::vector<DrawnPage>& drawn_pages() {
    static const std::vector<DrawnPage> pages{
        {"ops", told_operation,
         [](const json& told) {
             return drawn("ops", operations_page(json::array({told}), {}, Snapshot(), Retries()));
         }},
        {"op", told_operation,
         [](const json& told) {
             return drawn(
                 "op", operation_page(told, holding(json::array({told_image()}), {}), Retries()));
         }},
        {"running", told_running,
         [](const json& told) { return drawn("op", operation_page(told, Snapshot(), Retries())); }},
        {"images", told_image,
         [](const json& told) {
             return drawn("images", images_page(holding(json::array({told}), {}), ""));
         }},
        {"image", told_image,
         [](const json& told) { return drawn("image", image_page(told, Snapshot())); }},
        {"packages", told_image,
         [](const json& told) {
             return drawn("packages", packages_page(told, PackageList::parse("a 1\n"), ""));
         }},
        {"doctor", told_checks,
         [](const json& told) { return drawn("doctor", checks_page(told, "")); }},
        {"plugins", told_plugin,
         [](const json& told) {
             return drawn("plugins", plugins_page(holding({}, json::array({told}))));
         }},
        {"plugin", told_plugin,
         [](const json& told) {
             return drawn("plugin", plugin_page(told, told_lines(), told_config()));
         }},
        {"lines", told_lines,
         [](const json& told) {
             json plugin = told_plugin(); // whose lines they are
             plugin["id"] = field(told.is_array() && !told.empty() ? told[0] : told, "plugin");
             return drawn("plugin", plugin_page(plugin, told, told_config()));
         }},
        {"settings", told_config,
         [](const json& told) { return drawn("settings", settings_page(told, told_daemon())); }},
        {"places", told_daemon,
         [](const json& told) { return drawn("settings", settings_page(told_config(), told)); }}};
    return pages;
}

TEST(HostilePages, AreDrawnWhateverKindAMemberIs) {
    for (const DrawnPage& page : drawn_pages()) {
        for (const json& told : deformed(page.told())) {
            EXPECT_NO_THROW((void)page.html(told)) << page.name << " of " << told.dump();
        }
    }
}

TEST(HostilePages, AreDrawnOfWhatIsThereAtLeast) {
    for (const DrawnPage& page : drawn_pages()) {
        for (const json& told : {json(), json::object(), json::array(), json::array({json()})}) {
            EXPECT_NO_THROW((void)page.html(told)) << page.name << " of " << told.dump();
        }
    }
}

/// Tags of a page in their order, without what is in them.
std::vector<std::string> tags(const std::string& html) {
    static const std::regex tag("</?[a-zA-Z][a-zA-Z0-9]*");
    std::vector<std::string> found;
    for (std::sregex_iterator each(html.begin(), html.end(), tag), end; each != end; ++each) {
        found.push_back(each->str());
    }
    return found;
}

/// Names of attributes, whose values are in quotes.
std::vector<std::string> attributes(const std::string& html) {
    static const std::regex attribute(" ([a-zA-Z-]+)=\"[^\"]*\"");
    std::vector<std::string> found;
    for (std::sregex_iterator each(html.begin(), html.end(), attribute), end; each != end; ++each) {
        found.push_back((*each)[1]);
    }
    return found;
}

TEST(HostilePages, KeepTheirShapeWhateverATextSays) { // T9
    for (const DrawnPage& page : drawn_pages()) {
        const std::string plain = page.html(saying(page.told(), "plain"));
        for (const std::string& text : hostile_texts()) {
            const std::string html = page.html(saying(page.told(), text));
            EXPECT_EQ(tags(html), tags(plain)) << page.name << ": " << text;
            EXPECT_EQ(attributes(html), attributes(plain)) << page.name << ": " << text;
            EXPECT_FALSE(
                std::regex_search(html, std::regex("(href|action|src)=\"(javascript|data):")))
                << page.name << ": " << text;
        }
    }
}

TEST(HostilePages, ShowTextsAsTheyAre) { // T9
    for (const DrawnPage& page : drawn_pages()) {
        for (const std::string& text : hostile_texts()) {
            const std::string seen = shown_by_browser(page.html(saying(page.told(), text)));
            EXPECT_NE(seen.find(text), std::string::npos) << page.name << ": " << text;
        }
    }
}

TEST(HostilePages, ShowWhatAnAddressAsksForAsItIs) { // T9
    PageHost host;
    host.answers()["GET /v1/operations?limit=500"] = json{{"operations", json::array()}}.dump();
    host.answers()["GET /v1/doctor"] = json{{"checks", told_checks()}}.dump();
    host.answers()["GET /v1/images"] = json{{"images", json::array({told_image()})}}.dump();
    for (const char* path : {"/ops?state=%s", "/ops?kind=%s&target=%s&q=%s", "/images?q=%s",
                             "/doctor?check=%s", "/images/%s", "/plugins/%s", "/ops/%s"}) {
        std::string target = path;
        const std::string text = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%3E%27";
        for (std::size_t at = 0; (at = target.find("%s")) != std::string::npos;) {
            target.replace(at, 2, text);
        }
        const Response page = host.get(target);
        EXPECT_EQ(page.body.find("<script>alert"), std::string::npos) << target;
        EXPECT_EQ(page.body.find("alert(1)</script>\">"), std::string::npos) << target;
        EXPECT_LT(page.status, 500) << target << page.body;
    }
}

} // namespace
} // namespace web
