#include "build_world.hpp"

#include "builder.hpp"
#include "commit_job.hpp"

#include <algorithm>
#include <fstream>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace imagebuild::test {

namespace fs = std::filesystem;
namespace fake = banger::fake;
using nlohmann::json;
using testing::IsEmpty;

std::function<void(banger::Host, banger::Job&)>& job_work() {
    static std::function<void(banger::Host, banger::Job&)> slot;
    return slot;
}

void OneJob::go(banger::Call& call, std::string_view) {
    (void)operations_.start(call, "go", "web",
                            [this](banger::Job& job) { job_work()(host_, job); });
}

BuildWorld::BuildWorld()
    : folder_(testing::TempDir() + "imagebuild-world-" + std::to_string(::getpid())) {
    fs::create_directories(folder_ / "staging");
    fs::create_directories(folder_ / "vm");
    std::ofstream(folder_ / "vm/overlay.ext4") << "overlay";
    host_.programs = [this](const fake::Program& program, banger_call& call) {
        return run(program, call);
    };
    host_.begin();
    const std::string boots = R"({"image": "debian", "kernel_version": "6.1.0-1", "kernel": "/k",
                                  "kernel_elf": null, "initrd": "/i", "modules": null})";
    host_.answers = {
        {"POST /v1/image-stagings",
         json{{"id", "st-1"}, {"dir", (folder_ / "staging").string()}}.dump()},
        {"DELETE /v1/image-stagings/st-1", "{}"},
        {"GET /v1/vm-options", R"({"options": [{"plugin": "nat", "name": "nat"}]})"},
        {"POST /v1/vms", done},
        {"GET /v1/vms/build-web-00000000", vm("build-web-00000000", "running")},
        {"GET /v1/vms/build-web-00000000/ssh",
         R"({"host": "172.30.88.7", "key": "/id", "host_key_alias": "banger-1",
                 "control_path": "/c"})"},
        {"POST /v1/vms/build-web-00000000/stop", done},
        {"GET /v1/vms/build-web-00000000/boot-files", boots},
        {"GET /v1/vms/app/boot-files", boots},
        {"DELETE /v1/vms/build-web-00000000?force=1", done},
        {"GET /v1/images",
         R"({"images": [{"name": "debian", "kind": "bundle", "default": true, "kernel": "/k",
                         "initrd": "/i", "kernel_version": "6.1.0-1"}]})"},
        {"GET /v1/images/debian", R"({"name": "debian", "kind": "bundle"})"},
        {"POST /v1/images", R"({"name": "web", "size_bytes": 1000})"}};
}

BuildWorld::~BuildWorld() {
    fs::remove_all(folder_);
}

std::string BuildWorld::vm(const char* name, const char* state) const {
    return json{{"name", name},
                {"state", state},
                {"id", "a1"},
                {"created_at", "2999-01-01T00:00:00.000Z"},
                {"since", "then"},
                {"image", "debian"},
                {"disk_mode", "overlay"},
                {"paths", {{"dir", (folder_ / "vm").string()}}}}
        .dump();
}

fake::ProgramEnd BuildWorld::run(const fake::Program& program, banger_call& call) {
    std::string line;
    for (const std::string& word : program.argv) {
        line += (line.empty() ? "" : " ") + word;
    }
    line += " < " + program.input;
    programs_.push_back(line);
    if (fails_ && line.find(*fails_) != std::string::npos) {
        if (cancels_) {
            host_.cancel();
            return {BANGER_E_CANCELLED, 0, {}, {}, "cancelled"};
        }
        return {BANGER_OK, fails_with_, {}, fails_saying_, {}};
    }
    if (std::any_of(really_.begin(), really_.end(),
                    [&](const std::string& begin) { return line.rfind(begin, 0) == 0; })) {
        return fake::run_program(program, call);
    }
    if (program.argv[0] == "/tool") {
        const json packages{{{"name", "b"}, {"version", "2"}}, {{"name", "a"}, {"version", "1"}}};
        const json said{{"result", {{"content_bytes", 5}, {"packages", packages}}}};
        return {BANGER_OK, 0, said.dump() + "\n", {}, {}};
    }
    return {BANGER_OK, 0, "a line\n", {}, {}};
}

BuildRequest BuildWorld::request() const {
    BuildRequest request;
    request.name = "web";
    request.vm = "build-web-00000000";
    request.size_mib = 9000;
    request.digest = "sha256:00";
    request.steps = {
        {"packages", "packages", "apt-get install it\n", {}, false, true, {{"it", "web.yaml:3"}}},
        {"download x", "download of x", "curl x\n", {}, true},
        {"file y", "file y", "install y\n", {{"/y", "/var/tmp/y"}}, false}};
    return request;
}

fake::Job BuildWorld::build(const BuildRequest& request) {
    return job([this, request](banger::Host host, banger::Job& own) {
        Builder(host, own, request, under_way_.claim("web", "build"), "/tool", folder_ / "logs")
            .run();
    });
}

fake::Job BuildWorld::commit(bool stop) {
    return job([this, stop](banger::Host host, banger::Job& own) {
        commit_vm(host, own, {"app", "web", false, stop}, under_way_.claim("web", "commit"),
                  "/tool", folder_ / "logs");
    });
}

fake::Job BuildWorld::job(std::function<void(banger::Host, banger::Job&)> function) {
    job_work() = std::move(function);
    EXPECT_TRUE(host_.action(BANGER_IFACE_CLI, "go").ok());
    fake::Job ran = host_.run_jobs().at(0);
    job_work() = nullptr;
    EXPECT_THAT(host_.misuse(), IsEmpty());
    EXPECT_EQ(host_.open_calls(), 0U);
    return ran;
}

std::vector<std::string> BuildWorld::changes() const {
    std::vector<std::string> list;
    for (const std::string& call : host_.recorded().calls) {
        const std::string api = "api.request ";
        if (call.rfind(api, 0) == 0 && call.find(" GET ") == std::string::npos) {
            list.push_back(call.substr(api.size()));
        }
    }
    return list;
}

bool BuildWorld::ran(const std::string& part) const {
    return std::any_of(programs_.begin(), programs_.end(), [&](const std::string& line) {
        return line.find(part) != std::string::npos;
    });
}

void BuildWorld::expect_clean() {
    EXPECT_THAT(host_.kv, IsEmpty());
    EXPECT_EQ(under_way_.line(), "none");
    EXPECT_TRUE(fs::is_empty(host_.state_dir()));
}

} // namespace imagebuild::test
