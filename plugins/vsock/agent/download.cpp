#include "agent.hpp"
#include "file_refusal.hpp"
#include "json_text.hpp"
#include "routes.hpp"

#include "guest/fd.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

namespace agent {
namespace {

class Download final : public Exchange {
  public:
    Download(Session& session, std::string path) : session_(session), path_(std::move(path)) {
        check_file_path(path_);
    }

    void body(std::string_view /*bytes*/) override {}

    void end() override {
        // Without waiting: nobody may be at the other end of a pipe.
        file_ =
            banger::guest::Fd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
        if (!file_) {
            refuse_file("open " + path_);
        }
        struct stat info {};
        if (::fstat(file_.get(), &info) != 0) {
            refuse_file("look at " + path_);
        }
        if (!S_ISREG(info.st_mode)) {
            throw Refusal(Kind::invalid, path_ + " is no regular file");
        }
        session_.start("application/octet-stream", "Banger-File: " +
                                                       to_text({{"size", info.st_size},
                                                                {"mode", info.st_mode & 07777U},
                                                                {"uid", info.st_uid},
                                                                {"gid", info.st_gid},
                                                                {"mtime", info.st_mtim.tv_sec}}) +
                                                       "\r\n");
        session_.want_room();
    }

    void writable() override {
        std::array<char, 32768> buffer; // NOLINT: filled by read()
        const ssize_t n =
            ::read(file_.get(), buffer.data(), std::min(buffer.size(), session_.room()));
        if (n > 0) {
            session_.write({buffer.data(), static_cast<std::size_t>(n)});
            session_.want_room();
        } else if (n == 0) {
            session_.finish();
        } else {
            session_.abort(); // the client sees that the last chunk is missing
        }
    }

  private:
    Session& session_;
    std::string path_;
    banger::guest::Fd file_;
};

} // namespace

std::unique_ptr<Exchange> open_download(Agent& /*agent*/, Session& session, const Head& head) {
    return std::make_unique<Download>(session, head.parameter("path"));
}

} // namespace agent
