#include "os/error.hpp"
#include "os/temporary_dir.hpp"
#include "store/database.hpp"
#include "store/image_json.hpp"
#include "store/image_table.hpp"
#include "store/kv_table.hpp"
#include "store/lease_table.hpp"
#include "store/operation_table.hpp"
#include "store/query.hpp"
#include "store/vm_table.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace banger::store {
namespace {

struct TablesTest : testing::Test {
    os::TemporaryDir dir;
    Database database{dir.path() / "banger.sqlite"};
    VmTable vms{database};
    LeaseTable leases{database};
    ImageTable images{database};
    OperationTable operations{database};
    KvTable kv{database};
};

VmRow full_row() {
    return VmRow{.id = "0123456789ab",
                 .name = "testbox",
                 .state = "running",
                 .image = "debian",
                 .vcpus = 2,
                 .memory_mib = 512,
                 .disk_mib = 8192,
                 .work_disk_mib = 4096,
                 .disk_mode = "overlay",
                 .vmm = "qemu",
                 .accel = "tcg",
                 .ip = "172.30.88.2",
                 .mac = "02:00:00:00:00:01",
                 .cid = 70000,
                 .options = R"({"nat":{"nat":true}})",
                 .created_at = 1'700'000'000'000,
                 .started_at = 1'700'000'000'100,
                 .ready_at = 1'700'000'006'000,
                 .exit = R"({"code":0})",
                 .timings = R"([{"stage":"disks","ms":12}])",
                 .warnings = R"(["no NIC"])",
                 .process = R"({"pid":12})",
                 .last_operation = "op1",
                 .autostart = "last",
                 .idle_stop_s = 1800,
                 .max_lifetime_s = 28800,
                 .lived_ms = 61000,
                 .disk_bytes_per_s = 50 << 20,
                 .disk_ops_per_s = 1000,
                 .network_bytes_per_s = 10 << 20};
}

VmRow named(const std::string& id, const std::string& name) {
    VmRow row;
    row.id = id;
    row.name = name;
    return row;
}

os::ErrorKind kind_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const os::Error& error) {
        return error.kind();
    }
    throw std::runtime_error("nothing was thrown");
}

TEST_F(TablesTest, AVmComesBackAsItWasWritten) {
    vms.insert(full_row());
    EXPECT_EQ(vms.find("0123456789ab"), full_row());
    EXPECT_EQ(vms.find_by_name("testbox"), full_row());
    EXPECT_EQ(vms.find("absent"), std::nullopt);

    VmRow bare = named("0123456789ab", "renamed");
    vms.update(bare);
    EXPECT_EQ(vms.find("0123456789ab"), bare);
    EXPECT_FALSE(vms.find_by_name("testbox"));
}

TEST_F(TablesTest, ANameIsTakenOnceAndFreeAfterTheDelete) {
    vms.insert(named("a", "web"));
    EXPECT_EQ(kind_of([&] { vms.insert(named("b", "web")); }), os::ErrorKind::conflict);
    EXPECT_EQ(kind_of([&] { vms.insert(named("a", "other")); }), os::ErrorKind::conflict);
    vms.insert(named("c", "db"));
    EXPECT_EQ(kind_of([&] { vms.update(named("c", "web")); }), os::ErrorKind::conflict);
    EXPECT_TRUE(vms.remove("a"));
    EXPECT_FALSE(vms.remove("a"));
    vms.insert(named("b", "web"));
    ASSERT_EQ(vms.list().size(), 2U);
    EXPECT_EQ(vms.list().front().name, "db");
    EXPECT_EQ(kind_of([&] { vms.update(named("a", "x")); }), os::ErrorKind::not_found);
}

TEST_F(TablesTest, AContextIdBelongsToOneVmAsLongAsItsRowIsThere) {
    VmRow first = named("a", "web");
    VmRow second = named("b", "db");
    VmRow third = named("d", "queue");
    first.cid = 70000;
    vms.insert(first);
    vms.insert(second); // any number of VMs has none
    vms.insert(named("c", "cache"));
    EXPECT_EQ(vms.find_by_cid(70000), first);
    EXPECT_EQ(vms.find_by_cid(70001), std::nullopt);
    second.cid = third.cid = 70000;
    EXPECT_EQ(kind_of([&] { vms.update(second); }), os::ErrorKind::conflict);
    EXPECT_EQ(kind_of([&] { vms.insert(third); }), os::ErrorKind::conflict);
    EXPECT_TRUE(vms.remove("a"));
    vms.update(second);
    EXPECT_EQ(vms.find_by_cid(70000)->id, "b");
}

TEST_F(TablesTest, VmsOfAnOlderDatabaseHaveWhatIsBuiltIn) {
    {
        Database before(dir.path() / "before.sqlite");
        VmTable(before).insert(named("a", "web"));
        Query(before, "DROP INDEX vm_cid").run();
        for (const char* column : {"cid", "autostart", "idle_stop_s", "max_lifetime_s", "lived_ms",
                                   "disk_bytes_per_s", "disk_ops_per_s", "network_bytes_per_s"}) {
            Query(before, std::string("ALTER TABLE vm DROP COLUMN ") + column).run();
        }
        Query(before, "ALTER TABLE operation DROP COLUMN initiator").run();
        Query(before, "PRAGMA user_version = 1").run();
    }
    Database upgraded(dir.path() / "before.sqlite");
    EXPECT_EQ(VmTable(upgraded).find("a"), named("a", "web"));
}

