#include "store/database.hpp"

#include "os/error.hpp"
#include "os/temporary_dir.hpp"
#include "store/image_table.hpp"
#include "store/operation_table.hpp"
#include "store/query.hpp"
#include "store/schema.hpp"

#include <gtest/gtest.h>

#include <SQLiteCpp/Database.h>

#include <thread>

#include <sys/stat.h>

namespace banger::store {
namespace {

struct DatabaseTest : testing::Test {
    os::TemporaryDir dir;
    std::filesystem::path path = dir.path() / "banger.sqlite";

    static std::string pragma(Database& database, const std::string& name) {
        Query query(database, "PRAGMA " + name);
        return query.next() ? query.text() : "";
    }
    static std::int64_t count(Database& database, const std::string& from) {
        Query query(database, "SELECT count(*) FROM " + from);
        return query.next() ? query.integer() : -1;
    }
    static void put(Database& database, std::string_view key) {
        Query query(database, "INSERT INTO kv (plugin, key, value) VALUES ('p', ?, x'')");
        query.bind(key).run();
    }
};

TEST_F(DatabaseTest, ANewFileIsFreshPrivateAndSafeAgainstAPowerCut) {
    Database database(path);
    EXPECT_TRUE(database.fresh());
    EXPECT_FALSE(database.damaged());
    EXPECT_EQ(pragma(database, "user_version"), std::to_string(migrations().size()));
    EXPECT_EQ(pragma(database, "journal_mode"), "wal");
    EXPECT_EQ(pragma(database, "synchronous"), "2"); // FULL
    EXPECT_EQ(pragma(database, "foreign_keys"), "1");
    struct stat info {};
    ASSERT_EQ(::stat(path.c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(DatabaseTest, TheSecondOpenFindsWhatTheFirstWrote) {
    {
        Database database(path);
        put(database, "a");
    }
    Database database(path);
    EXPECT_FALSE(database.fresh());
    EXPECT_EQ(count(database, "kv"), 1);
}

TEST_F(DatabaseTest, ATransactionWithoutCommitLeavesNothing) {
    Database database(path);
    {
        Transaction transaction(database);
        put(database, "lost");
    }
    {
        Transaction transaction(database);
        put(database, "kept");
        transaction.commit();
    }
    EXPECT_EQ(count(database, "kv"), 1);
    EXPECT_EQ(count(database, "kv WHERE key = 'kept'"), 1);
}

TEST_F(DatabaseTest, AnInnerTransactionIsPartOfTheOuterOne) {
    Database database(path);
    {
        Transaction outer(database);
        put(database, "outer");
        {
            Transaction inner(database);
            put(database, "inner, rolled back");
        }
        {
            Transaction inner(database);
            put(database, "inner, kept");
            inner.commit();
        }
        outer.commit();
    }
    EXPECT_EQ(count(database, "kv"), 2);
    {
        Transaction outer(database);
        Transaction inner(database);
        put(database, "committed inside, lost outside");
        inner.commit();
    }
    EXPECT_EQ(count(database, "kv"), 2);
}

TEST_F(DatabaseTest, AFailedStatementIsAnErrorAndCanBeUsedAgain) {
    Database database(path);
    put(database, "a");
    try {
        put(database, "a");
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::conflict);
        EXPECT_NE(std::string(error.what()).find(path.string()), std::string::npos);
    }
    put(database, "b");
    EXPECT_EQ(count(database, "kv"), 2);
}

TEST_F(DatabaseTest, TheSameStatementMayRunInsideItself) {
    Database database(path);
    put(database, "a");
    put(database, "b");
    constexpr const char* sql = "SELECT key FROM kv ORDER BY key";
    Query outer(database, sql);
    std::string seen;
    while (outer.next()) {
        seen += outer.text() + ":";
        Query inner(database, sql);
        while (inner.next()) {
            seen += inner.text();
        }
        seen += " ";
    }
    EXPECT_EQ(seen, "a:ab b:ab ");
}

TEST_F(DatabaseTest, ASecondThreadIsRefused) {
    Database database(path);
    bool refused = false;
    std::thread([&] {
        try {
            Query query(database, "SELECT 1");
        } catch (const os::Error&) {
            refused = true;
        }
    }).join();
    EXPECT_TRUE(refused);
}

TEST_F(DatabaseTest, ANewerSchemaIsLeftAlone) {
    {
        Database database(path);
        Query(database, "PRAGMA user_version = 999").run();
    }
    try {
        const Database database(path);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_EQ(error.kind(), os::ErrorKind::unsupported);
        EXPECT_NE(std::string(error.what()).find("schema 999"), std::string::npos);
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir.path()), {}), 1);
}

/// A database as a banger with the first `steps` steps of the schema left it.
void make_old_database(const std::filesystem::path& path, std::size_t steps,
                       const std::string& content) {
    SQLite::Database old(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    for (const std::string_view step : migrations().first(steps)) {
        old.exec(std::string(step));
    }
    old.exec("PRAGMA user_version = " + std::to_string(steps));
    old.exec("PRAGMA application_id = 1112426322"); // "BNGR"
    old.exec(content);
}

TEST_F(DatabaseTest, ImagesOfBeforeManagedOnesAreKept) {
    make_old_database(path, 4,
                      "INSERT INTO image VALUES "
                      "('mine', 'registered', '/r', '/k', '/i', '/m', '/w', 5, 6)");
    Database database(path);
    EXPECT_FALSE(database.fresh());
    EXPECT_FALSE(database.damaged());
    ImageRow mine{.name = "mine", .kind = ImageKind::registered, .rootfs = "/r", .kernel = "/k"};
    mine.initrd = "/i";
    mine.modules = "/m";
    mine.work_seed = "/w";
    mine.created_at = 5;
    mine.size = 6;
    ImageTable images(database);
    EXPECT_EQ(images.list(), (std::vector<ImageRow>{mine}));
    images.save({.name = "dev", .kind = ImageKind::managed, .rootfs = "rootfs.ext4"});
    EXPECT_EQ(images.list().size(), 2U);
}

TEST_F(DatabaseTest, OperationsOfBeforeInitiatorsAreKept) {
    make_old_database(path, 6,
                      "INSERT INTO operation (id, kind, target, state, stage, percent, stages, "
                      "log, privileged, created_at, ended_at) VALUES ('op-1', 'start', 'web', "
                      "'succeeded', 'ssh', 100, '[]', '[]', '[]', 5, 6)");
    Database database(path);
    EXPECT_FALSE(database.damaged());
    OperationTable operations(database);
    const OperationRow old{.id = "op-1",
                           .kind = "start",
                           .target = "web",
                           .state = "succeeded",
                           .stage = "ssh",
                           .percent = 100,
                           .created_at = 5,
                           .ended_at = 6};
    EXPECT_EQ(operations.list(10), (std::vector<OperationRow>{old}));
    OperationRow newer = old;
    newer.id = "op-2";
    newer.initiator = "plugin web";
    operations.save(newer);
    EXPECT_EQ(operations.find("op-2"), newer);
}

TEST_F(DatabaseTest, ADatabaseOfAnotherProgramIsLeftAlone) {
    {
        Database database(path);
        Query(database, "PRAGMA application_id = 7").run();
    }
    EXPECT_THROW(Database{path}, os::Error);
    EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(DatabaseTest, AFailedMigrationLeavesTheOldVersion) {
    {
        Database database(path);
        Query(database, "PRAGMA user_version = 0").run(); // its tables are in the way now
    }
    try {
        const Database database(path);
        FAIL();
    } catch (const os::Error& error) {
        EXPECT_NE(std::string(error.what()).find("already exists"), std::string::npos);
    }
}

} // namespace
} // namespace banger::store
