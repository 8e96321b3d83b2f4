-- Times are Unix milliseconds. Columns that hold JSON are checked to be JSON.
CREATE TABLE vm (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    state          TEXT NOT NULL,
    image          TEXT NOT NULL,
    vcpus          INTEGER NOT NULL,
    memory_mib     INTEGER NOT NULL,
    disk_mib       INTEGER NOT NULL,
    work_disk_mib  INTEGER NOT NULL,
    disk_mode      TEXT NOT NULL,
    vmm            TEXT NOT NULL,
    accel          TEXT NOT NULL,
    ip             TEXT NOT NULL,
    mac            TEXT NOT NULL,
    options        TEXT NOT NULL CHECK (json_valid(options)),
    created_at     INTEGER NOT NULL,
    started_at     INTEGER,
    ready_at       INTEGER,
    exit           TEXT CHECK (exit IS NULL OR json_valid(exit)),
    timings        TEXT NOT NULL CHECK (json_valid(timings)),
    warnings       TEXT NOT NULL CHECK (json_valid(warnings)),
    process        TEXT NOT NULL CHECK (json_valid(process)),
    last_operation TEXT
) STRICT;

-- One address per VM for life. Checked at commit, so a VM and its address may come in any order.
CREATE TABLE lease (
    address TEXT PRIMARY KEY,
    vm_id   TEXT NOT NULL UNIQUE REFERENCES vm (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE TABLE image (
    name       TEXT PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('bundle', 'registered')),
    rootfs     TEXT NOT NULL,
    kernel     TEXT NOT NULL,
    initrd     TEXT NOT NULL,
    modules    TEXT NOT NULL,
    work_seed  TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    size       INTEGER NOT NULL
) STRICT;

CREATE TABLE operation (
    seq        INTEGER PRIMARY KEY AUTOINCREMENT,
    id         TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    target     TEXT NOT NULL,
    state      TEXT NOT NULL,
    stage      TEXT NOT NULL,
    percent    INTEGER NOT NULL,
    stages     TEXT NOT NULL CHECK (json_valid(stages)),
    log        TEXT NOT NULL CHECK (json_valid(log)),
    privileged TEXT NOT NULL CHECK (json_valid(privileged)),
    error      TEXT CHECK (error IS NULL OR json_valid(error)),
    result     TEXT CHECK (result IS NULL OR json_valid(result)),
    created_at INTEGER NOT NULL,
    ended_at   INTEGER
) STRICT;

-- The undo journal. It has no reference to vm: what a plugin holds on the host may outlive the record.
CREATE TABLE hook_journal (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    vm_id    TEXT NOT NULL,
    plugin   TEXT NOT NULL,
    hook     TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('intent', 'done', 'undone', 'undo_failed', 'released')),
    cookie   BLOB NOT NULL,
    error    TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    at       INTEGER NOT NULL
) STRICT;
CREATE INDEX hook_journal_vm ON hook_journal (vm_id, seq);

CREATE TABLE kv (
    plugin TEXT NOT NULL,
    key    TEXT NOT NULL,
    value  BLOB NOT NULL,
    PRIMARY KEY (plugin, key)
) STRICT;
