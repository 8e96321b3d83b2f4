-- What a VM may move in a second; 0 is without a limit.
ALTER TABLE vm ADD COLUMN disk_bytes_per_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE vm ADD COLUMN disk_ops_per_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE vm ADD COLUMN network_bytes_per_s INTEGER NOT NULL DEFAULT 0;
