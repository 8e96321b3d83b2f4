#include "daemon/operation_history.hpp"

#include "os/temporary_dir.hpp"
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
};

TEST_F(History, TheFirstWordIsKeptAndTheNextDaemonClosesIt) {
    const vm::Operation operation(loop, "op-1", "create", "web");
    history.save(operation);
    store::OperationTable table(database);
    ASSERT_EQ(table.unfinished().size(), 1U);

    history.close_unfinished();
    EXPECT_TRUE(table.unfinished().empty());
    const auto row = table.find("op-1");
    ASSERT_TRUE(row);
    EXPECT_EQ(row->state, "failed");
    EXPECT_TRUE(row->ended_at);
    EXPECT_THAT(row->error.value_or(""), HasSubstr("the daemon ended during create web"));
    EXPECT_THAT(row->error.value_or(""), HasSubstr("banger vm ls"));
    history.close_unfinished(); // what is over stays as it is
    EXPECT_EQ(table.find("op-1"), row);
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
    EXPECT_THAT(lines.str(), HasSubstr("operation " + operation->id() + " create web: succeeded"));
}

} // namespace
} // namespace banger::daemon
