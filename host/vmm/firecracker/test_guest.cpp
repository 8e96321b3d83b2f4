#include "vmm/firecracker/test_guest.hpp"

#include "os/child.hpp"
#include "os/deadline.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/pipe.hpp"
#include "os/temporary_dir.hpp"
#include "os/unix_socket.hpp"
#include "vmm/firecracker/api_client.hpp"
#include "vmm/plan.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <utility>

#include <elf.h>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace banger::vmm::firecracker {
using nlohmann::json;
using os::Error;
using os::ErrorKind;
using os::UniqueFd;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::uint64_t load_address = 0x100000; ///< the least that Firecracker takes
constexpr std::chrono::milliseconds look_again{5};

/// 64-bit code, as Firecracker enters a kernel without a PVH note.
constexpr std::string_view code{"\x66\xBA\xF8\x03" // mov dx, 0x3f8
                                "\xB0K"            // mov al, 'K'
                                "\xEE"             // out dx, al
                                "\xB0\xFE"         // mov al, 0xfe
                                "\xE6\x64"         // out 0x64, al: the i8042 resets
                                "\xF4"             // hlt
                                "\xEB\xFD",        // jmp back to it
                                14};

/// What can be read now.
std::string read_some(int fd) {
    std::array<char, 4096> buffer{};
    const ssize_t n = ::read(fd, buffer.data(), buffer.size());
    return n > 0 ? std::string(buffer.data(), static_cast<std::size_t>(n)) : std::string();
}

/// A conversation over one connection, one request after the other.
class Conversation {
  public:
    Conversation(UniqueFd fd, os::Deadline deadline) : fd_(std::move(fd)), deadline_(deadline) {}

    /// Throws when it is refused, or not answered in time.
    json ask(const ApiRequest& request) {
        std::optional<ApiClient::Reply> reply;
        client_.call(request, [&reply](const ApiClient::Reply& got) { reply = got; });
        while (!reply) {
            if (!client_.pending().empty()) {
                const std::string bytes(client_.pending());
                os::send_all(fd_.get(), bytes, std::chrono::milliseconds(left()));
                client_.sent(bytes.size());
            }
            if (!os::wait_ready(fd_.get(), POLLIN, deadline_)) {
                throw Error(ErrorKind::timeout, request.name() + ": Firecracker does not answer");
            }
            receive();
        }
        if (!reply->ok) {
            throw refusal(request, *reply);
        }
        return reply->data;
    }

  private:
    [[nodiscard]] int left() const { return std::max(os::poll_time(deadline_), 1); }

    void receive() {
        std::array<char, 4096> buffer{};
        const ssize_t n = ::recv(fd_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
        if (n > 0) {
            client_.feed({buffer.data(), static_cast<std::size_t>(n)});
        } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
            client_.closed();
        }
    }

    UniqueFd fd_;
    os::Deadline deadline_;
    ApiClient client_;
};

/// One run of the binary, in a folder of its own.
class Attempt {
  public:
    Attempt(const std::filesystem::path& binary, os::Deadline deadline) : deadline_(deadline) {
        os::write_file_atomic(kernel(), test_kernel(), 0600, os::Durability::rebuildable);
        os::write_file_atomic(log(), "", 0600, os::Durability::rebuildable); // not made before 1.14
        os::SpawnOptions options;
        options.cwd = folder_.path();
        options.stdout_fd = console_.write.get();
        options.stderr_fd = words_.write.get();
        // It is the thread that counts there: ours waits for the guest, whatever comes of it.
        options.die_with_parent = true;
        child_.emplace(
            os::Child::spawn({binary.string(), "--id", "banger-probe", "--api-sock",
                              socket().string(), "--log-path", log().string(), "--level", "Error"},
                             options));
        console_.write.reset();
        words_.write.reset();
    }

    void run(const std::string& version) {
        Conversation api(connect(), deadline_);
        const json told = api.ask({"GET", "/version", ""});
        const auto word = told.find("firecracker_version");
        if (word == told.end() || *word != version) {
            throw Error(ErrorKind::unavailable, "its API says that it is another version");
        }
        (void)api.ask({"PUT", "/machine-config", R"({"mem_size_mib":16,"vcpu_count":1})"});
        (void)api.ask(
            {"PUT", "/boot-source",
             json{{"kernel_image_path", kernel().string()}, {"boot_args", "reboot=k"}}.dump()});
        (void)api.ask({"PUT", "/actions", R"({"action_type":"InstanceStart"})"});
        await_sign();
    }

