# Stage 3, when the file systems are read-only. Where the VMM knows no power off (Firecracker; the host says so on the
# kernel's command line) the guest resets instead, which ends the VMM. The host tells the two apart by the line.
# shellcheck shell=sh
if [ ! -x /run/runit/reboot ]; then
    case " $(cat /proc/cmdline) " in
    *' banger.poweroff=reboot '*)
        echo 'banger: power-off' >/dev/console
        stty -F /dev/console echo 2>/dev/null # returns when the line is out
        chmod 100 /run/runit/reboot
        ;;
    esac
fi
