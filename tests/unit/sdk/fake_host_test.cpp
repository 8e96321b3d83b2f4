#include <banger/test/fake_host.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// The host that authors test their plugins with, and a plugin of the real SDK in it.
namespace banger::fake {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct FakeHost : testing::Test {
    Host host{BANGER_SAMPLE};
    Vm vm;
};

TEST_F(FakeHost, LeadsAVmThroughItsLife) {
    host.begin();
    const Operation made = host.create(vm);
    const Operation started = host.start(vm);
    EXPECT_TRUE(made.done && started.done) << started.outcome.message;
    EXPECT_THAT(started.hooks, ElementsAre("before_start", "after_start"));
    EXPECT_EQ(vm.state, BANGER_VM_RUNNING);
    EXPECT_EQ(vm.cookie(), "second");
    ASSERT_EQ(started.guest.size(), 2U);
    EXPECT_EQ(started.guest[0].field + "=" + started.guest[0].value, "kernel_arg:cookie=first");
    EXPECT_TRUE(started.guest[1].read_only);
    EXPECT_EQ(host.kv[vm.id], "testbox");
    EXPECT_TRUE(host.stop(vm).done);
    EXPECT_TRUE(host.remove(vm).done);
    EXPECT_EQ(host.kv.count(vm.id), 0U);
    EXPECT_EQ(vm.cookie(), "");
    EXPECT_THAT(host.misuse(), IsEmpty());
}

TEST_F(FakeHost, AFailingFunctionIsUndoneNewestFirst) {
    host.begin();
    host.fail["guest-config.drive"] = {BANGER_E_CONFLICT, "drive:data is taken", "use another"};
    const Operation started = host.start(vm);
    EXPECT_FALSE(started.done);
    EXPECT_EQ(started.failed_hook, "contribute");
    EXPECT_EQ(started.outcome.message, "drive:data is taken");
    EXPECT_EQ(started.outcome.hint, "use another");
    EXPECT_EQ(host.kv["undone"], "3:0:first ");
    EXPECT_EQ(vm.state, BANGER_VM_STOPPED);

    host.fail.clear();
    host.fail["call.set_cookie"] = {};
    EXPECT_EQ(host.start(vm).failed_hook, "before_start");
    EXPECT_EQ(host.kv["undone"], "3:0:first 3:1: ");
}

TEST_F(FakeHost, UndoHasTheNewestCookieThatStands) {
    host.begin();
    ASSERT_TRUE(host.start(vm).done);
    (void)host.undo(vm, BANGER_HOOK_AFTER_START, 0);
    (void)host.undo(vm, BANGER_HOOK_BEFORE_START, 0);
    EXPECT_EQ(host.kv["undone"], "4:0:second 3:0:first ");
}

TEST_F(FakeHost, ARefusalOfCreateIsAnOutcome) {
    const Outcome outcome = host.create("refuse");
    EXPECT_EQ(outcome.status, BANGER_E_INVALID);
    EXPECT_EQ(outcome.message, "port: must be even");
    EXPECT_EQ(outcome.hint, "say 2");
    EXPECT_THROW(host.begin("refuse"), std::runtime_error);
}

TEST_F(FakeHost, AnAbsentExtensionIsAbsent) {
    host.absent.insert(BANGER_EXT_KV);
    EXPECT_THAT(host.create().message, HasSubstr(BANGER_EXT_KV));
}

TEST_F(FakeHost, WhatARealHostRefusesIsTold) {
    host.begin("late");
    ASSERT_TRUE(host.start(vm).done);
    EXPECT_THAT(host.misuse(), ElementsAre("call_emit after create has returned"));
    host.end();
    host.begin("relative");
    (void)host.contribute(vm);
    EXPECT_THAT(host.misuse().back(), HasSubstr("'data.img' is no absolute path"));
    banger_call* foreign = nullptr;
    (void)host.call("test", [&](void*, banger_call* raw) {
        foreign = raw;
        std::thread([&] { host.raw()->call_emit(raw, BANGER_EMIT_TEXT, str("x")); }).join();
        return BANGER_OK;
    });
    EXPECT_THAT(host.misuse().back(), HasSubstr("by a thread that test does not belong to"));
    (void)host.call("test", [&](void*, banger_call*) { return -999; });
    EXPECT_THAT(host.misuse().back(), HasSubstr("-999, which is no status"));
}

TEST_F(FakeHost, TimersAndEventsComeWhenTheTestSaysSo) {
    host.begin();
    EXPECT_EQ(host.fire_timers(), 1U);
    EXPECT_EQ(host.kv["ticked"], "yes");
    EXPECT_EQ(host.event("image.added", "{}"), 0U);
    EXPECT_EQ(host.event("vm.started", R"({"type":"vm.started"})"), 1U);
    EXPECT_EQ(host.kv["event"], R"({"type":"vm.started"})");
    host.end(); // joins the thread, whose call is cancelled
    EXPECT_EQ(host.open_calls(), 0U);
    EXPECT_EQ(host.fire_timers(), 0U);
    EXPECT_THAT(host.misuse(), IsEmpty());
}

TEST_F(FakeHost, AStreamIsFollowedUntilItEnds) {
    host.begin();
    EXPECT_EQ(host.line("/v1/vms", "none of it"), 0U);
    EXPECT_EQ(host.line("/v1/events", R"({"type":"vm.started"})"), 1U);
    EXPECT_EQ(host.kv["line"], R"({"type":"vm.started"})");
    EXPECT_EQ(host.line("/v1/events", "the daemon ends", true), 1U);
    EXPECT_EQ(host.kv["over"], "the daemon ends");
    EXPECT_EQ(host.line("/v1/events", "too late"), 0U);
    EXPECT_THAT(host.misuse(), IsEmpty());
}

TEST_F(FakeHost, WhoDropsAFollowingHearsNoMore) {
    host.begin();
    ASSERT_EQ(host.action(BANGER_IFACE_CLI, "look-away").status, BANGER_OK);
    EXPECT_EQ(host.line("/v1/events", "a line"), 0U);
    EXPECT_EQ(host.kv.count("line"), 0U);
    host.end();

    host.fail["api.follow"] = {};
    try {
        host.begin();
        FAIL() << "it began without its stream";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("the host does not follow /v1/events"));
    }
}

