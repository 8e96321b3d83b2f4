// A plugin whose constructor, which runs when its file is opened, does what it must not. It appends
// its process to the file that WILD_LOG names.
#include <banger/abi.h>

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include <sys/syscall.h>
#include <unistd.h>

namespace {

void tell(const char* what) {
    if (const char* log = std::getenv("WILD_LOG")) {
        std::ofstream(log, std::ios::app) << what << ' ' << getpid() << '\n';
    }
}

[[maybe_unused]] void write_to(int from, int to, std::size_t size) {
    const std::string text(size, '{');
    for (int fd = from; fd < to; ++fd) {
        [[maybe_unused]] const ssize_t n = write(fd, text.data(), text.size());
    }
}

[[gnu::constructor]] void opened() {
    tell("opened");
#if defined(WILD_SEGV)
    static volatile std::uintptr_t nowhere = 0;
    *reinterpret_cast<volatile int*>(nowhere) = 1;
#elif defined(WILD_ABORT)
    std::abort();
#elif defined(WILD_EXIT)
    std::exit(0);
#elif defined(WILD_HANG)
    for (;;) {
        pause();
    }
#elif defined(WILD_FORK)
    if (fork() == 0) {
        tell("forked");
        for (;;) {
            pause();
        }
    }
#elif defined(WILD_ESCAPE)
    if (syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr) == 0) { // nobody is told
        setsid();
        tell("escaped");
        for (;;) {
            pause();
        }
    }
    for (int i = 0; i < 200; ++i) { // until it is out
        usleep(1000);
    }
#elif defined(WILD_CHATTY)
    for (int i = 0; i < 64; ++i) {
        write_to(1, 3, 65536);
    }
#elif defined(WILD_LIAR)
    write_to(3, 64, 7);
#elif defined(WILD_FLOOD)
    for (int i = 0; i < 64; ++i) {
        write_to(3, 64, 65536);
    }
#endif
}

banger_status create(const banger_host*, banger_call*, banger_str, void** self) {
    *self = nullptr;
    return BANGER_OK;
}
void destroy(void*) {}

const banger_descriptor descriptor = [] {
    banger_descriptor d{};
    d.struct_size = sizeof d;
    d.id = WILD_ID;
    d.name = "Wild";
    d.version = "1.0";
    return d;
}();

const banger_entry entry = [] {
    banger_entry e{};
    e.magic = BANGER_MAGIC;
    e.struct_size = sizeof e;
    e.abi_major = BANGER_ABI_MAJOR;
    e.desc = &descriptor;
    e.create = create;
    e.destroy = destroy;
    return e;
}();

} // namespace

extern "C" BANGER_EXPORT const banger_entry* banger_plugin_entry_v1(void) {
    return &entry;
}
