// Firecracker's jailer, as docs/jailer.md of Firecracker describes it, for machines without it:
// what it does to the process, its root and its user is real. Unlike that one it brings the
// libraries of this machine and /proc, so that what is run need not be a static program.

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

namespace fs = std::filesystem;

namespace {

void require(bool good, const std::string& what) {
    if (!good) {
        std::fprintf(stderr, "jailer: %s: %s\n", what.c_str(), std::strerror(errno));
        std::exit(1);
    }
}

struct Arguments {
    std::map<std::string, std::string> values;
    std::vector<std::string> rest; ///< behind "--"
};

Arguments parse(int argc, char** argv) {
    Arguments arguments;
    int at = 1;
    for (; at < argc && std::strcmp(argv[at], "--") != 0; at += 2) {
        require(at + 1 < argc, std::string("no value for ") + argv[at]);
        arguments.values[argv[at]] = argv[at + 1];
    }
    for (++at; at < argc; ++at) {
        arguments.rest.emplace_back(argv[at]);
    }
    return arguments;
}

void bring(const fs::path& root, const fs::path& from) {
    const fs::path to = root / from.relative_path();
    if (fs::is_symlink(from)) {
        fs::create_symlink(fs::read_symlink(from), to);
    } else if (fs::exists(from)) {
        fs::create_directories(to);
        require(::mount(from.c_str(), to.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0,
                "bring " + from.string());
    }
}

void change_root(const fs::path& root) {
    require(::unshare(CLONE_NEWNS) == 0, "unshare");
    require(::mount(nullptr, "/", nullptr, MS_SLAVE | MS_REC, nullptr) == 0, "slave mounts");
    require(::mount(root.c_str(), root.c_str(), nullptr, MS_BIND | MS_REC, nullptr) == 0, "bind");
    for (const char* folder : {"/usr", "/lib", "/lib64"}) {
        bring(root, folder);
    }
    fs::create_directory(root / "proc"); // of its own PID namespace
    require(::mount("proc", (root / "proc").c_str(), "proc", 0, nullptr) == 0, "mount proc");
    require(::chdir(root.c_str()) == 0 && ::mkdir("old_root", 0600) == 0, "old_root");
    require(::syscall(SYS_pivot_root, ".", "old_root") == 0, "pivot_root");
    require(::chdir("/") == 0 && ::umount2("old_root", MNT_DETACH) == 0, "umount old_root");
    require(::rmdir("old_root") == 0, "rmdir old_root");
}

void make_device(const char* path, unsigned major, unsigned minor, uid_t user) {
    require(::mknod(path, S_IFCHR | 0600, makedev(major, minor)) == 0, path);
    require(::chown(path, user, user) == 0, path);
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "--version") == 0) {
        std::puts("Jailer v1.16.1\n");
        return 0;
    }
    ::syscall(SYS_close_range, 3U, ~0U, 0U);
    const Arguments arguments = parse(argc, argv);
    const std::string& id = arguments.values.at("--id");
    const fs::path program = fs::canonical(arguments.values.at("--exec-file"));
    const auto user = static_cast<uid_t>(std::stoul(arguments.values.at("--uid")));
    require(arguments.values.at("--gid") == arguments.values.at("--uid"), "one gid for each uid");
    const fs::path root =
        fs::canonical(arguments.values.at("--chroot-base-dir")) / program.filename() / id / "root";
    fs::create_directories(root);
    fs::copy_file(program, root / program.filename());
    const rlimit files{2048, 2048};
    require(::setrlimit(RLIMIT_NOFILE, &files) == 0, "setrlimit");
    change_root(root);
    for (const char* folder : {"/", "/dev", "/dev/net", "/run"}) {
        fs::create_directories(folder);
        require(::chmod(folder, 0700) == 0 && ::chown(folder, user, user) == 0, folder);
    }
    make_device("/dev/net/tun", 10, 200, user);
    make_device("/dev/kvm", 10, 232, user);
    const std::string name = "/" + program.filename().string();
    std::vector<std::string> words{name, "--id", id, "--start-time-us", "1"};
    words.insert(words.end(), {"--start-time-cpu-us", "0", "--parent-cpu-time-us", "1"});
    words.insert(words.end(), arguments.rest.begin(), arguments.rest.end());
    std::vector<char*> pointers;
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    require(::setgroups(0, nullptr) == 0 && ::setgid(user) == 0 && ::setuid(user) == 0, "setuid");
    std::array<char*, 1> no_environment{nullptr};
    ::execve(name.c_str(), pointers.data(), no_environment.data());
    require(false, "exec " + name);
}
