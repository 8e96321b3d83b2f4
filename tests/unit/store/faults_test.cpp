// What must hold when the process, the disk or the file fails under the database.
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "store/database.hpp"
#include "store/kv_table.hpp"
#include "store/lease_table.hpp"
#include "store/query.hpp"
#include "store/vm_table.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <functional>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace banger::store {
namespace {
namespace fs = std::filesystem;

constexpr int skipped = 77;

/// Runs `body` in a child and gives its exit status, or minus the signal that ended it.
int in_child(const std::function<int()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        int status = 99;
        try {
            status = body();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "child: %s\n", error.what());
        }
        ::_exit(status);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/// A mount namespace in which this process may mount, as root or as a user.
bool enter_mount_namespace() {
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) {
        return false;
    }
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

VmRow vm(const std::string& id) {
    VmRow row;
    row.id = id;
    row.name = "vm-" + id;
    row.process = R"({"padding":")" + std::string(2000, 'x') + R"("})";
    return row;
}

struct FaultsTest : testing::Test {
    os::TemporaryDir dir;
    fs::path path = dir.path() / "banger.sqlite";

    std::size_t moved_aside() const {
        std::size_t found = 0;
        for (const auto& entry : fs::directory_iterator(dir.path())) {
            const std::string name = entry.path().filename().string();
            found += name.find(".damaged-") != std::string::npos &&
                             name.find("-wal") == std::string::npos &&
                             name.find("-shm") == std::string::npos
                         ? 1U
                         : 0U;
        }
        return found;
    }
};

/// Writes VMs with their leases, telling the number of each committed one, until it is killed.
[[noreturn]] void write_until_killed(const fs::path& path, int acknowledge) {
    Database database(path);
    for (std::uint32_t i = static_cast<std::uint32_t>(VmTable(database).list().size());; ++i) {
        Transaction transaction(database);
        VmTable(database).insert(vm(std::to_string(i)));
        LeaseTable(database).acquire("address " + std::to_string(i), std::to_string(i));
        transaction.commit();
        if (::write(acknowledge, &i, sizeof i) != sizeof i) {
            ::_exit(1);
        }
    }
}

TEST_F(FaultsTest, KilledInTheMiddleOfWritesLosesNothingThatWasCommitted) {
    std::size_t committed = 0;
    for (int round = 0; round < 8; ++round) {
        int ends[2];
        ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
        const os::UniqueFd in(ends[0]);
        os::UniqueFd out(ends[1]);
        const pid_t child = ::fork();
        if (child == 0) {
            write_until_killed(path, out.get());
        }
        out.reset();
        std::uint32_t last = 0;
        for (int seen = 0; seen < 5 + round; ++seen) {
            ASSERT_EQ(::read(in.get(), &last, sizeof last), static_cast<ssize_t>(sizeof last));
        }
        ::usleep(static_cast<useconds_t>(997 * round)); // at another point of a write each time
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        while (::read(in.get(), &last, sizeof last) > 0) {
        }
        committed = last + 1U;

        Database database(path);
        EXPECT_FALSE(database.damaged());
        const auto vms = VmTable(database).list();
        EXPECT_GE(vms.size(), committed);
        EXPECT_LE(vms.size(), committed + 1); // committed, killed before it could say so
        EXPECT_EQ(LeaseTable(database).list().size(), vms.size());
    }
}

void overwrite(const fs::path& file, off_t at, const std::string& bytes) {
    const os::UniqueFd fd = os::open_file(file, O_WRONLY);
    ASSERT_EQ(::pwrite(fd.get(), bytes.data(), bytes.size(), at),
              static_cast<ssize_t>(bytes.size()));
}

TEST_F(FaultsTest, ADamagedFileIsKeptAsideAndAFreshOneMade) {
    const std::vector<std::function<void()>> damages{
        [&] { overwrite(path, 0, "this is no database, it only has its name"); },
        [&] { overwrite(path, 4096, std::string(8192, '\xa5')); },
        [&] { fs::resize_file(path, fs::file_size(path) / 2 + 100); },
        [&] { overwrite(path, 100, std::string(3996, '\0')); },
    };
    std::size_t expected = 0;
    for (const auto& damage : damages) {
        SCOPED_TRACE(expected);
        fs::remove(path);
        for (const auto& entry : fs::directory_iterator(dir.path())) {
            fs::remove(entry.path());
        }
        {
            Database database(path);
            for (int i = 0; i < 40; ++i) {
                VmTable(database).insert(vm(std::to_string(i)));
            }
        }
        damage();
        Database database(path);
        EXPECT_TRUE(database.fresh());
        ASSERT_TRUE(database.damaged());
        EXPECT_TRUE(fs::exists(*database.damaged()));
        EXPECT_EQ(moved_aside(), 1U);
        EXPECT_TRUE(VmTable(database).list().empty());
        VmTable(database).insert(vm("new"));
        ++expected;
    }
}

TEST_F(FaultsTest, TheLogOfADamagedFileGoesWithIt) {
    const auto write_and_die = [&]() -> int {
        Database database(path);
        for (int i = 0; i < 40; ++i) {
            VmTable(database).insert(vm(std::to_string(i)));
        }
        static_cast<void>(Query(database, "PRAGMA wal_checkpoint(TRUNCATE)").next());
        VmTable(database).insert(vm("a"));
        ::_exit(0); // without the checkpoint of a close
    };
    ASSERT_EQ(in_child(write_and_die), 0);
    ASSERT_TRUE(fs::exists(path.string() + "-wal"));
    fs::remove(path);
    os::write_file_atomic(path, std::string(20000, 'x'));
    const Database database(path);
    ASSERT_TRUE(database.damaged());
    EXPECT_TRUE(fs::exists(database.damaged()->string() + "-wal"));
}

TEST_F(FaultsTest, AnEmptyFileIsAFreshDatabase) {
    os::write_file_atomic(path, "");
    const Database database(path);
    EXPECT_TRUE(database.fresh());
    EXPECT_FALSE(database.damaged());
}

TEST_F(FaultsTest, AFullDiskIsAnErrorAndTheDatabaseGoesOnWhenThereIsRoom) {
    const int status = in_child([&] {
        if (!enter_mount_namespace() ||
            ::mount("tmpfs", dir.path().c_str(), "tmpfs", 0, "size=512k") != 0) {
            return skipped;
        }
        Database database(path);
        KvTable kv(database);
        kv.set("p", "first", "kept");
        const std::string filler(60000, 'x');
        bool full = false;
        for (int i = 0; i < 100 && !full; ++i) {
            try {
                kv.set("p", std::to_string(i), filler);
            } catch (const os::Error& error) {
                full = error.kind() == os::ErrorKind::exhausted && !error.hint().empty();
                if (!full) {
                    std::fprintf(stderr, "another error: %s\n", error.what());
                    return 1;
                }
            }
        }
        const bool readable = kv.find("p", "first") == "kept";
        if (::mount("tmpfs", dir.path().c_str(), "tmpfs", MS_REMOUNT, "size=64m") != 0) {
            return 2;
        }
        kv.set("p", "after", filler);
        Query check(database, "PRAGMA integrity_check");
        const bool sound = check.next() && check.text() == "ok";
        return full && readable && sound && kv.find("p", "after") ? 0 : 3;
    });
    if (status == skipped) {
        GTEST_SKIP() << "this user may not mount a tmpfs: " << std::strerror(EPERM);
    }
    EXPECT_EQ(status, 0);
}

TEST_F(FaultsTest, ANewDatabaseOnAFullDiskIsExhausted) {
    const int status = in_child([&] {
        if (!enter_mount_namespace() ||
            ::mount("tmpfs", dir.path().c_str(), "tmpfs", 0, "size=8k") != 0) {
            return skipped;
        }
        try {
            const Database database(path);
        } catch (const os::Error& error) {
            return error.kind() == os::ErrorKind::exhausted ? 0 : 1;
        }
        return 2;
    });
    if (status == skipped) {
        GTEST_SKIP() << "this user may not mount a tmpfs: " << std::strerror(EPERM);
    }
    EXPECT_EQ(status, 0);
}

int open_in_read_only_folder(const fs::path& path, bool with_file) {
    if (with_file) {
        const Database database(path);
    }
    if (::chmod(path.parent_path().c_str(), 0555) != 0) {
        return 90;
    }
    if (::geteuid() == 0 && (::setgid(65534) != 0 || ::setuid(65534) != 0)) {
        return 91; // root may write everywhere
    }
    try {
        Database database(path);
        KvTable(database).set("p", "k", "v");
    } catch (const os::Error& error) {
        const bool named = std::strstr(error.what(), path.c_str()) != nullptr;
        return error.kind() == os::ErrorKind::permission && named && !error.hint().empty() ? 0 : 1;
    }
    return 2;
}

TEST_F(FaultsTest, AReadOnlyFolderIsAPermissionErrorThatNamesTheFile) {
    EXPECT_EQ(in_child([&] { return open_in_read_only_folder(path, false); }), 0);
    ::chmod(dir.path().c_str(), 0700);
    EXPECT_EQ(in_child([&] { return open_in_read_only_folder(path, true); }), 0);
    ::chmod(dir.path().c_str(), 0700);
}

TEST_F(FaultsTest, TwoProcessesWaitForEachOther) {
    { const Database database(path); }
    constexpr int writes = 40;
    const auto writer = [&](const std::string& plugin) {
        const pid_t child = ::fork();
        if (child == 0) {
            try {
                Database database(path);
                for (int i = 0; i < writes; ++i) {
                    Transaction transaction(database); // a read, then a write: never a deadlock
                    static_cast<void>(KvTable(database).keys(plugin));
                    KvTable(database).set(plugin, std::to_string(i), "v");
                    transaction.commit();
                }
            } catch (const std::exception& error) {
                std::fprintf(stderr, "child: %s\n", error.what());
                ::_exit(1);
            }
            ::_exit(0);
        }
        return child;
    };
    for (const pid_t child : {writer("one"), writer("two")}) {
        int status = -1;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    Database database(path);
    EXPECT_EQ(KvTable(database).keys("one").size(), static_cast<std::size_t>(writes));
    EXPECT_EQ(KvTable(database).keys("two").size(), static_cast<std::size_t>(writes));
}

TEST_F(FaultsTest, TwoProcessesMayMakeTheSameNewDatabase) {
    std::vector<pid_t> children;
    for (int i = 0; i < 6; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            try {
                Database database(path);
                KvTable(database).set("p", std::to_string(i), "v");
            } catch (const std::exception& error) {
                std::fprintf(stderr, "child: %s\n", error.what());
                ::_exit(1);
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = -1;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0);
    }
    Database database(path);
    EXPECT_EQ(KvTable(database).keys("p").size(), 6U);
}

} // namespace
} // namespace banger::store
