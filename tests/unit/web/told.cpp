#include "told.hpp"

namespace web {

using nlohmann::json;

json told_operation() {
    return json::parse(R"({
        "id": "op-0a1b2c3d", "kind": "imagebuild.build", "target": "dev", "state": "failed",
        "stage": "removing the builder VM", "percent": 40, "progress": null,
        "stages": [
            {"name": "preparing", "started_at": "2026-11-30T12:00:00.000Z",
             "ended_at": "2026-11-30T12:00:02.000Z", "ms": 2000, "state": "done"},
            {"name": "packages", "started_at": "2026-11-30T12:00:02.000Z",
             "ended_at": "2026-11-30T12:00:08.000Z", "ms": 6000, "state": "failed"},
            {"name": "removing the builder VM", "started_at": "2026-11-30T12:00:08.000Z",
             "ended_at": "2026-11-30T12:00:10.000Z", "ms": 2000, "state": "done"}],
        "created_at": "2026-11-30T12:00:00.000Z", "ended_at": "2026-11-30T12:00:10.000Z",
        "elapsed_ms": 10000,
        "error": {"kind": "not_found", "message": "there is no package pakages",
                  "hint": "did you mean packages?",
                  "console": ["E: Unable to locate package", "\u001b[31mapt failed\u001b[0m"]},
        "warnings": ["tmux plugins were left out"],
        "result": {"image": "dev", "size_bytes": 1610612736, "took_s": 93.5, "note": "with docker",
                   "vm": {"name": "testbox", "state": "running"}, "notes": ["one", "two"]},
        "log": [
            {"at": "2026-11-30T12:00:01.000Z", "level": "info", "text": "\u001b[32mfetching\u001b[0m"},
            {"at": "2026-11-30T12:00:07.000Z", "level": "error", "text": "exit status 100"}],
        "privileged": [
            {"at": "2026-11-30T12:00:01.500Z", "command": "tap add bgr0", "ok": true, "ms": 12},
            {"at": "2026-11-30T12:00:01.600Z", "command": "nft -f rules", "ok": false, "ms": 7}],
        "initiator": "plugin web"
    })");
}

json told_running() {
    return json::parse(R"({
        "id": "op-11112222", "kind": "create", "target": "testbox", "state": "running",
        "stage": "copying", "percent": 50,
        "progress": {"done": 52428800, "total": 104857600, "unit": "bytes"},
        "stages": [
            {"name": "network", "started_at": "2026-11-30T12:00:00.000Z",
             "ended_at": "2026-11-30T12:00:01.000Z", "ms": 1000, "state": "done"},
            {"name": "copying", "started_at": "2026-11-30T12:00:01.000Z", "ended_at": null,
             "ms": 5000, "state": "running"}],
        "created_at": "2026-11-30T12:00:00.000Z", "ended_at": null, "elapsed_ms": 6000,
        "error": null, "warnings": [], "result": null, "log": [], "privileged": [],
        "initiator": "uid 1000"
    })");
}

json told_image() {
    return json::parse(R"({
        "name": "dev", "kind": "managed", "rootfs": "/store/dev/rootfs.ext4", "kernel": null,
        "kernel_elf": "/store/dev/vmlinux", "initrd": null, "modules": "/store/dev/modules",
        "work_seed": "/store/dev/work-seed.ext4", "own_work_seed": true, "dir": "/store/dev",
        "kernel_version": "6.1.0-32-amd64", "base": "debian", "source": "build",
        "recipe": "sha256:0123456789abcdef", "note": "for everyday",
        "packages": {"count": 412, "manifest": "/store/dev/packages.txt"},
        "created_at": "2026-11-30T09:00:00Z", "ok": true, "problem": "",
        "size_bytes": 2147483648, "disk_bytes": 1610612736, "content_bytes": 1288490189,
        "default": false, "used_by": ["testbox", "web-1", "gone-meanwhile", "web-2"],
        "older_base": ["web-1"]
    })");
}

json told_checks() {
    return json::parse(R"([
        {"id": "bundle", "source": "banger", "severity": "ok", "title": "the bundle is complete",
         "cause": "", "fix": ""},
        {"id": "rules", "source": "nat", "severity": "warning", "title": "rules were taken away",
         "cause": "another firewall was started", "fix": "banger doctor --fix",
         "repair": ["put the table banger back"]},
        {"id": "privilege", "source": "banger", "severity": "error",
         "title": "privileged steps cannot be done", "cause": "sudo asks for a password",
         "fix": "sudo -v, and again when it is cold"},
        {"id": "firecracker", "source": "banger", "severity": "info",
         "title": "Firecracker is not used", "cause": "no /dev/kvm", "fix": ""}
    ])");
}

