#pragma once

#include "http/router.hpp"
#include "pages/read_pages.hpp"
#include "pages/site.hpp"

#include <banger/test/fake_host.hpp>

#include <initializer_list>
#include <memory>
#include <string>

namespace web::test {

struct NoPlugin {
    static constexpr const char* id = "none";
    static constexpr const char* name = "None";
    static constexpr const char* version = "1.0.0";
    NoPlugin(banger::Host, banger::Call&, std::string_view) {}
};

/// Pages with what a daemon says that is none: set() what it answers, then get().
class ConsoleSite {
  public:
    using Add = void (*)(Router&, Site&);
    explicit ConsoleSite(std::initializer_list<Add> groups) {
        host_.begin();
        const banger::Host host(host_.raw());
        site_.reset(new Site{host, Config(), Daemon(host), State(host), Renderer(),
                             Csrf(std::string(32, 's'))});
        for (const Add add : groups) {
            add(router_, *site_);
        }
        set("/v1/vms", {{"vms", nlohmann::json::array()}});
        set("/v1/images", {{"images", nlohmann::json::array()}});
        set("/v1/operations", {{"operations", nlohmann::json::array()}});
        set("/v1/daemon", nlohmann::json::object());
        set("/v1/plugins", {{"plugins", nlohmann::json::array()}});
    }
    void set(const std::string& target, const nlohmann::json& answer) {
        host_.answers["GET " + target] =
            answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    void answer(const std::string& method_and_target, const nlohmann::json& answer) {
        host_.answers[method_and_target] =
            answer.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    [[nodiscard]] banger::fake::Host& host() { return host_; }
    /// What a page throws comes out of it.
    Response get(const std::string& path, const std::string& query = {}, bool fragment = false) {
        Request request = request_of("GET", path);
        request.target += query.empty() ? "" : "?" + query;
        request.query = Params::parse(query).value();
        if (fragment) {
            request.headers["x-banger-fragment"] = "1";
        }
        return answer(std::move(request));
    }
    Response post(const std::string& path, const std::string& form = {}) {
        Request request = request_of("POST", path);
        request.form = Params::parse(form).value();
        return answer(std::move(request));
    }
    [[nodiscard]] Site& site() { return *site_; }
    [[nodiscard]] std::filesystem::path folder() const { return host_.state_dir(); }

  private:
    static Request request_of(const std::string& method, const std::string& path) {
        Request request;
        request.id = "w1";
        request.method = method;
        request.path = path;
        request.target = path;
        request.host = "127.0.0.1:7777";
        return request;
    }
    Response answer(Request request) {
        const Router::Found found = router_.find(request.method, request.path);
        if (found.handler == nullptr) {
            throw std::logic_error("nobody answers " + request.path);
        }
        request.args = found.args;
        Response response;
        std::exception_ptr thrown;
        host_.call("page", [&](void*, banger_call* raw) {
            banger::Call call(raw);
            try {
                response = (*found.handler)(call, request);
            } catch (...) {
                thrown = std::current_exception();
            }
            return BANGER_OK;
        });
        if (thrown) {
            std::rethrow_exception(thrown);
        }
        return response;
    }

    banger::fake::Host host_{&banger::Export<NoPlugin>::entry};
    Router router_;
    std::unique_ptr<Site> site_; // last: it uses the others
};

/// How often a text has that part.
[[nodiscard]] inline std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

/// A VM as the daemon tells of one that runs, with all that there may be.
[[nodiscard]] inline nlohmann::json full_vm(const std::string& name) {
    return nlohmann::json::parse(R"({
"id": "a1b2c3d4e5f6", "state": "running", "since": "2026-11-30T10:00:00.000Z", "image": "default",
"vcpus": 2, "memory_mib": 1024, "disk_mib": 8192, "work_disk_mib": 20480, "disk_mode": "overlay",
"disk_bytes_per_s": 1048576, "disk_ops_per_s": 100, "network_bytes_per_s": 1048576, "vmm": "auto",
"driver": "firecracker", "vmm_reason": "it is the fastest", "agent_channel": "vsock", "cid": 7,
"accel": "kvm", "ip": "172.30.88.10", "mac": "02:42:ac:1e:58:0a", "fqdn": "web.vm", "pid": 4711,
"supervisor_pid": 4710, "created_at": "2026-11-29T10:00:00.000Z",
"started_at": "2026-11-30T10:00:00.000Z", "ready_at": "2026-11-30T10:00:02.000Z",
"exit": {"cause": "powered off", "reason": "vm stop", "code": 0, "signal": null,
         "at": "2026-11-29T20:00:00.000Z"},
"guest": {"state": "ready", "heard_at": "2026-11-30T10:10:00.000Z", "agent": {"version": "0.1.0"},
  "failed_units": ["x.service"], "cpu_percent": 37.4,
  "stats": {"uptime_ms": 996000, "load": [0.1, 0.2, 0.3], "processes": 61, "logins": 1,
    "memory": {"total": 1073741824, "available": 429496729},
    "disks": [{"mount": "/", "fs": "overlay", "total": 8589934592, "used": 1073741824}]},
  "ports": {"ports": [
    {"address": "0.0.0.0", "port": 22, "process": "sshd", "pid": 1, "http": false, "title": null},
    {"address": "0.0.0.0", "port": 8000, "process": "python3", "pid": 2, "http": true,
     "title": "Directory listing"},
    {"address": "127.0.0.1", "port": 5432, "process": "postgres", "pid": 3, "http": false}]}},
"options": {"nat": {"nat": true, "egress": "open", "publish": ["8080:8000", "127.0.0.1:53:53/udp"]}},
"autostart": "last", "idle_stop_s": 1800, "max_lifetime_s": 86400, "idle_since": null,
"activity": "2 logins", "stops": {"at": "2030-01-01T00:00:00.000Z", "why": "lifetime"},
"warnings": ["a warning of it"], "operation": "op-1", "last_operation": "op-1",
"timings": [{"stage": "network", "ms": 38.2}, {"stage": "boot", "ms": 1893.1}],
"paths": {"dir": "/tmp", "run": "/tmp", "console": "/nonexistent/console.log"}})")
        .patch({{{"op", "add"}, {"path", "/name"}, {"value", name}}});
}

[[nodiscard]] inline nlohmann::json operation(const std::string& id, const std::string& kind,
                                              const std::string& target, const std::string& state) {
    return {{"id", id},
            {"kind", kind},
            {"target", target},
            {"state", state},
            {"stage", "boot"},
            {"percent", 64},
            {"progress", nullptr},
            {"stages", nlohmann::json::array()},
            {"created_at", "2026-11-30T10:00:00.000Z"},
            {"ended_at", nullptr},
            {"elapsed_ms", 12.5},
            {"error", nullptr},
            {"result", nullptr},
            {"log", nlohmann::json::array()},
            {"privileged", nlohmann::json::array()}};
}

} // namespace web::test
