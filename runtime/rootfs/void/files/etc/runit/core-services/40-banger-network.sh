# The kernel argument ip=, for guests whose initramfs has set up no network.
# shellcheck shell=sh
if [ -r /proc/cmdline ]; then
    /usr/lib/banger/ip-argument "$(cat /proc/cmdline)" | while read -r line; do
        eval "$line"
    done
fi
