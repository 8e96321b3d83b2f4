// share-dir on the SDK's fake host: no daemon, no VM, no root; mke2fs is run really where it is
// there.
#include "share.hpp"

#include <banger/plugin.hpp>
#include <banger/test/fake_host.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace fs = std::filesystem;

namespace {

int failures = 0;

void expect(bool holds, const std::string& what) {
    if (!holds) {
        std::printf("FAILED: %s\n", what.c_str());
        ++failures;
    }
}

banger::fake::Vm vm_with(const std::string& share) {
    banger::fake::Vm vm;
    vm.spec_json = R"({"name": "testbox", "options": {"share-dir": {"folder": ")" + share + "\"}}}";
    return vm;
}

constexpr const char* config = R"({"max_mib": 64})";

void words_are_understood() {
    const auto plain = share_dir::Share::parse("/srv/data");
    expect(plain.folder == "/srv/data" && plain.path == "/mnt/share", "FOLDER");
    const auto placed = share_dir::Share::parse("/srv/a b:/data");
    expect(placed.folder == "/srv/a b" && placed.path == "/data", "FOLDER:PATH");
    for (const char* bad : {"srv", "", ":/x", "/srv:", "/srv:/", "/srv:x", "/srv:/a b",
                            "/srv:/$(x)", "/srv:/../etc"}) {
        bool refused = false;
        try {
            (void)share_dir::Share::parse(bad);
        } catch (const banger::Error& error) {
            refused = error.code() == BANGER_E_INVALID && !error.hint().empty();
        }
        expect(refused, std::string("refuses '") + bad + "'");
    }
    expect(share_dir::image_mib(0, 0) >= 8, "an empty folder is a file system, too");
    expect(share_dir::image_mib(100U << 20U, 10) > 100, "the image is larger than its files");
}

void a_folder_is_packed_while_the_vm_runs(const char* plugin, const fs::path& folder) {
    std::ofstream(folder / "hello.txt") << "hello\n";
    banger::fake::Host host(plugin);
    host.programs = banger::fake::run_program;
    host.begin(config);
    auto vm = vm_with(folder.string() + ":/data");
    host.vms[vm.name] = R"({"id": ")" + vm.id + R"(", "name": "testbox", "state": "running"})";
    const auto started = host.start(vm);
    if (started.outcome.message.find("cannot run mke2fs") != std::string::npos) {
        std::printf("skipped: no mke2fs here\n");
        return;
    }
    expect(started.done, "it starts: " + started.outcome.message);
    const fs::path image = host.state_dir() / (vm.id + ".img");
    expect(fs::exists(image), "the image is there");
    expect(started.guest.size() == 5 && started.guest[0].field == "drive:share" &&
               started.guest[0].value == image.string() && started.guest[0].read_only,
           "the guest gets a read-only drive");
    expect(started.guest.size() == 5 &&
               started.guest[1].value.find("mkdir -p /data\n") != std::string::npos,
           "it is mounted where the option says");
    const auto listed = host.call("list_all", [&](void* self, banger_call* call) {
        return host.table<banger_footprint>(BANGER_IFACE_FOOTPRINT)->list_all(self, call);
    });
    expect(listed.printed().find("\"in-use\"") != std::string::npos, "it tells what it holds");
    expect(host.stop(vm).done, "it stops");
    expect(fs::is_empty(host.state_dir()), "the image is gone");
    expect(host.misuse().empty(), "the host is used as its headers say");
}

void what_fails_leaves_nothing(const char* plugin, const fs::path& folder) {
    banger::fake::Host host(plugin);
    host.begin(config);
    auto vm = vm_with(folder.string());
    expect(host.start(vm).outcome.message == "no such program: mke2fs", "no mke2fs");
    host.programs = [](const banger::fake::Program& program, banger_call&) {
        std::ofstream(program.argv.at(program.argv.size() - 2)) << "half";
        return banger::fake::ProgramEnd{BANGER_OK, 1, {}, "no space left", {}};
    };
    const auto failed = host.start(vm);
    expect(!failed.done && failed.outcome.message.find("no space left") != std::string::npos,
           "the words of mke2fs are told");
    expect(fs::is_empty(host.state_dir()), "half an image is taken away");

    auto absent = vm_with("/nonexistent");
    expect(host.start(absent).outcome.status == BANGER_E_NOT_FOUND, "no such folder");
    auto without = vm_with("");
    expect(host.start(without).guest.empty(), "a VM that shares nothing gets nothing");

    std::ofstream(folder / "large") << std::string(70U << 20U, 'x');
    const auto large = host.start(vm);
    expect(large.outcome.message.find("at most 64") != std::string::npos, "a folder too large");
    expect(host.misuse().empty(), "the host is used as its headers say");
}

void ls_shows_its_columns_in_order(const char* plugin) {
    banger::fake::Host host(plugin);
    host.begin();
    host.vms["plain"] = "{}"; // the host fills in the rest, the option's default included
    host.vms["web"] = R"({"options": {"share-dir": {"folder": "/srv"}}})";
    expect(host.action(BANGER_IFACE_CLI, "ls").printed() ==
               R"([{"vm":"web","folder":"/srv","path":"/mnt/share","image_bytes":null}])"
               "\n",
           "ls: " + host.action(BANGER_IFACE_CLI, "ls").printed());
}

void what_belongs_to_no_vm_goes(const char* plugin) {
    banger::fake::Host host(plugin);
    host.begin(config);
    const banger::fake::Vm vm;
    host.vms[vm.name] = R"({"id": ")" + vm.id + R"(", "name": "testbox", "state": "stopped"})";
    std::ofstream(host.state_dir() / (vm.id + ".img")) << "of a VM";
    std::ofstream(host.state_dir() / "ba9876543210.img") << "of none";
    const auto done = host.call("reconcile_all", [&](void* self, banger_call* call) {
        return host.table<banger_daemon_hooks>(BANGER_IFACE_DAEMON)->reconcile_all(self, call);
    });
    expect(done.ok(), "it looks: " + done.message);
    expect(fs::exists(host.state_dir() / (vm.id + ".img")), "a VM's image stays");
    expect(!fs::exists(host.state_dir() / "ba9876543210.img"), "the image of no VM goes");
    expect(host.misuse().empty(), "the host is used as its headers say");
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::printf("usage: %s share-dir.so\n", argv[0]);
        return 2;
    }
    std::string folder = (fs::temp_directory_path() / "share-dir-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) {
        return 2;
    }
    words_are_understood();
    a_folder_is_packed_while_the_vm_runs(argv[1], folder);
    what_fails_leaves_nothing(argv[1], folder);
    what_belongs_to_no_vm_goes(argv[1]);
    ls_shows_its_columns_in_order(argv[1]);
    fs::remove_all(folder);
    std::printf("%s\n", failures == 0 ? "ok" : "see above");
    return failures == 0 ? 0 : 1;
}
