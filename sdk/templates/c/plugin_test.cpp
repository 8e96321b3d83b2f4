// Runs the plugin on a fake host: no daemon, no VM, no root. usage: @NAME@_test FILE.so
#include <banger/test/fake_host.hpp>

#include <cstdio>

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
    if (!holds) {
        std::printf("FAILED: %s\n", what);
        ++failures;
    }
}

void a_vm_is_noted_while_it_runs(const char* file) {
    banger::fake::Host host(file);
    host.begin(R"({"greeting": "hi"})");
    banger::fake::Vm vm;
    const auto started = host.start(vm);
    expect(started.done, "the VM starts");
    expect(host.kv.count(vm.id) == 1, "the VM is noted");
    expect(started.guest.size() == 1 && started.guest[0].field == "file:/etc/@NAME@.json",
           "the guest gets the settings");
    expect(host.stop(vm).done, "the VM stops");
    expect(host.kv.empty(), "nothing is left");
    expect(host.misuse().empty(), "the host is used as its headers say");
}

void a_vm_that_runs_already_is_noted(const char* file) {
    banger::fake::Host host(file);
    host.begin(); // the daemon was started again, or the plugin is new
    banger::fake::Vm vm;
    vm.state = BANGER_VM_RUNNING;
    expect(host.reconcile(vm).ok() && host.kv.count(vm.id) == 1, "a VM that runs is noted");
    const auto listed = host.action(BANGER_IFACE_CLI, "ls");
    expect(listed.printed() == "[\"" + vm.id + "\"]\n", "ls shows it");
    expect(host.stop(vm).done && host.kv.empty(), "nothing is left when it has stopped");
    expect(host.misuse().empty(), "the host is used as its headers say");
}

void a_failing_host_leaves_nothing(const char* file) {
    banger::fake::Host host(file);
    host.begin();
    host.fail["kv.set"] = {BANGER_E_UNAVAILABLE, "the disk is full", ""};
    banger::fake::Vm vm;
    const auto started = host.start(vm);
    expect(!started.done && started.outcome.message == "the disk is full", "the cause is kept");
    expect(started.undone_not.empty(), "undo succeeds");
    expect(host.kv.empty(), "nothing is left of a start that failed");
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::printf("usage: %s FILE.so\n", argv[0]);
        return 2;
    }
    a_vm_is_noted_while_it_runs(argv[1]);
    a_vm_that_runs_already_is_noted(argv[1]);
    a_failing_host_leaves_nothing(argv[1]);
    std::printf("%s\n", failures == 0 ? "ok" : "see above");
    return failures == 0 ? 0 : 1;
}