TEST_F(FakeHost, ProgramsAreScriptedOrRun) {
    host.begin();
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "run").message, "no such program: sh");
    host.programs = [](const Program& program, banger_call&) {
        return ProgramEnd{BANGER_OK, 0, program.argv.at(2), {}, {}};
    };
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "run", "text").printed(), "text\n");
    host.programs = run_program;
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "run", "cat; echo; pwd").printed(),
              "typed\n" + host.state_dir().string() + "\n\n");
    host.cancel_after = std::chrono::milliseconds(50);
    const Outcome killed = host.action(BANGER_IFACE_CLI, "run", "exec sleep 20");
    EXPECT_EQ(killed.status, BANGER_E_CANCELLED);
    EXPECT_LT(killed.took, std::chrono::seconds(10));
    EXPECT_THAT(host.recorded().calls, testing::Contains(HasSubstr("exec.run sh -c cat")));
}

TEST_F(FakeHost, JobsRunWhenTheTestSaysSo) {
    host.begin();
    const std::string id = host.action(BANGER_IFACE_CLI, "begin").printed();
    EXPECT_EQ(host.kv.count("copied"), 0U);
    const std::vector<Job> jobs = host.run_jobs();
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs[0].id + "\n", id);
    EXPECT_EQ(jobs[0].kind + " " + jobs[0].target, "copy a to b");
    EXPECT_THAT(jobs[0].stages, ElementsAre("read", "write"));
    EXPECT_THAT(jobs[0].lines, ElementsAre("a line"));
    EXPECT_EQ(jobs[0].outcome.printed(), "{\"bytes\":3}\n");
    EXPECT_EQ(host.kv["copied"], "yes");
    EXPECT_THAT(host.run_jobs(), IsEmpty());
    EXPECT_THAT(host.misuse(), IsEmpty());

    host.fail["operations.start"] = {BANGER_E_BUSY, "16 jobs run", ""};
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "begin").message, "16 jobs run");
}

