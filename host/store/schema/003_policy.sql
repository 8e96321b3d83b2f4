-- When a VM is started and stopped without being asked; 0 seconds is never.
ALTER TABLE vm ADD COLUMN autostart TEXT NOT NULL DEFAULT 'off' CHECK (autostart IN ('on', 'off', 'last'));
ALTER TABLE vm ADD COLUMN idle_stop_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE vm ADD COLUMN max_lifetime_s INTEGER NOT NULL DEFAULT 0;
-- Of its lifetime, what was over before its VMM began: a guest that reboots gets another one.
ALTER TABLE vm ADD COLUMN lived_ms INTEGER NOT NULL DEFAULT 0;