json told_plugin() {
    return json::parse(R"({
        "id": "share-dir", "state": "active", "reason": "", "hint": "", "path": "/p/share-dir.so",
        "required": false, "on_error": "warn", "places": ["vm share"], "flags": ["--share"],
        "hides": ["/q/share-dir.so"], "name": "Shared folders", "version": "1.2.0",
        "vendor": "Somebody", "license": "MIT", "url": "https://example.org/share-dir",
        "summary": "Shares folders with VMs", "abi": "1.0", "interfaces": ["banger.cli/1"],
        "hooks": ["before_start", "after_stop"], "requires_ext": ["banger.kv/1"],
        "requires_plugins": ["vsock"], "concurrent": true, "gives_network": false,
        "options": [{"name": "share", "flag": "--share", "live": true,
                     "schema": {"type": "string", "description": "Folder of this machine",
                                "default": ""}}],
        "actions": [
            {"kind": "cli", "name": "ls", "summary": "lists shares", "place": "vm shares"},
            {"kind": "cli", "name": "drop", "summary": "drops one"},
            {"kind": "doctor", "name": "mounts", "summary": "mounts are there"},
            {"kind": "rpc", "name": "count", "summary": "how many"},
            {"kind": "web-panel", "name": "overview", "summary": "a table"},
            {"kind": "web-panel", "name": "usage", "summary": "a chart"}],
        "readiness_stage": "shares",
        "config_schema": {"properties": {
            "most": {"type": "integer", "minimum": 1, "maximum": 64, "default": 8,
                     "description": "Shares of a VM at most"},
            "mode": {"enum": ["ro", "rw"]}}}
    })");
}

json told_lines() {
    return json::parse(R"([
        {"plugin": "share-dir", "name": "shares", "title": "Shares", "value": "3 in use"},
        {"plugin": "share-dir", "name": "late", "error": "no answer in time", "hint": "wait"},
        {"plugin": "nat", "name": "nat", "title": "NAT", "value": "2 VMs"}
    ])");
}

json told_config() {
    return json::parse(R"({
        "network": {"bridge": {"value": "banger", "source": "default"},
                    "required": {"value": true, "source": "default"}},
        "vm": {"memory": {"value": "2G", "source": "file"},
               "image": {"value": "", "source": "default"}},
        "plugins": {"path": {"value": [], "source": "default"},
                    "entries": {"share-dir": {
                        "enabled": {"value": true, "source": "file"},
                        "config": {"value": {"most": 16}, "source": "file"}}}}
    })");
}

json told_daemon() {
    return json::parse(R"({
        "pid": 4711, "version": "2.0.0", "uptime_s": 7200, "settled": true,
        "paths": {"config": "/home/me/.config/banger/config.yaml", "data": "/home/me/banger",
                  "state": "/home/me/state", "runtime": "/run/user/1000/banger",
                  "socket": "/run/user/1000/banger/bangerd.sock", "log": "/home/me/bangerd.log"},
        "privilege": {"mode": "root", "ready": true}, "plugins": {}, "warnings": [],
        "vms": {"total": 1, "running": 1}
    })");
}

const std::vector<std::string>& hostile_texts() {
    static const std::vector<std::string> texts{"<script>alert(1)</script>",
                                                "\"><img src=x onerror=alert(1)>",
                                                "' autofocus onfocus=alert(1) x='",
                                                "javascript:alert(1)",
                                                "</pre></title></textarea><svg onload=alert(1)>",
                                                "{{CSRF}}{{#ROWS}}",
                                                "&lt;b&gt; &amp;quot; &#60;i&#62;",
                                                "` onmouseover=alert(1) `",
                                                "<!--<a href=\"data:text/html,<b>\">-->",
                                                "../../../etc/passwd?x=1&y=2#z",
                                                "a\" formaction=\"https://evil.example/"};
    return texts;
}

namespace {

const std::vector<json>& other_kinds() {
    static const std::vector<json> kinds{
        json(),        json(true),          json(-1),
        json(1e300),   json("<i>text</i>"), json::array({1, nullptr, json::array({"x"})}),
        json::array(), json::object(),      json{{"name", json::array({json::object()})}}};
    return kinds;
}

void deform(const json& whole, const json::json_pointer& at, std::vector<json>& found) {
    for (const json& other : other_kinds()) {
        json document = whole;
        document[at] = other;
        found.push_back(std::move(document));
    }
    const json& here = whole.at(at);
    if (here.is_object()) {
        for (const auto& [name, value] : here.items()) {
            deform(whole, at / name, found);
        }
    } else if (here.is_array()) {
        for (std::size_t i = 0; i < here.size(); ++i) {
            deform(whole, at / i, found);
        }
    }
}

} // namespace

std::vector<json> deformed(const json& document) {
    std::vector<json> found;
    deform(document, json::json_pointer(), found);
    return found;
}

json saying(const json& document, const std::string& text) {
    if (document.is_string()) {
        return text;
    }
    json copy = document;
    if (copy.is_structured()) {
        for (json& each : copy) {
            each = saying(each, text);
        }
    }
    return copy;
}

} // namespace web