TEST_F(TablesTest, WhatIsNoJsonIsRefused) {
    VmRow row = named("a", "a");
    row.options = "{";
    EXPECT_EQ(kind_of([&] { vms.insert(row); }), os::ErrorKind::conflict);
    EXPECT_TRUE(vms.list().empty());
}

TEST_F(TablesTest, AnAddressHasOneVmAndAVmOneAddress) {
    vms.insert(named("a", "a"));
    vms.insert(named("b", "b"));
    leases.acquire("10.0.0.2", "a");
    EXPECT_EQ(kind_of([&] { leases.acquire("10.0.0.2", "b"); }), os::ErrorKind::conflict);
    EXPECT_EQ(kind_of([&] { leases.acquire("10.0.0.3", "a"); }), os::ErrorKind::conflict);
    EXPECT_EQ(leases.owner_of("10.0.0.2"), "a");
    EXPECT_EQ(leases.address_of("a"), "10.0.0.2");
    EXPECT_EQ(leases.address_of("b"), std::nullopt);
    vms.remove("a");
    leases.acquire("10.0.0.2", "b");
    EXPECT_EQ(leases.list(), (std::vector<Lease>{{"10.0.0.2", "b"}}));
    vms.remove("b");
    EXPECT_TRUE(leases.list().empty());
}

TEST_F(TablesTest, ALeaseAndItsVmMayComeInAnyOrderInOneTransaction) {
    {
        Transaction transaction(database);
        leases.acquire("10.0.0.2", "a");
        vms.insert(named("a", "a"));
        transaction.commit();
    }
    EXPECT_EQ(leases.owner_of("10.0.0.2"), "a");
    EXPECT_EQ(kind_of([&] { leases.acquire("10.0.0.3", "nobody"); }), os::ErrorKind::conflict);
    EXPECT_EQ(leases.list().size(), 1U);
}

TEST_F(TablesTest, AnImageIsReplacedByItsName) {
    ImageRow row{
        .name = "debian", .kind = ImageKind::bundle, .rootfs = "/r", .created_at = 5, .size = 7};
    images.save(row);
    EXPECT_EQ(images.find("debian"), row);
    row.rootfs = "/other";
    row.kernel = "/k";
    images.save(row);
    EXPECT_EQ(images.list(), (std::vector<ImageRow>{row}));
    EXPECT_TRUE(images.remove("debian"));
    EXPECT_FALSE(images.find("debian"));
}

TEST_F(TablesTest, EveryFieldOfAnImageIsKept) {
    ImageRow row{.name = "dev", .kind = ImageKind::managed, .rootfs = "rootfs.ext4"};
    row.kernel = "vmlinuz";
    row.initrd = "initramfs.img";
    row.modules = "modules";
    row.work_seed = "work-seed.ext4";
    row.created_at = 5;
    row.size = 6;
    row.kernel_elf = "vmlinux";
    row.folder = "0a";
    row.kept_default = true;
    row.disk_bytes = 7;
    row.content_bytes = 8;
    row.packages = 9;
    row.kernel_version = "6.1";
    row.made_from = "debian";
    row.source = store::ImageSource::build;
    row.recipe = "sha256:00";
    row.note = "for work";
    images.save(row);
    EXPECT_EQ(images.find("dev"), row);
    EXPECT_EQ(images.list(), (std::vector<ImageRow>{row}));
    EXPECT_EQ(find_images_json(dir.path()), (std::vector<ImageRow>{row}));
}

TEST_F(TablesTest, KindsAndSourcesOfImagesAreReadAsTheyAreWritten) {
    for (const ImageKind kind : {ImageKind::bundle, ImageKind::registered, ImageKind::managed}) {
        EXPECT_EQ(image_kind(to_string(kind)), kind);
    }
    for (const ImageSource source :
         {ImageSource::unknown, ImageSource::build, ImageSource::commit, ImageSource::imported}) {
        EXPECT_EQ(image_source(to_string(source)), source);
        EXPECT_EQ(recorded_source(to_string(source)), source);
        EXPECT_EQ(nlohmann::json(source).get<ImageSource>(), source);
    }
    EXPECT_EQ(to_string(ImageSource::imported), "import");
    EXPECT_EQ(kind_of([] { (void)image_kind("stolen"); }), os::ErrorKind::invalid);
    EXPECT_EQ(kind_of([] { (void)image_source("stolen"); }), os::ErrorKind::invalid);
    EXPECT_EQ(recorded_source("stolen"), ImageSource::unknown);
}

