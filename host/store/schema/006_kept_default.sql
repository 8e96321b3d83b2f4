-- By the word of the API: what is kept as the default is not what VMs get when vm.image names another one.
DROP INDEX image_standard;
ALTER TABLE image RENAME COLUMN standard TO kept_default;
CREATE UNIQUE INDEX image_kept_default ON image (kept_default) WHERE kept_default = 1;
