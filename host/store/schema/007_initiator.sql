-- Who asked for an operation: "uid 1000", "plugin web", "bangerd". Empty: from before it was kept.
ALTER TABLE operation ADD COLUMN initiator TEXT NOT NULL DEFAULT '';