TEST_F(TablesTest, OneImageAtMostIsTheDefault) {
    const auto kept = [&] {
        std::string names;
        for (const ImageRow& row : images.list()) {
            names += row.kept_default ? row.name : "";
        }
        return names;
    };
    images.save({.name = "a", .kind = ImageKind::registered});
    images.save({.name = "b", .kind = ImageKind::registered});
    EXPECT_EQ(kept(), "");
    images.keep_default("a");
    images.keep_default("b");
    EXPECT_EQ(kept(), "b");
    ImageRow second{.name = "a", .kind = ImageKind::registered};
    second.kept_default = true;
    EXPECT_EQ(kind_of([&] { images.save(second); }), os::ErrorKind::conflict);
    EXPECT_EQ(images.list().size(), 2U); // and took no other one's place
    images.keep_default("");
    EXPECT_EQ(kept(), "");
}

TEST_F(TablesTest, TwoManagedImagesHaveNotOneFolder) {
    ImageRow row{.name = "a", .kind = ImageKind::managed};
    row.folder = "0a";
    images.save(row);
    row.name = "b";
    EXPECT_EQ(kind_of([&] { images.save(row); }), os::ErrorKind::conflict);
    EXPECT_TRUE(images.find("a"));
}

OperationRow operation(const std::string& id, bool over) {
    OperationRow row{.id = id, .kind = "create", .target = "a", .created_at = 1};
    row.state = over ? "succeeded" : "running";
    if (over) {
        row.ended_at = 2;
    }
    return row;
}

TEST_F(TablesTest, AnOperationIsUpdatedInPlace) {
    OperationRow row = operation("one", false);
    operations.save(row);
    operations.save(operation("two", false));
    row.state = "failed";
    row.initiator = "uid 1000";
    row.stage = "disks";
    row.percent = 40;
    row.stages = R"([{"name":"disks","ms":3}])";
    row.error = R"({"kind":"exhausted"})";
    row.ended_at = 9;
    operations.save(row);
    EXPECT_EQ(operations.find("one"), row);
    EXPECT_EQ(operations.list(10).front().id, "two"); // newest first
    EXPECT_EQ(operations.list(10, "failed").size(), 1U);
    EXPECT_EQ(operations.list(1).size(), 1U);
    ASSERT_EQ(operations.unfinished().size(), 1U);
    EXPECT_EQ(operations.unfinished().front().id, "two");
}

TEST_F(TablesTest, OnlyTheNewestFinishedOperationsAreKeptAndEveryUnfinishedOne) {
    Transaction fast(database);
    operations.save(operation("unfinished", false));
    for (int i = 0; i < OperationTable::kept + 20; ++i) {
        operations.save(operation("op" + std::to_string(i), true));
    }
    EXPECT_EQ(static_cast<std::int64_t>(operations.list(10000).size()), OperationTable::kept + 1);
    EXPECT_FALSE(operations.find("op19"));
    EXPECT_TRUE(operations.find("op20"));
    EXPECT_TRUE(operations.find("unfinished"));
}

TEST_F(TablesTest, APluginSeesItsOwnKeysOnly) {
    const std::string bytes("\0\xff'", 3);
    kv.set("nat", "a/1", bytes);
    kv.set("nat", "a/2", "");
    kv.set("nat", "b", "x");
    kv.set("dns", "a/1", "dns");
    EXPECT_EQ(kv.find("nat", "a/1"), bytes);
    EXPECT_EQ(kv.find("nat", "a/2"), "");
    EXPECT_EQ(kv.find("dns", "b"), std::nullopt);
    EXPECT_EQ(kv.keys("nat", "a/"), (std::vector<std::string>{"a/1", "a/2"}));
    EXPECT_EQ(kv.keys("dns").size(), 1U);
    kv.set("nat", "b", "y");
    EXPECT_EQ(kv.find("nat", "b"), "y");
    EXPECT_TRUE(kv.remove("nat", "b"));
    EXPECT_FALSE(kv.remove("nat", "b"));
}

TEST_F(TablesTest, KeysAndValuesHaveLimits) {
    kv.set("nat", "k", std::string(KvTable::max_value, 'x'));
    EXPECT_EQ(kind_of([&] { kv.set("nat", "k", std::string(KvTable::max_value + 1, 'x')); }),
              os::ErrorKind::invalid);
    EXPECT_EQ(kind_of([&] { kv.set("nat", "", "x"); }), os::ErrorKind::invalid);
    EXPECT_EQ(kind_of([&] { kv.set("nat", std::string(257, 'k'), "x"); }), os::ErrorKind::invalid);
    EXPECT_EQ(kv.find("nat", "k")->size(), KvTable::max_value);
}

TEST_F(TablesTest, APluginHasSoManyKeysAndNoMore) {
    Query fill(database,
               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
               "10000) INSERT INTO kv (plugin, key, value) SELECT 'nat', i, x'78' FROM n");
    fill.run();
    EXPECT_EQ(kind_of([&] { kv.set("nat", "one more", "x"); }), os::ErrorKind::exhausted);
    EXPECT_EQ(kv.find("nat", "one more"), std::nullopt);
    kv.set("nat", "7", "y"); // one that it has
    kv.set("dns", "one more", "x");
    EXPECT_TRUE(kv.remove("nat", "8"));
    kv.set("nat", "one more", "x");
    EXPECT_EQ(kv.keys("nat").size(), KvTable::max_keys);
}

} // namespace
} // namespace banger::store
