#include "agent.hpp"
#include "file_refusal.hpp"
#include "routes.hpp"
#include "words.hpp"

#include "guest/fd.hpp"

#include <cstdio>
#include <limits>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace agent {
namespace {

struct Ownership {
    mode_t mode;
    uid_t uid;
    gid_t gid;
};

Ownership read_ownership(const Head& head) {
    constexpr std::uint64_t most = std::numeric_limits<std::uint32_t>::max() - 1;
    const std::string mode = head.parameter("mode");
    const auto bits = mode.empty() ? std::optional<std::uint64_t>(0644) : parse_number(mode, 8);
    if (!bits || *bits > 07777) {
        throw Refusal(Kind::invalid, "mode must be octal, at most 7777");
    }
    return {static_cast<mode_t>(*bits), static_cast<uid_t>(head.number("uid", 0, 0, most)),
            static_cast<gid_t>(head.number("gid", 0, 0, most))};
}

/// Writes beside the place, and takes the place when it is whole. Dropped before that, nothing
/// has happened.
class Upload final : public Exchange {
  public:
    Upload(Session& session, const Head& head)
        : session_(session), path_(head.parameter("path")), ownership_(read_ownership(head)) {
        static std::uint64_t number = 0;
        check_file_path(path_);
        beside_ = path_.substr(0, path_.rfind('/') + 1) + ".banger-new." +
                  std::to_string(::getpid()) + "." + std::to_string(++number);
        ::unlink(beside_.c_str()); // of an agent before, with our process id
        file_ = banger::guest::Fd(
            ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
        if (!file_) {
            refuse_file("write " + path_);
        }
    }
    ~Upload() override {
        if (file_) {
            ::unlink(beside_.c_str());
        }
    }

    void body(std::string_view bytes) override {
        while (!bytes.empty()) {
            const ssize_t n = ::write(file_.get(), bytes.data(), bytes.size());
            if (n < 0 && errno != EINTR) {
                refuse_file("write " + path_);
            }
            bytes.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 0);
        }
    }

    void end() override {
        if (::fchown(file_.get(), ownership_.uid, ownership_.gid) != 0 ||
            ::fchmod(file_.get(), ownership_.mode) != 0 ||
            ::rename(beside_.c_str(), path_.c_str()) != 0) {
            refuse_file("write " + path_);
        }
        file_ = banger::guest::Fd();
        session_.answer(201, "{}");
    }

  private:
    Session& session_;
    std::string path_;
    Ownership ownership_;
    std::string beside_;
    banger::guest::Fd file_;
};

} // namespace

std::unique_ptr<Exchange> open_upload(Agent& /*agent*/, Session& session, const Head& head) {
    return std::make_unique<Upload>(session, head);
}

} // namespace agent
