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

Evidence firecracker(const std::vector<std::string>& console, int code = 0, int signal = 0) {
    Evidence evidence = ran("", code, signal);
    evidence.control = vmm::Control::firecracker;
    evidence.console_tail = console;
    return evidence;
}

TEST(ExitJudge, AGuestOfFirecrackerSaysThatItPowersOff) {
    Evidence said = firecracker({"[ 9.2] reboot: Restarting system"});
    const vmm::Exit reset = judge(said);
    said.said_off = true;
    const vmm::Exit off = judge(said);
    EXPECT_EQ(off.cause, ExitCause::poweroff);
    EXPECT_EQ(off.reason, "the guest powered off");
    EXPECT_EQ(reset.cause, ExitCause::reboot);
    EXPECT_EQ(reset.reason, "the guest rebooted");
    EXPECT_EQ(judge(firecracker({})).cause, ExitCause::reboot);
}

TEST(ExitJudge, AResetThatWasAskedForIsAPowerOff) {
    Evidence evidence = firecracker({"[ 9.2] reboot: Restarting system"});
    evidence.off_asked = true; // by Ctrl, Alt and Delete
    EXPECT_EQ(judge(evidence).cause, ExitCause::poweroff);
    evidence.console_tail = {"Kernel panic - not syncing: hung_task"};
    EXPECT_EQ(judge(evidence).cause, ExitCause::crashed);
    evidence = ran("guest-reset"); // QEMU tells them apart
    evidence.off_asked = true;
    EXPECT_EQ(judge(evidence).cause, ExitCause::reboot);
}

TEST(ExitJudge, AGuestThatHaltedHasPoweredOff) {
    Evidence evidence = firecracker({"[ 9.2] reboot: System halted"}, 0, SIGKILL);
    EXPECT_EQ(judge(evidence).cause, ExitCause::killed);
    evidence.halted = true;
    EXPECT_EQ(judge(evidence).cause, ExitCause::poweroff);
    EXPECT_EQ(judge(evidence).reason, "the guest powered off");
    evidence.kill_asked = true; // in the same moment
    EXPECT_EQ(judge(evidence).cause, ExitCause::killed);
}

TEST(ExitJudge, APanicUnderFirecrackerIsACrash) {
    const vmm::Exit exit =
        judge(firecracker({"[ 1.2] Kernel panic - not syncing: VFS: no root", "Rebooting"}));
    EXPECT_EQ(exit.cause, ExitCause::crashed);
    EXPECT_EQ(exit.reason, "the guest's kernel panicked: Kernel panic - not syncing: VFS: no root");
    Evidence old = firecracker({"Kernel panic - not syncing: is what a person wrote here"});
    old.said_off = true; // behind that
    EXPECT_EQ(judge(old).cause, ExitCause::poweroff);
}

TEST(ExitJudge, FirecrackersStatusesAreExplained) {
    EXPECT_EQ(judge(firecracker({}, 148)).cause, ExitCause::crashed);
    EXPECT_EQ(judge(firecracker({}, 148)).reason,
              "the VMM ended with exit status 148 (it made a system call that its filter forbids)");
    EXPECT_EQ(judge(firecracker({}, 149)).reason,
              "the VMM ended with exit status 149 (SIGBUS: memory was gone, as of a file that was "
              "cut)");
    EXPECT_EQ(judge(firecracker({}, 1)).reason, "the VMM ended with exit status 1");
    EXPECT_EQ(judge(firecracker({}, 0, SIGABRT)).reason, "the VMM died of signal 6 (Aborted)");
    EXPECT_EQ(judge(firecracker({}, 0, SIGTERM)).cause, ExitCause::killed);
    EXPECT_EQ(judge(ran("", 148)).reason, "the VMM ended with exit status 148") << "QEMU's own";
    for (const int code : {2, 148, 149, 150, 151, 152, 153, 154, 155, 157}) {
        EXPECT_NE(judge(firecracker({}, code)).reason.find(" ("), std::string::npos) << code;
    }
}

TEST(ExitJudge, AHangUpOfFirecrackerIsFromOutsideAsWithQemu) {
    const vmm::Exit exit = judge(firecracker({}, 156));
    EXPECT_EQ(exit.cause, ExitCause::killed);
    EXPECT_EQ(exit.reason, "the VMM was ended by signal 1 (Hangup)");
    EXPECT_EQ(exit.reason, judge(ran("", 0, SIGHUP)).reason);
    EXPECT_EQ(judge(ran("", 156)).cause, ExitCause::crashed) << "QEMU's own";
    Evidence before = firecracker({}, 156);
    before.ran = false;
    EXPECT_EQ(judge(before).cause, ExitCause::failed_to_start);
}

TEST(ExitJudge, FirecrackersLogIsQuotedWithoutItsClock) {
    Evidence evidence = firecracker({}, 1);
    evidence.ran = false;
    evidence.step = "PUT /vsock";
    evidence.vmm_messages = {
        "Error: RunWithApi(FailedToBindSocket(\"a.sock\"))",
        "2025-03-30T17:56:21.871 [0123456789ab:main] RunWithApiError error: Failed to open it.",
        "2025-03-30T17:56:21.871 [0123456789ab:main] Firecracker exiting with error. exit_code=1"};
    const vmm::Exit exit = judge(evidence);
    EXPECT_EQ(exit.cause, ExitCause::failed_to_start);
    EXPECT_EQ(exit.reason, "the VMM ended with exit status 1 before the guest ran, at PUT /vsock: "
                           "Error: RunWithApi(FailedToBindSocket(\"a.sock\")); RunWithApiError "
                           "error: Failed to open it.");
    EXPECT_EQ(exit.vmm_messages, evidence.vmm_messages) << "kept as they were";
}

TEST(ExitJudge, AStartThatWeGaveUpIsExplainedByUs) {
    Evidence evidence = firecracker({}, 0, SIGKILL);
    evidence.ran = false;
    evidence.start_error = "Firecracker: PUT /drives/work: No such file";
    evidence.vmm_messages = {"words"};
    EXPECT_EQ(judge(evidence).cause, ExitCause::failed_to_start);
    EXPECT_EQ(judge(evidence).reason, evidence.start_error);
    evidence.kill_asked = true;
    EXPECT_EQ(judge(evidence).cause, ExitCause::killed);
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
