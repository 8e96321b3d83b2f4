-- Images whose files are banger's own ("managed"), and what is known of them.
CREATE TABLE image_2 (
    name           TEXT PRIMARY KEY,
    kind           TEXT NOT NULL CHECK (kind IN ('bundle', 'registered', 'managed')),
    rootfs         TEXT NOT NULL,
    kernel         TEXT NOT NULL,
    kernel_elf     TEXT NOT NULL DEFAULT '',
    initrd         TEXT NOT NULL,
    modules        TEXT NOT NULL,
    work_seed      TEXT NOT NULL,
    created_at     INTEGER NOT NULL,
    size           INTEGER NOT NULL,
    folder         TEXT NOT NULL DEFAULT '',
    standard       INTEGER NOT NULL DEFAULT 0 CHECK (standard IN (0, 1)),
    disk_bytes     INTEGER NOT NULL DEFAULT 0,
    content_bytes  INTEGER NOT NULL DEFAULT 0,
    packages       INTEGER NOT NULL DEFAULT 0,
    kernel_version TEXT NOT NULL DEFAULT '',
    made_from      TEXT NOT NULL DEFAULT '',
    source         TEXT NOT NULL DEFAULT '',
    recipe         TEXT NOT NULL DEFAULT '',
    note           TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO image_2 (name, kind, rootfs, kernel, initrd, modules, work_seed, created_at, size)
    SELECT name, kind, rootfs, kernel, initrd, modules, work_seed, created_at, size FROM image;
DROP TABLE image;
ALTER TABLE image_2 RENAME TO image;
-- One default at most; without one it is the bundle's.
CREATE UNIQUE INDEX image_standard ON image (standard) WHERE standard = 1;
CREATE UNIQUE INDEX image_folder ON image (folder) WHERE folder <> '';
