#include "builder/download.hpp"

#include "builder/digest.hpp"
#include "builder/interrupt.hpp"
#include "os/error.hpp"
#include "os/file.hpp"

#include <cerrno>
#include <chrono>
#include <curl/curl.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <thread>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;
using os::Error;
using os::ErrorKind;

/// One transfer into an open .part file.
struct Transfer {
    int fd = -1;
    const Interrupt* interrupt = nullptr;
    CURL* curl = nullptr;
    bool resumed = false; ///< we asked for the rest of the file
    bool checked = false; ///< the status line was looked at
    int write_error = 0;
};

std::size_t on_data(char* data, std::size_t size, std::size_t count, void* user) {
    auto& transfer = *static_cast<Transfer*>(user);
    if (!transfer.checked) {
        transfer.checked = true;
        long status = 0;
        curl_easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
        // The server sends the whole file again: it does not know ranges.
        if (transfer.resumed && status == 200 &&
            (::ftruncate(transfer.fd, 0) != 0 || ::lseek(transfer.fd, 0, SEEK_SET) != 0)) {
            transfer.write_error = errno;
            return 0;
        }
    }
    std::size_t done = 0;
    while (done < size * count) {
        const ssize_t n = ::write(transfer.fd, data + done, size * count - done);
        if (n < 0 && errno != EINTR) {
            transfer.write_error = errno;
            return 0;
        }
        done += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    return done;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return static_cast<Transfer*>(user)->interrupt->raised() ? 1 : 0;
}

enum class Outcome { complete, cut_off, bad_range };

struct Attempt {
    Outcome outcome = Outcome::complete;
    std::string reason;
};

using Curl = std::unique_ptr<CURL, void (*)(CURL*)>;

Curl make_curl() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    Curl curl(ready == CURLE_OK ? curl_easy_init() : nullptr, curl_easy_cleanup);
    if (!curl) {
        throw Error(ErrorKind::internal, "libcurl does not start");
    }
    return curl;
}

Attempt transfer_once(const std::string& url, const fs::path& part, const Interrupt& interrupt) {
    const os::UniqueFd file = os::open_file(part, O_WRONLY | O_CREAT | O_APPEND, 0644);
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) {
        throw os::errno_error("look at " + part.string());
    }
    const Curl curl = make_curl();
    Transfer transfer{
        .fd = file.get(), .interrupt = &interrupt, .curl = curl.get(), .resumed = info.st_size > 0};
    curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, 8L);
    curl_easy_setopt(curl.get(), CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT, 20L);
    curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_LIMIT,
                     1024L); // bytes a second, over the time below
    curl_easy_setopt(curl.get(), CURLOPT_LOW_SPEED_TIME, 30L);
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, "banger-bundle");
    curl_easy_setopt(curl.get(), CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(info.st_size));
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl.get(), CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl.get(), CURLOPT_XFERINFODATA, &transfer);
    const CURLcode code = curl_easy_perform(curl.get());
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    // Newer releases (8.14 does) call a 416 a success when the part is as long as the whole file.
    if (transfer.resumed && (status == 416 || code == CURLE_RANGE_ERROR)) {
        return {Outcome::bad_range, {}};
    }
    if (code == CURLE_OK) {
        return {};
    }
    if (code == CURLE_ABORTED_BY_CALLBACK) {
        interrupt.check();
    }
    if (transfer.write_error != 0) {
        throw os::errno_error("write " + part.string(), transfer.write_error);
    }
    std::string reason = curl_easy_strerror(code);
    if (code == CURLE_HTTP_RETURNED_ERROR) {
        reason = "HTTP status " + std::to_string(status);
        if (status >= 400 && status < 500 && status != 408 && status != 429) {
            throw Error(ErrorKind::unavailable, "download " + url + ": " + reason,
                        "check the URL in the manifest");
        }
    }
    return {Outcome::cut_off, std::move(reason)};
}

void verify(const fs::path& file, const std::string& expected, const std::string& what) {
    const std::string actual = sha256_file(file);
    if (actual != expected) {
        fs::remove(file);
        throw Error(
            ErrorKind::invalid, what + " has the SHA-256 " + actual + ", expected is " + expected,
            "the manifest or index that names the hash is wrong, or the file; it was removed");
    }
}

/// A .part that was complete before: the server has nothing after it. A wrong one is started
/// afresh.
bool already_complete(const fs::path& part, const std::string& expected) {
    if (sha256_file(part) == expected) {
        return true;
    }
    fs::remove(part);
    return false;
}

/// `expected` empty: whatever the server has.
void download(const std::string& url, const std::string& expected, const fs::path& target,
              const Interrupt& interrupt) {
    constexpr int tries = 4;
    const fs::path part = target.string() + ".part";
    for (int attempt = 1;; ++attempt) {
        const Attempt result = transfer_once(url, part, interrupt);
        if (result.outcome == Outcome::complete ||
            (result.outcome == Outcome::bad_range && already_complete(part, expected))) {
            break;
        }
        if (attempt == tries) {
            throw Error(
                ErrorKind::unavailable,
                "download " + url + ": " +
                    (result.reason.empty() ? "the server's ranges are wrong" : result.reason),
                "run the same command again: it continues where it stopped");
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(200 * attempt));
        interrupt.check();
    }
    if (!expected.empty()) {
        verify(part, expected, url);
    }
    fs::rename(part, target);
}

} // namespace

void fetch(const Source& source, const fs::path& target, const Interrupt& interrupt) {
    if (!source.path.empty()) {
        if (!source.sha256.empty()) {
            const std::string actual = sha256_file(source.path);
            if (actual != source.sha256) {
                throw Error(ErrorKind::invalid,
                            source.path.string() + " has the SHA-256 " + actual + ", expected is " +
                                source.sha256,
                            "correct the file or the hash");
            }
        }
        fs::remove(target);
        os::clone_file(source.path, target, 0644);
        return;
    }
    if (fs::exists(target) && sha256_file(target) == source.sha256) {
        return;
    }
    download(source.url, source.sha256, target, interrupt);
}

void fetch_newest(const std::string& url, const fs::path& target, const Interrupt& interrupt) {
    fs::remove(target.string() + ".part"); // of what may have been another version
    download(url, {}, target, interrupt);
}

} // namespace banger::bundle
