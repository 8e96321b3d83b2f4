# What the Void path is made of; sourced by its scripts. Each value can be given in the environment instead.
# shellcheck shell=bash disable=SC2034

# The repository of x86_64 glibc: a URL, file:///..., or a folder. Whatever the mirror, packages must be signed by the key.
: "${VOID_MIRROR:=https://repo-default.voidlinux.org/current}"
: "${VOID_KEY=$void_dir/keys/void-linux.plist}" # empty: a repository without signatures, such as one of your own

# The series; the repository has its newest version. README.md, "Versions".
: "${VOID_KERNEL_PACKAGE:=linux6.12}"

# In load order. What the kernel has built in is left out; one with a ? may be missing (Void has these as modules).
: "${VOID_INITRAMFS_MODULES:=virtio_mmio virtio_pci? virtio_blk crc32c_generic? ext4 overlay virtio_net virtio_console virtio_rng virtio_balloon vmw_vsock_virtio_transport button}"

# npm's registry or a mirror of it; the files are pinned by their hashes, as npm writes them.
: "${NPM_REGISTRY:=https://registry.npmjs.org}"
: "${VOID_MISE_VERSION:=2026.9.15}"
: "${VOID_MISE_INTEGRITY:=sha512-ButPFGyztN0Rk/HOHvHuf+W80CkvQRAjbDWHvhGJc3PnL3e2KhCYZIOyjx8wPkhr9VJa/7sJZXpxtt5JLjsfaQ==}"
: "${VOID_OPENCODE_VERSION:=1.18.33}"
: "${VOID_OPENCODE_INTEGRITY:=sha512-1KQGBiiDDeL/VHHbHkOvvFo8Jr97WT5+C1tear+p7IcDTnXgVHXqIjU4O4jM4mHQzykTP2i884FCnW5LDa+zCA==}"

: "${VOID_RECIPE:=$void_dir/../rootfs/void}" # packages, files/, customize
: "${VOID_ROOTFS_MIB:=0}"                    # 0: its content and a margin
: "${VOID_WORK_SEED_MIB:=256}"               # sparse; each VM's copy grows to its own size

: "${VOID_KERNEL_OUT:=$void_dir/../void-kernel}"
: "${VOID_ROOTFS_OUT:=$void_dir/../void-rootfs}"
: "${VOID_CACHE:=$void_dir/../void-cache}"
