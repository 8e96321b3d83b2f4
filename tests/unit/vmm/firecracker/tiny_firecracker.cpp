// A Firecracker that runs no guest: it answers its API and puts out what the probe's test guest
// would. $TINY_MODE says what goes wrong.
#include "os/unix_socket.hpp"
#include "support/firecracker_api.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>

#include <sys/socket.h>
#include <unistd.h>

namespace {

namespace fake = banger::test::firecracker;

std::string option(int argc, char** argv, const char* name) {
    for (int i = 1; i + 1 < argc; ++i) {
        if (std::strcmp(argv[i], name) == 0) {
            return argv[i + 1];
        }
    }
    return {};
}

/// One request off the front of `bytes`, reading on until it is whole; false at the end.
bool next(int fd, std::string& bytes, std::string& line, std::string& body) {
    constexpr std::string_view length = "Content-Length: ";
    for (;;) {
        const std::size_t end = bytes.find("\r\n\r\n");
        if (end != std::string::npos) {
            const std::size_t at = bytes.find(length);
            const std::size_t size =
                at < end ? std::strtoul(bytes.c_str() + at + length.size(), nullptr, 10) : 0;
            if (bytes.size() >= end + 4 + size) {
                line = bytes.substr(0, bytes.find("\r\n"));
                body = bytes.substr(end + 4, size);
                bytes.erase(0, end + 4 + size);
                return true;
            }
        }
        std::array<char, 4096> buffer{};
        const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (n <= 0) {
            return false;
        }
        bytes.append(buffer.data(), static_cast<std::size_t>(n));
    }
}

std::string http(const fake::Answer& answer) {
    return "HTTP/1.1 " + std::to_string(answer.status) + " \r\nServer: Firecracker API\r\n" +
           (answer.status == 204
                ? std::string("\r\n")
                : "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n") +
           answer.body;
}

int serve(const std::string& socket, const std::string& mode, const std::string& version) {
    const auto listener = banger::os::listen_unix(socket);
    const banger::os::UniqueFd client(::accept(listener.get(), nullptr, nullptr));
    fake::Api::Options options;
    options.version = mode == "liar" ? "1.0.0" : version;
    options.open_files = true;
    fake::Api api(nullptr, options);
    std::string bytes;
    std::string line;
    std::string body;
    while (next(client.get(), bytes, line, body)) {
        if (mode == "deaf") {
            ::pause();
        }
        const std::size_t first = line.find(' ');
        const std::size_t second = line.find(' ', first + 1);
        const std::string path = line.substr(first + 1, second - first - 1);
        fake::Answer answer = api.handle(line.substr(0, first), path, body);
        if (mode == "refuse" && path == "/actions") {
            answer = {400, R"({"fault_message":"Start microvm error: Kvm error: no."})"};
        }
        const std::string text = http(answer);
        (void)!::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL);
        if (api.state() == fake::State::running && mode != "refuse") {
            if (mode == "silent") {
                ::pause();
            }
            std::cout << (mode == "reset" ? "" : "K") << std::flush;
            return 0;
        }
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const char* const told = std::getenv("TINY_MODE");
    const std::string mode = told != nullptr ? told : "";
    const char* const wanted = std::getenv("TINY_VERSION");
    const std::string version = wanted != nullptr ? wanted : "1.15.1";
    if (argc > 1 && std::strcmp(argv[1], "--version") == 0) {
        std::cout << "Firecracker v" << version << "\n\n";
        return 0;
    }
    if (mode == "gone") {
        std::cerr << "Error: RunWithApi(FailedToBindSocket)\n";
        return 1;
    }
    return serve(option(argc, argv, "--api-sock"), mode, version);
}
