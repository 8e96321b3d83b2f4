#include "daemon/operation_history.hpp"

#include "os/temporary_dir.hpp"
#include "plugin/breadcrumb.hpp"
#include "plugin/quarantine.hpp"
#include "store/database.hpp"
#include "vm/operation_record.hpp"

#include <sstream>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <spdlog/logger.h>
#include <spdlog/sinks/ostream_sink.h>

namespace banger::daemon {
namespace {

using testing::HasSubstr;

struct History : testing::Test {
    os::TemporaryDir dir;
    store::Database database{dir.path() / "banger.sqlite"};
    std::ostringstream lines;
    spdlog::logger log{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(lines)};
    OperationHistory history{database, log};
    boost::asio::io_context loop;
    plugin::Quarantine quarantine{dir.path() / "quarantine.json"};

    void begin(const char* id, const char* kind, const char* target) {
        history.save(vm::Operation(loop, id, kind, target));
    }
    /// The next daemon, after one that ended in this call; what it says of the operation.
    nlohmann::json closed(const plugin::CutCall& call, const char* id) {
        quarantine.count({call}, call.at_ms);
        history.close_unfinished({call}, quarantine);
        return nlohmann::json::parse(
            store::OperationTable(database).find(id).value().error.value());
    }
};

TEST_F(History, TheFirstWordIsKeptAndTheNextDaemonClosesIt) {
    const vm::Operation operation(loop, "op-1", "create", "web");
    history.save(operation);
    store::OperationTable table(database);
    ASSERT_EQ(table.unfinished().size(), 1U);

    history.close_unfinished({}, quarantine);
    EXPECT_TRUE(table.unfinished().empty());
    const auto row = table.find("op-1");
    ASSERT_TRUE(row);
    EXPECT_EQ(row->state, "failed");
    EXPECT_TRUE(row->ended_at);
    EXPECT_THAT(row->error.value_or(""), HasSubstr("the daemon ended during create web"));
    EXPECT_THAT(row->error.value_or(""), HasSubstr("banger vm ls"));
    history.close_unfinished({}, quarantine); // what is over stays as it is
    EXPECT_EQ(table.find("op-1"), row);
}

const plugin::CutCall crash{.plugin = "nat",
                            .hook = "before_start",
                            .vm = "web",
                            .operation = "op-1",
                            .file = "1:2",
                            .how = "SIGSEGV",
                            .at_ms = 1000};

TEST_F(History, WhoEndedTheDaemonIsNamedWhereItWasItsVm) {
    begin("op-1", "create", "web");
    begin("op-2", "stop", "web");
    begin("op-3", "create", "db");
    const auto error = closed(crash, "op-1");
    EXPECT_EQ(error.at("message"), "plugin nat ended bangerd (SIGSEGV) in before_start of VM web; "
                                   "1 of 3 before quarantine");
    EXPECT_EQ(error.at("hint"), "see banger doctor; plugins.entries.nat.enabled: false in "
                                "config.yaml does without it");
    EXPECT_EQ(error.at("console"), nlohmann::json::array({"what create web had begun is undone or "
                                                          "finished by the next bangerd: banger "
                                                          "vm ls"}));
    store::OperationTable table(database);
    EXPECT_THAT(table.find("op-2")->error.value(), HasSubstr("plugin nat ended bangerd"));
    EXPECT_THAT(table.find("op-3")->error.value(), HasSubstr("the daemon ended during create db"));
}

TEST_F(History, ACallAboutNoVmEndsAllAlike) {
    begin("op-3", "create", "db");
    plugin::CutCall timer = crash;
    timer.hook = "timer";
    timer.vm = timer.operation = "";
    EXPECT_EQ(closed(timer, "op-3").at("message"),
              "plugin nat ended bangerd (SIGSEGV) in timer; 1 of 3 before quarantine");
}

TEST_F(History, WhoWasOnlyAskedWhenItWasKilledIsNotNamed) {
    begin("op-1", "create", "web");
    plugin::CutCall asked = crash;
    asked.how = "";
    EXPECT_THAT(closed(asked, "op-1").at("message"), HasSubstr("the daemon ended during create"));
}

TEST_F(History, WhoAskedIsKeptFromTheFirstWordOn) {
    history.save(vm::Operation(loop, "op-1", "create", "web", "uid 1000"));
    auto row = store::OperationTable(database).find("op-1");
    ASSERT_TRUE(row);
    EXPECT_EQ(vm::to_json(*row).at("initiator"), "uid 1000");
    row->initiator.clear(); // of a banger that did not keep it
    EXPECT_EQ(vm::to_json(*row).at("initiator"), nullptr);
}

TEST_F(History, WhatIsToldBetweenTheFirstAndTheLastWordIsNotKept) {
    vm::Operations operations(loop, [this](const vm::Operation& each) { history.save(each); });
    const auto operation = operations.start(
        "create", "web", [this](vm::Operation& self) -> boost::asio::awaitable<nlohmann::json> {
            for (const char* stage : {"disks", "boot", "login"}) {
                self.stage(stage);
            }
            const auto row = store::OperationTable(database).find(self.id());
            EXPECT_TRUE(row && row->stage != "login");
            co_return nullptr;
        });
    loop.run();
    const auto row = store::OperationTable(database).find(operation->id());
    ASSERT_TRUE(row);
    EXPECT_EQ(row->state, "succeeded");
    EXPECT_EQ(row->initiator, "bangerd");
    EXPECT_THAT(lines.str(), HasSubstr("operation " + operation->id() + " create web: succeeded"));
}

} // namespace
} // namespace banger::daemon
