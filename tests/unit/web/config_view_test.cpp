#include "pages/config_view.hpp"

#include "page_host.hpp"
#include "told.hpp"

#include <gtest/gtest.h>

namespace web {
namespace {

using nlohmann::json;

TEST(Settings, HaveEachValueWithWhereItIsFrom) {
    const json page = settings_page(told_config(), told_daemon());
    std::vector<std::string> rows;
    for (const json& section : page.at("SECTIONS")) {
        for (const json& row : section.at("ROWS")) {
            rows.push_back(row.at("KEY_TEXT").get<std::string>() + " = " +
                           row.at("CONTENT").get<std::string>() + " (" +
                           row.at("SOURCE").get<std::string>() + ")");
        }
    }
    EXPECT_EQ(rows, (std::vector<std::string>{
                        "network.bridge = banger (built in)", "network.required = yes (built in)",
                        "vm.image = empty (built in)", "vm.memory = 2G (config.yaml)",
                        "plugins.path = empty (built in)",
                        "plugins.entries.share-dir.config = {\"most\":16} (config.yaml)",
                        "plugins.entries.share-dir.enabled = yes (config.yaml)"}));
    EXPECT_EQ(page.at("SET_TEXT"), "3 values of it in force; the rest is built in.");
    EXPECT_EQ(page.at("SECTIONS").at(3).at("TITLE"), "plugin share-dir");
}

TEST(Settings, NameTheFilesAndHowToChangeThem) {
    const std::string html = drawn("settings", settings_page(told_config(), told_daemon()));
    for (const char* text :
         {"/home/me/.config/banger/config.yaml", "/run/user/1000/banger/bangerd.sock",
          "banger config check", "banger daemon restart", "data-setting=\"theme\"",
          "data-setting=\"shortcuts\"", "<noscript>"}) {
        EXPECT_NE(html.find(text), std::string::npos) << text;
    }
}

TEST(Settings, GoNoDeeperThanThereIsMeaning) {
    json deep = {{"value", 1}, {"source", "file"}};
    for (int i = 0; i < 500; ++i) {
        deep = json{{"below", deep}};
    }
    EXPECT_EQ(settings_page(deep, json()).at("SECTIONS"), json::array());
}

} // namespace
} // namespace web