TEST_F(FakeHost, AHookThatSkippedIsNotUndone) {
    host.begin("skip");
    const Operation started = host.start(vm);
    EXPECT_EQ(started.failed_hook, "after_start");
    EXPECT_THAT(started.hooks, ElementsAre("before_start", "after_start", "undo after_start"));
    EXPECT_EQ(host.kv["undone"], "4:1: ");
    EXPECT_THAT(vm.records, IsEmpty());
}

TEST_F(FakeHost, WhatAFailingAfterStopLeftIsUndone) {
    host.begin();
    ASSERT_TRUE(host.start(vm).done);
    host.fail["kv.remove"] = {BANGER_E_UNAVAILABLE, "the disk is full", ""};
    const Operation stopped = host.stop(vm);
    EXPECT_EQ(stopped.failed_hook, "after_stop");
    EXPECT_THAT(stopped.hooks, ElementsAre("after_stop", "undo after_start", "undo before_start"));
    EXPECT_EQ(stopped.undone_not.size(), 2U);
    EXPECT_EQ(vm.records.size(), 2U);
    host.fail.clear();
    host.fail["kv.get"] = {};
    ASSERT_TRUE(host.stop(vm).done);
    EXPECT_THAT(vm.records, IsEmpty());
}

TEST_F(FakeHost, AnUndoThatFailedIsTriedAgainAsSuch) {
    host.begin();
    ASSERT_TRUE(host.start(vm).done);
    host.fail["kv.remove"] = {BANGER_E_UNAVAILABLE, "the disk is full", ""};
    (void)host.stop(vm);
    (void)host.stop(vm); // its hooks of the start are still on record
    host.fail.clear();
    EXPECT_EQ(host.undo(vm, BANGER_HOOK_AFTER_START, 0).status, BANGER_OK);
    EXPECT_THAT(host.kv["undone"], HasSubstr("4:0:second 3:0:second 4:3:second 3:3:second "));
    ASSERT_EQ(vm.records.size(), 1U);
    EXPECT_TRUE(vm.records[0].undo_failed);
}

TEST_F(FakeHost, AfterAFailedInitThereIsNothingButDestroy) {
    EXPECT_THROW(host.begin("no init"), std::runtime_error);
    host.end();
    EXPECT_EQ(host.kv.count("stopped"), 0U);
    EXPECT_THROW(host.begin("no start"), std::runtime_error);
    host.end();
    EXPECT_EQ(host.kv.count("stopped"), 0U);
    host.begin();
    host.end();
    EXPECT_EQ(host.kv["stopped"], "yes");
}

TEST_F(FakeHost, AMisspeltFunctionIsAnErrorOfTheTest) {
    host.begin();
    host.fail["kv.sett"] = {};
    EXPECT_THROW((void)host.start(vm), std::invalid_argument);
    EXPECT_TRUE(host.start(vm).done);
}

TEST_F(FakeHost, AThreadThatTheHostDoesNotTakeIsTold) {
    host.fail["thread.call_open"] = {};
    try {
        host.begin();
        FAIL() << "it began without its thread";
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr("the host opens no more calls"));
    }
    host.end();
    host.fail.clear();
    host.absent.insert(BANGER_EXT_THREAD);
    EXPECT_THROW(host.begin(), std::runtime_error);
}

