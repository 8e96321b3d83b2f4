#include "archive_world.hpp"

#include "build_world.hpp"

namespace imagebuild::test {

ArchiveWorld::ArchiveWorld() : host(&banger::Export<OneJob>::entry) {
    host.begin();
    host.programs = [this](const banger::fake::Program& program, banger_call&) {
        ran.push_back(program.argv);
        return end;
    };
    host.answers["POST /v1/image-stagings"] = R"({"id":"st-1","dir":"/data/st-1"})";
    host.answers["DELETE /v1/image-stagings/st-1"] = "{}";
    host.answers["POST /v1/images"] = R"({"name":"web","size_bytes":5})";
    host.answers["GET /v1/images/web"] =
        R"({"name":"web","ok":true,"rootfs":"/b/rootfs.ext4","kernel":"/b/vmlinuz",
            "initrd":"/b/initramfs.img","modules":null,"work_seed":"/b/work-seed.ext4"})";
}

ArchiveWorld::~ArchiveWorld() {
    EXPECT_THAT(host.misuse(), testing::IsEmpty());
}

banger::fake::Job ArchiveWorld::run(const std::function<void(banger::Job&)>& work) {
    job_work() = [&work](const banger::Host&, banger::Job& job) { work(job); };
    EXPECT_EQ(host.action(BANGER_IFACE_CLI, "go").status, BANGER_OK);
    banger::fake::Job ended = host.run_jobs().at(0);
    job_work() = nullptr;
    return ended;
}

} // namespace imagebuild::test
