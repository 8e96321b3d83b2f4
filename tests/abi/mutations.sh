#!/bin/sh
# mutations.sh COMPILER INCLUDE_DIR GOLDEN WORK_DIR: the layout golden lets a field be appended, and
# nothing else; each mutation of the headers below must be noticed.
set -u
compiler=$1 include=$2 golden=$3 work=$4
failed=0

try() { # try EXPECTED(0|1) WHAT FILE SED_PROGRAM
    rm -rf "$work" && cp -r "$include" "$work" || exit 1
    sed -i "$4" "$work/banger/$3"
    if cmp -s "$work/banger/$3" "$include/banger/$3"; then
        echo "FAILED: $2 changes nothing: $4"
        failed=1
    fi
    "$compiler" -std=c++20 -I"$work" -fsyntax-only "$golden" 2>/dev/null
    result=$?
    [ $result -eq 0 ] || result=1
    if [ $result -ne "$1" ]; then
        echo "FAILED: $2 is $([ "$1" -eq 0 ] && echo refused || echo 'not noticed')"
        failed=1
    fi
}

try 0 "a field at the end" vm.h 's/^} banger_nic;/  banger_str appended; } banger_nic;/'
try 1 "a field in the middle" vm.h 's/^  banger_str tap, mac;/  banger_str inserted; banger_str tap, mac;/'
try 1 "two fields of one type swapped" vm.h 's/^  banger_str tap, mac;/  banger_str mac, tap;/'
try 1 "another signature" actions.h 's/(\*run)(void \*self, banger_call \*, banger_str args_json)/(*run)(void *self, banger_call *)/'
try 1 "a wider field" vm.h 's/^  uint32_t mtu, reserved;/  uint64_t mtu, reserved;/'
try 1 "another value" abi.h 's/^#define BANGER_E_CONFLICT .*/#define BANGER_E_CONFLICT (-40)/'
try 1 "another id" vm.h 's|"banger.vm-lifecycle/1"|"banger.vm-lifecycle/2"|'
try 1 "a frozen struct that grows" abi.h 's/^} banger_str;/  uint64_t more; } banger_str;/'
try 1 "another name" vm.h 's/banger_str tap, mac;/banger_str link, mac;/'
rm -rf "$work"
exit $failed
