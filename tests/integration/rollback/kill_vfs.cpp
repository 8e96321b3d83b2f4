#include "kill_vfs.hpp"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <new>
#include <string>

#include <sqlite3.h>
#include <unistd.h>

namespace banger::rollback {
namespace {

std::atomic<int> points_left{0};

void pass_point() {
    if (points_left > 0 && --points_left == 0) {
        ::kill(::getpid(), SIGKILL);
        ::pause();
    }
}

/// A file of SQLite's own file system. The write-ahead log is where a transaction is kept: each
/// ends with a sync of it.
struct File {
    sqlite3_file base;
    bool is_log = false;
    bool in_transaction = false;
    sqlite3_file* real = nullptr; ///< behind this struct
};

File& of(sqlite3_file* file) {
    return *reinterpret_cast<File*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
    return of(file).real;
}

sqlite3_vfs* below = nullptr;
sqlite3_vfs vfs;
sqlite3_io_methods methods;

int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 at) {
    File& self = of(file);
    if (self.is_log && !self.in_transaction) {
        self.in_transaction = true;
        pass_point();
    }
    return self.real->pMethods->xWrite(self.real, data, size, at);
}

int sync(sqlite3_file* file, int) {
    File& self = of(file);
    if (self.is_log && self.in_transaction) {
        self.in_transaction = false;
        pass_point();
    }
    return SQLITE_OK;
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    File& self = *new (file) File;
    self.real = reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + sizeof(File));
    self.is_log = (flags & SQLITE_OPEN_WAL) != 0;
    const int result = below->xOpen(below, name, self.real, flags, out_flags);
    self.base.pMethods = self.real->pMethods == nullptr ? nullptr : &methods;
    return result;
}

} // namespace

void use_kill_vfs() {
    if (below != nullptr) {
        return;
    }
    below = sqlite3_vfs_find(nullptr);
    vfs = *below;
    vfs.zName = "kill";
    vfs.szOsFile = static_cast<int>(sizeof(File)) + below->szOsFile;
    vfs.xOpen = open;
    methods = {};
    methods.iVersion = 2;
    methods.xWrite = write;
    methods.xSync = sync;
    methods.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
    methods.xRead = [](sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
        return real(f)->pMethods->xRead(real(f), to, size, at);
    };
    methods.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
        return real(f)->pMethods->xTruncate(real(f), size);
    };
    methods.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
        return real(f)->pMethods->xFileSize(real(f), size);
    };
    methods.xLock = [](sqlite3_file* f, int lock) {
        return real(f)->pMethods->xLock(real(f), lock);
    };
    methods.xUnlock = [](sqlite3_file* f, int lock) {
        return real(f)->pMethods->xUnlock(real(f), lock);
    };
    methods.xCheckReservedLock = [](sqlite3_file* f, int* out) {
        return real(f)->pMethods->xCheckReservedLock(real(f), out);
    };
    methods.xFileControl = [](sqlite3_file* f, int op, void* arg) {
        return real(f)->pMethods->xFileControl(real(f), op, arg);
    };
    methods.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
    methods.xDeviceCharacteristics = [](sqlite3_file* f) {
        return real(f)->pMethods->xDeviceCharacteristics(real(f));
    };
    methods.xShmMap = [](sqlite3_file* f, int page, int size, int extend, void volatile** out) {
        return real(f)->pMethods->xShmMap(real(f), page, size, extend, out);
    };
    methods.xShmLock = [](sqlite3_file* f, int offset, int n, int flags) {
        return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
    };
    methods.xShmBarrier = [](sqlite3_file* f) { real(f)->pMethods->xShmBarrier(real(f)); };
    methods.xShmUnmap = [](sqlite3_file* f, int remove) {
        return real(f)->pMethods->xShmUnmap(real(f), remove);
    };
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) {
        std::abort();
    }
}

void kill_at(int point) {
    points_left = point;
}

} // namespace banger::rollback
