// ports on the SDK's fake host: no daemon, no VM, no root.
#include <banger/test/fake_host.hpp>

#include <cstdio>

namespace {

int failures = 0;

void expect(bool holds, const std::string& what) {
    if (!holds) {
        std::printf("FAILED: %s\n", what.c_str());
        ++failures;
    }
}

banger::fake::Vm vm_that_asks(const std::string& id) {
    banger::fake::Vm vm;
    vm.id = id;
    vm.name = "vm-" + id;
    vm.spec_json = R"({"options":{"ports":{"hold":true}}})";
    return vm;
}

void two_vms_hold_two_ports(const char* plugin) {
    banger::fake::Host host(plugin);
    host.begin(R"({"first": 5000})");
    auto one = vm_that_asks("1"), two = vm_that_asks("2");
    const auto started = host.start(one);
    expect(started.done && started.guest.size() == 1, "one starts: " + started.outcome.message);
    expect(host.start(two).done, "two starts");
    expect(one.cookie() == "5000" && two.cookie() == "5001", "each has its own port");
    expect(started.guest.at(0).field == "file:/etc/port" && started.guest.at(0).value == "5000",
           "the guest is told");
    expect(host.action(BANGER_IFACE_CLI, "ls").printed() == "5000 vm-1\n5001 vm-2\n", "ls");
    expect(host.stop(one).done && host.kv.count("5000") == 0, "a stop gives it back");
    auto three = vm_that_asks("3");
    expect(host.start(three).done && three.cookie() == "5000", "and the next one has it");
    expect(host.misuse().empty(), "the host is used as its headers say");
}

void what_is_not_held_is_not_undone(const char* plugin) {
    banger::fake::Host host(plugin);
    host.begin(R"({"first": 5000})");
    banger::fake::Vm plain;
    expect(host.start(plain).guest.empty() && host.kv.empty(), "who does not ask gets nothing");

    auto vm = vm_that_asks("1");
    host.fail["kv.set"] = {BANGER_E_UNAVAILABLE, "the disk is full", ""};
    expect(host.start(vm).outcome.message == "the disk is full", "its cause is told");
    expect(host.kv.empty() && vm.records.empty(), "and nothing is held");
    host.fail.clear();

    for (int port = 5000; port < 5100; ++port) {
        host.kv[std::to_string(port)] = "another";
    }
    const auto full = host.start(vm);
    expect(full.outcome.status == BANGER_E_UNAVAILABLE && !full.outcome.hint.empty(),
           "all are held: " + full.outcome.message);
    expect(host.kv.size() == 100, "nobody else's port is given back");
    expect(host.misuse().empty(), "the host is used as its headers say");
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::printf("usage: %s ports.so\n", argv[0]);
        return 2;
    }
    two_vms_hold_two_ports(argv[1]);
    what_is_not_held_is_not_undone(argv[1]);
    std::printf("%s\n", failures == 0 ? "ok" : "see above");
    return failures == 0 ? 0 : 1;
}