TEST_F(FakeHost, BeyondALimitIsRefused) {
    host.begin();
    const auto set = [&](std::string_view key, std::size_t size) {
        return host
            .call("test",
                  [&](void*, banger_call* raw) {
                      const auto* kv = static_cast<const banger_kv_ops*>(
                          host.raw()->get_extension(host.raw(), BANGER_EXT_KV));
                      return kv->set(host.raw(), raw, str(key), str(std::string(size, 'x')));
                  })
            .status;
    };
    EXPECT_EQ(set("k", 65536), BANGER_OK);
    EXPECT_EQ(set("l", 65537), BANGER_E_INVALID);
    EXPECT_EQ(host.kv.count("l"), 0U);
    EXPECT_EQ(set("", 1), BANGER_E_INVALID);
    for (int number = 0; host.kv.size() < 10000; ++number) {
        host.kv["more" + std::to_string(number)] = "";
    }
    EXPECT_EQ(set("one more", 1), BANGER_E_UNAVAILABLE);
    EXPECT_EQ(host.kv.size(), 10000U);
    EXPECT_EQ(set("more0", 1), BANGER_OK); // it is there already
}

TEST_F(FakeHost, ACallKeeps64MiBOfResults) {
    host.begin();
    host.kv["big"] = std::string(65536, 'x');
    const Outcome outcome = host.call("test", [&](void*, banger_call* raw) {
        const auto get = [&](const char* id) { return host.raw()->get_extension(host.raw(), id); };
        const auto* kv = static_cast<const banger_kv_ops*>(get(BANGER_EXT_KV));
        int good = 0;
        while (good < 2000 && kv->get(host.raw(), raw, str("big"))->status == BANGER_OK) {
            ++good;
        }
        EXPECT_GT(good, 1000);
        EXPECT_LE(good, 1024);
        const auto calls = host.recorded().calls.size();
        EXPECT_EQ(kv->list(host.raw(), raw, {})->status, BANGER_E_UNAVAILABLE);
        const banger_str words[] = {str("true")};
        banger_exec_request request{};
        request.struct_size = sizeof request;
        request.argv = words;
        request.argc = 1;
        const auto* exec = static_cast<const banger_exec_ops*>(get(BANGER_EXT_EXEC));
        EXPECT_EQ(exec->run(host.raw(), raw, &request)->status, BANGER_E_UNAVAILABLE);
        const auto* api = static_cast<const banger_api_ops*>(get(BANGER_EXT_API));
        EXPECT_EQ(api->request(host.raw(), raw, str("GET"), str("/v1/vms"), {})->http_status, 0);
        EXPECT_EQ(host.recorded().calls.size(), calls);                     // nothing was done
        EXPECT_EQ(kv->set(host.raw(), raw, str("k"), str("v")), BANGER_OK); // it has no result
        return BANGER_E_UNAVAILABLE;
    });
    EXPECT_THAT(outcome.message, HasSubstr("this call keeps 64 MiB of results"));
    EXPECT_THAT(host.misuse(), testing::Contains(HasSubstr("kv.list: its call keeps 64 MiB")));
    host.kv.erase("big"); // a fresh call may go on
    EXPECT_TRUE(host.start(vm).done);
}

TEST_F(FakeHost, AddressesAreWholeOrNone) {
    host.begin();
    (void)host.call("test", [&](void*, banger_call* raw) {
        const auto* net = static_cast<const banger_network_info_ops*>(
            host.raw()->get_extension(host.raw(), BANGER_EXT_NETWORK_INFO));
        EXPECT_EQ(net->vm_address(host.raw(), raw, {}), nullptr); // of no VM yet
        for (int number = 0; number < 245; ++number) {
            const auto* address = net->vm_address(host.raw(), raw, str(std::to_string(number)));
            EXPECT_NE(address, nullptr);
            EXPECT_EQ(address->mac.len, 17U);
            EXPECT_EQ(text(address->address), "172.30.88." + std::to_string(number + 10));
        }
        EXPECT_EQ(net->vm_address(host.raw(), raw, str("one more")), nullptr);
        EXPECT_EQ(text(net->vm_address(host.raw(), raw, str("244"))->mac), "02:00:00:00:00:fe");
        std::thread([&] { EXPECT_EQ(net->network(host.raw(), raw)->bridge.len, 0U); }).join();
        return BANGER_OK;
    });
}