    /// The last words of a Firecracker that is ended for it; mostly none.
    [[nodiscard]] std::string last_words() {
        child_->kill(SIGKILL);
        (void)child_->wait();
        std::string text = read_some(words_.read.get());
        if (text.empty()) {
            text = os::find_file(log()).value_or("");
        }
        return text.substr(0, text.find('\n'));
    }

  private:
    [[nodiscard]] std::filesystem::path kernel() const { return folder_.path() / "kernel"; }
    [[nodiscard]] std::filesystem::path log() const { return folder_.path() / "log"; }
    [[nodiscard]] std::filesystem::path socket() const { return folder_.path() / "api.sock"; }

    /// It makes its socket some milliseconds after its start.
    UniqueFd connect() {
        for (;;) {
            try {
                return os::connect_unix(socket());
            } catch (const Error& error) {
                if (error.kind() != ErrorKind::unavailable &&
                    error.kind() != ErrorKind::not_found) {
                    throw;
                }
            }
            if (Clock::now() >= deadline_) {
                throw Error(ErrorKind::timeout, "it makes no API socket");
            }
            if (child_->wait_for(look_again)) {
                throw Error(ErrorKind::unavailable, "it ended at once");
            }
        }
    }

    void await_sign() {
        for (;;) {
            pollfd entry{console_.read.get(), POLLIN, 0};
            if (::poll(&entry, 1, os::poll_time(deadline_)) == 0) {
                throw Error(ErrorKind::timeout, "the test guest put out nothing");
            }
            const std::string text = read_some(console_.read.get());
            if (text.find('K') != std::string::npos) {
                return;
            }
            if (text.empty() && (entry.revents & POLLHUP) != 0) {
                throw Error(ErrorKind::unavailable, "it ended without a sign of the test guest");
            }
        }
    }

    os::TemporaryDir folder_{"banger-firecracker"};
    os::Deadline deadline_;
    os::Pipe console_ = os::make_pipe(O_NONBLOCK);
    os::Pipe words_ = os::make_pipe(O_NONBLOCK);
    std::optional<os::Child> child_;
};

} // namespace

std::string test_kernel() {
    Elf64_Ehdr head{};
    std::memcpy(head.e_ident, ELFMAG, SELFMAG);
    head.e_ident[EI_CLASS] = ELFCLASS64;
    head.e_ident[EI_DATA] = ELFDATA2LSB;
    head.e_ident[EI_VERSION] = EV_CURRENT;
    head.e_type = ET_EXEC;
    head.e_machine = EM_X86_64;
    head.e_version = EV_CURRENT;
    head.e_entry = load_address;
    head.e_phoff = sizeof head;
    head.e_ehsize = sizeof head;
    head.e_phentsize = sizeof(Elf64_Phdr);
    head.e_phnum = 1;
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_flags = PF_R | PF_X;
    segment.p_offset = sizeof head + sizeof segment;
    segment.p_vaddr = load_address;
    segment.p_paddr = load_address;
    segment.p_filesz = code.size();
    segment.p_memsz = code.size();
    std::string image(sizeof head + sizeof segment, '\0');
    std::memcpy(image.data(), &head, sizeof head);
    std::memcpy(image.data() + sizeof head, &segment, sizeof segment);
    return image.append(code);
}

std::optional<TestFailure> run_test_guest(const std::filesystem::path& binary,
                                          const std::string& version,
                                          std::chrono::milliseconds time) {
    Attempt attempt(binary, Clock::now() + time);
    try {
        attempt.run(version);
        return std::nullopt;
    } catch (const Error& error) {
        const std::string words = attempt.last_words();
        // What Firecracker itself says or does is `unavailable` in all of this file.
        return TestFailure{std::string(error.what()) + (words.empty() ? "" : ": " + words),
                           error.kind() != ErrorKind::unavailable};
    }
}

} // namespace banger::vmm::firecracker
