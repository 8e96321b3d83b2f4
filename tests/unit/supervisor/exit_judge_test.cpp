#include "supervisor/exit_judge.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/process.hpp"
#include "os/temporary_dir.hpp"
#include "supervisor/run_record.hpp"

#include <gtest/gtest.h>

#include <csignal>

#include <nlohmann/json.hpp>

namespace banger::supervisor {
namespace {

using vmm::ExitCause;

Evidence ran(const std::string& shutdown, int code = 0, int signal = 0) {
    Evidence evidence;
    evidence.ran = true;
    evidence.shutdown = shutdown;
    evidence.status = {code, signal};
    return evidence;
}

TEST(ExitJudge, TheEventDecidesWhereTheStatusSaysNothing) {
    EXPECT_EQ(judge(ran("guest-shutdown")).cause, ExitCause::poweroff);
    EXPECT_EQ(judge(ran("guest-reset")).cause, ExitCause::reboot);
    EXPECT_EQ(judge(ran("guest-panic")).cause, ExitCause::crashed);
    EXPECT_EQ(judge(ran("host-qmp-quit")).cause, ExitCause::killed);
    EXPECT_EQ(judge(ran("host-signal")).cause, ExitCause::killed);
    EXPECT_EQ(judge(ran("something-new")).cause, ExitCause::unknown);
}

TEST(ExitJudge, APanicThatResetsIsACrash) {
    Evidence evidence = ran("guest-reset");
    evidence.console_tail = {"[ 1.2] Kernel panic - not syncing: VFS: no root", "[ 1.2] Rebooting"};
    const vmm::Exit exit = judge(evidence);
    EXPECT_EQ(exit.cause, ExitCause::crashed);
    EXPECT_EQ(exit.reason, "the guest's kernel panicked: Kernel panic - not syncing: VFS: no root");
    evidence.shutdown = "guest-shutdown"; // an old line on the console of a clean end
    EXPECT_EQ(judge(evidence).cause, ExitCause::poweroff);
}

TEST(ExitJudge, APanicIsFoundBeforeALongTrace) {
    Evidence evidence = ran("guest-reset");
    evidence.console_tail = {"Kernel panic - not syncing: Attempted to kill init!"};
    evidence.console_tail.resize(100, "Call Trace");
    const vmm::Exit exit = judge(evidence);
    EXPECT_EQ(exit.cause, ExitCause::crashed);
    EXPECT_EQ(exit.console_tail, std::vector<std::string>(40, "Call Trace")) << "the last ones";
}

TEST(ExitJudge, TellsOurKillFromAnother) {
    Evidence evidence = ran("", 0, SIGKILL);
    EXPECT_EQ(judge(evidence).reason, "the VMM was ended by signal 9 (Killed) from outside: a "
                                      "person, or the kernel for want of memory");
    evidence.kill_asked = true;
    EXPECT_EQ(judge(evidence).cause, ExitCause::killed);
    EXPECT_EQ(judge(evidence).reason, "killed on request");
    evidence.status = {};
    evidence.shutdown = "guest-shutdown"; // it was quicker than our signal
    EXPECT_EQ(judge(evidence).cause, ExitCause::poweroff);
}

TEST(ExitJudge, TellsThatTheHostGoesDown) {
    EXPECT_FALSE(judge(ran("guest-shutdown")).host_down);
    Evidence evidence = ran("guest-shutdown");
    evidence.host_down = true;
    EXPECT_TRUE(judge(evidence).host_down);
    EXPECT_EQ(judge(evidence).cause, ExitCause::poweroff);
}

TEST(ExitJudge, ADyingVmmIsACrashWithItsWords) {
    Evidence evidence = ran("", 0, SIGABRT);
    evidence.vmm_messages = {"one", "two", "three"};
    const vmm::Exit exit = judge(evidence);
    EXPECT_EQ(exit.cause, ExitCause::crashed);
    EXPECT_EQ(exit.reason, "the VMM died of signal 6 (Aborted): two; three");
    EXPECT_EQ(exit.signal, SIGABRT);
    EXPECT_EQ(judge(ran("", 1)).cause, ExitCause::crashed);
}

TEST(ExitJudge, ANeverStartedGuestFailedToStart) {
    Evidence evidence;
    evidence.status = {1, 0};
    evidence.vmm_messages = {"qemu: could not load kernel 'x'"};
    const vmm::Exit exit = judge(evidence);
    EXPECT_EQ(exit.cause, ExitCause::failed_to_start);
    EXPECT_EQ(exit.reason, "the VMM ended with exit status 1 before the guest ran: qemu: could not "
                           "load kernel 'x'");
}

TEST(RunRecord, GoesThereAndBack) {
    const os::TemporaryDir dir;
    const vmm::RunFolder run{dir.path()};
    EXPECT_FALSE(read_state(run));
    EXPECT_FALSE(read_exit(run));
    RunState state{"0123456789ab", "testbox", "qemu", "tcg", 70000, "running", {}, {}, 12345};
    state.supervisor = {10, 20, "boot"};
    write_state(run, state);
    EXPECT_FALSE(read_state(run)->vmm);
    state.vmm = os::ProcessId{11, 21, "boot"};
    write_state(run, state);
    EXPECT_EQ(read_state(run)->vmm->start_time, 21U);
    EXPECT_EQ(read_state(run)->cid, 70000U);
    vmm::Exit exit = judge(ran("guest-reset"));
    exit.console_tail = {"one", "two"};
    exit.host_down = true;
    write_exit(run, exit);
    EXPECT_TRUE(read_exit(run)->host_down);
    EXPECT_EQ(read_exit(run)->cause, ExitCause::reboot);
    EXPECT_EQ(read_exit(run)->console_tail.size(), 2U);
}

TEST(RunRecord, ADamagedFileIsAnErrorNotAGuess) {
    const os::TemporaryDir dir;
    const vmm::RunFolder run{dir.path()};
    os::write_file_atomic(run.state(), "{\"id\":\"x\"}");
    EXPECT_THROW((void)read_state(run), os::Error);
}

TEST(RunRecord, TextThatIsNoUtf8IsReplaced) {
    EXPECT_EQ(json_text({{"path", "caf\xe9"}}), "{\"path\":\"caf\xef\xbf\xbd\"}");
}

} // namespace
} // namespace banger::supervisor