TEST_F(FakeHost, AnswersOfTheApiAndTheVmsAreAsTheHeadersSay) {
    host.begin();
    host.vms["testbox"] = R"({"id": "0123456789ab", "name": "testbox"})";
    host.fail["api.request"] = {BANGER_E_TIMEOUT, "too late", "wait"};
    (void)host.call("test", [&](void*, banger_call* raw) {
        const auto get = [&](const char* id) { return host.raw()->get_extension(host.raw(), id); };
        const auto* query = static_cast<const banger_vm_query_ops*>(get(BANGER_EXT_VM_QUERY));
        EXPECT_EQ(query->get(host.raw(), raw, str("0123456789ab"))->status, BANGER_OK);
        EXPECT_EQ(query->get(host.raw(), raw, str("0123456789"))->status, BANGER_E_NOT_FOUND);
        const auto* api = static_cast<const banger_api_ops*>(get(BANGER_EXT_API));
        const banger_response* late = api->request(host.raw(), raw, str("GET"), str("/v1/vms"), {});
        EXPECT_EQ(late->http_status, 0);
        EXPECT_EQ(text(late->body),
                  R"({"error":{"kind":"timeout","message":"too late","hint":"wait"}})");
        host.fail.clear();
        const banger_response* none = api->request(host.raw(), raw, str("GET"), str("/x"), {});
        EXPECT_EQ(none->http_status, 404);
        EXPECT_THAT(text(none->body), HasSubstr(R"("kind":"not_found")"));
        return BANGER_OK;
    });
}

TEST_F(FakeHost, AnswersByAFunctionBeforeWhatIsFixed) {
    host.answers["GET /v1/vms"] = R"({"vms":[]})";
    std::vector<std::string> heard;
    host.api = [&](const Host::ApiRequest& request) -> std::optional<Host::ApiAnswer> {
        heard.push_back(request.method + " " + request.target + " " + request.body);
        if (request.method != "POST") {
            return std::nullopt;
        }
        return Host::ApiAnswer{202, R"({"id":"op-1"})"};
    };
    host.begin();
    (void)host.call("a call", [&](void*, banger_call* raw) {
        const auto* api = static_cast<const banger_api_ops*>(
            host.raw()->get_extension(host.raw(), BANGER_EXT_API));
        const banger_response* made =
            api->request(host.raw(), raw, str("POST"), str("/v1/vms"), str(R"({"name":"a"})"));
        EXPECT_EQ(made->http_status, 202);
        EXPECT_EQ(text(made->body), R"({"id":"op-1"})");
        const banger_response* fixed =
            api->request(host.raw(), raw, str("GET"), str("/v1/vms"), {});
        EXPECT_EQ(fixed->http_status, 200);
        EXPECT_EQ(text(fixed->body), R"({"vms":[]})");
        return BANGER_OK;
    });
    EXPECT_THAT(heard, ElementsAre(R"(POST /v1/vms {"name":"a"})", "GET /v1/vms "));
}

TEST_F(FakeHost, CallsAreCancelledAndRunOut) {
    host.begin();
    host.timeout = std::chrono::milliseconds(50);
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "linger").status, BANGER_E_CANCELLED);
    host.timeout = std::chrono::seconds(60);
    host.cancel_after = std::chrono::milliseconds(0);
    const Outcome waited = host.action(BANGER_IFACE_CLI, "linger");
    EXPECT_EQ(waited.message, "cancelled");
    EXPECT_LT(waited.took, std::chrono::seconds(4));
}

} // namespace
} // namespace banger::fake
