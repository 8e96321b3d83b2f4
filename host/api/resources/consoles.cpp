#include "api/resources/resources.hpp"

#include "api/relay.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "supervisor/client.hpp"
#include "vm/guest_session.hpp"
#include "vm/machines.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

namespace banger::api {
using os::Error;
using os::ErrorKind;
namespace asio = boost::asio;

namespace {

constexpr std::int64_t max_tail = 10000;

/// Reads what a growing file got, and starts over when it was turned over.
class Follower {
  public:
    explicit Follower(std::filesystem::path path) : path_(std::move(path)) {
        struct stat info {};
        if (::stat(path_.c_str(), &info) == 0) {
            inode_ = info.st_ino;
            at_ = info.st_size;
        }
    }

    std::string more() {
        const os::UniqueFd fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        struct stat info {};
        if (!fd || ::fstat(fd.get(), &info) != 0) {
            return {};
        }
        if (info.st_ino != inode_ || info.st_size < at_) {
            inode_ = info.st_ino;
            at_ = 0;
        }
        std::string text(32768, '\0');
        const ssize_t n = ::pread(fd.get(), text.data(), text.size(), at_);
        text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
        at_ += n > 0 ? n : 0;
        return text;
    }

  private:
    std::filesystem::path path_;
    ino_t inode_ = 0;
    off_t at_ = 0;
};

asio::awaitable<void> follow(std::shared_ptr<vm::Machine> machine, std::filesystem::path path,
                             std::string first, Stream& stream) {
    Follower follower(path);
    co_await stream.write(std::move(first));
    while (!machine->deleted) {
        std::string more = follower.more();
        if (!more.empty()) {
            co_await stream.write(std::move(more));
        } else if (!co_await stream.pause(std::chrono::milliseconds(200))) {
            break;
        }
    }
}

} // namespace

void add_consoles(Router& router, const Parts& parts) {
    router.on("GET", "/v1/vms/{name}/console",
              [&parts](Request request) -> asio::awaitable<Response> {
                  const auto machine = parts.machines.get(request.param("name"));
                  const auto count = request.find_number("tail", 0, max_tail).value_or(200);
                  const auto path = vm::MachinePaths(parts.settings, machine->id()).console();
                  std::string text;
                  for (const std::string& line :
                       vm::console_tail(path, static_cast<std::size_t>(count))) {
                      text += line + "\n";
                  }
                  if (!request.flag("follow")) {
                      co_return text_response(std::move(text));
                  }
                  co_return text_stream([machine, path, text](Stream& stream) {
                      return follow(machine, path, text, stream);
                  });
              });
    router.on("GET", "/v1/vms/{name}/console-attach",
              [&parts](Request request) -> asio::awaitable<Response> {
                  request.require_upgrade("banger-console");
                  const auto machine = parts.machines.get(request.param("name"));
                  if (!machine->process || machine->ended) {
                      throw Error(ErrorKind::conflict, "VM " + machine->name() + " does not run",
                                  "start it with: banger vm start " + machine->name());
                  }
                  auto fd_work = vm::offload(
                      parts.threads, [process = *machine->process] { return process.console(); });
                  auto fd = co_await std::move(fd_work);
                  auto session = std::make_shared<vm::GuestSession>(machine);
                  co_return upgrade_response(
                      "banger-console",
                      relay(parts.threads.loop, std::move(fd), std::move(session)));
              });
}

} // namespace banger::api
