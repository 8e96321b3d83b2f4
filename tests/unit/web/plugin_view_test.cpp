#include "pages/plugin_view.hpp"

#include "page_host.hpp"
#include "pages/schema_text.hpp"
#include "told.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using nlohmann::json;

TEST(Plugins, AreListedWithWhyTheyAreNotThere) {
    Snapshot now;
    json failed = told_plugin();
    failed.update({{"id", "nat"}, {"state", "failed"}, {"reason", "port: must be a number"}});
    now.plugins = json::array({told_plugin(), failed});
    const json page = plugins_page(now);
    const json& rows = page.at("TABLE").at("ROWS");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].at("WHAT"), "Shares folders with VMs");
    EXPECT_EQ(rows[0].at("TONE"), "good");
    EXPECT_EQ(rows[0].at("PANELS").at(1).at("PANEL_PATH"), "/plugins/share-dir/panel/usage/");
    EXPECT_EQ(rows[1].at("WHAT"), "port: must be a number");
    EXPECT_EQ(rows[1].at("TONE"), "bad");
    EXPECT_EQ(rows[1].at("PANELS"), json::array()); // nobody is there who would show it
    EXPECT_NE(drawn("plugins", page).find("href=\"/plugins/nat\""), std::string::npos);
    EXPECT_TRUE(plugins_page(Snapshot()).at("EMPTY").is_object());
}

TEST(Plugins, AreShownWhole) {
    const std::string html =
        drawn("plugin", plugin_page(told_plugin(), told_lines(), told_config()));
    for (const char* text :
         {"Shared folders", "1.2.0", "3 in use", "no answer in time", "--share",
          "Folder of this machine; a text; without it: empty", "at once, also while the VM runs",
          "banger vm shares", "banger x share-dir drop", "mounts are there", "how many",
          "Shares of a VM at most; a whole number from 1 to 64; without it: 8", "one of ro, rw",
          "before_start; after_stop", "/q/share-dir.so", "plugins.entries.share-dir.config",
          "href=\"https://example.org/share-dir\" rel=\"noopener noreferrer\""}) {
        EXPECT_NE(html.find(text), std::string::npos) << text;
    }
    EXPECT_EQ(html.find("2 VMs"), std::string::npos); // what another plugin says
}

TEST(Plugins, HaveTheirSettingsWithWhatIsSet) {
    const json page = plugin_page(told_plugin(), told_lines(), told_config());
    const json& rows = page.at("SETTINGS").at("ROWS");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].at("KEY_TEXT"), "mode");
    EXPECT_EQ(rows[0].at("BUILT_IN"), true);
    EXPECT_EQ(rows[1].at("CONTENT").at("VALUE"), "16");
    EXPECT_EQ(rows[1].at("BUILT_IN"), false);
}

TEST(Plugins, InQuarantineAreLetOutByACommand) {
    json plugin = told_plugin();
    plugin.update({{"state", "quarantined"}, {"reason", "ended bangerd"}, {"hint", "look at it"}});
    const json page = plugin_page(plugin, json::array(), json::object());
    EXPECT_EQ(page.at("WHY").at("RELEASE").at("COMMAND"), "banger plugin release share-dir");
    EXPECT_EQ(page.at("WHY").at("HINT").at("VALUE"), "look at it");
    EXPECT_EQ(page.at("TELLS"), false);
    EXPECT_TRUE(panels_of(plugin).empty());
}

TEST(Plugins, LeadOnlyToTheWeb) { // T10
    json plugin = told_plugin();
    for (const char* url : {"javascript:alert(1)", "data:text/html,x", "//evil.example", "ftp://x",
                            "HTTPS://x", ""}) {
        plugin["url"] = url;
        EXPECT_EQ(plugin_page(plugin, json::array(), json::object()).at("ADDRESS"), false) << url;
    }
}

TEST(Schemas, AreTold) {
    EXPECT_EQ(schema_text(json::parse(R"({"type": "boolean", "default": true})")),
              "true or false; without it: yes");
    EXPECT_EQ(schema_text(json::parse(R"({"type": "number", "maximum": 5})")), "a number up to 5");
    EXPECT_EQ(schema_text(json::parse(R"({"enum": ["a", 1]})")), "one of a, 1");
    EXPECT_EQ(schema_text(json()), "");
}

} // namespace
} // namespace web
