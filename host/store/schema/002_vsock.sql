-- The context id by which AF_VSOCK reaches a VM, for its life; 0 when it never had the device.
ALTER TABLE vm ADD COLUMN cid INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX vm_cid ON vm (cid) WHERE cid <> 0;
