#pragma once

#include "raw_client.hpp"

#include "os/unique_fd.hpp"

#include <banger/test/fake_host.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <sys/socket.h>

namespace web::test {

/// The plugin's own library, in a host that answers as the daemon does.
class WebPlugin : public testing::Test {
  protected:
    WebPlugin() : host(BANGER_WEB_PLUGIN), port(free_port()) {
        host.answers["GET /v1/vms"] =
            R"({"vms":[{"name":"testbox","state":"running","ip":"172.30.88.10"}]})";
        host.answers["GET /v1/images"] = R"({"images":[]})";
        host.answers["GET /v1/operations"] = R"({"operations":[]})";
        host.answers["GET /v1/daemon"] = R"({"version":"1.2.3"})";
        host.answers["GET /v1/plugins"] = R"({"plugins":[]})";
    }
    ~WebPlugin() override {
        host.end();
        EXPECT_THAT(host.misuse(), ::testing::IsEmpty());
    }
    static std::uint16_t free_port() {
        const banger::os::UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
        return ntohs(address.sin_port);
    }
    [[nodiscard]] std::string config(bool other_port = false) const {
        return nlohmann::json{{"web_listen_addr", "127.0.0.1:" + std::to_string(port)},
                              {"other_port", other_port}}
            .dump();
    }
    [[nodiscard]] std::string own_host() const { return "127.0.0.1:" + std::to_string(port); }
    [[nodiscard]] RawClient::Answer get(const std::string& path) const {
        RawClient client(port);
        return client.ask("GET " + path + " HTTP/1.1\r\nHost: " + own_host() + "\r\n\r\n");
    }
    [[nodiscard]] RawClient::Answer post(const std::string& path, const std::string& form) const {
        RawClient client(port);
        return client.ask("POST " + path + " HTTP/1.1\r\nHost: " + own_host() +
                          "\r\nOrigin: http://" + own_host() +
                          "\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                          "Content-Length: " +
                          std::to_string(form.size()) + "\r\n\r\n" + form);
    }
    nlohmann::json said(const char* interface_id, const char* action) {
        return nlohmann::json::parse(host.action(interface_id, action).printed());
    }

    banger::fake::Host host;
    const std::uint16_t port;
};

} // namespace web::test
