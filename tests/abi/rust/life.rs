// A plugin in Rust, against bindings written by hand: no crate, no build script. What it gives to the host is checked
// at compile time to have the layout of the C headers, and no panic leaves a function.
// rustc --edition 2021 --crate-type cdylib -C link-arg=-Wl,-z,defs life.rs -o life-rust.so
#![allow(non_camel_case_types, dead_code)]
use std::ffi::{c_char, c_void};
use std::mem::{offset_of, size_of};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicPtr, Ordering};

#[repr(C)]
#[derive(Clone, Copy)]
pub struct banger_str {
    ptr: *const c_char,
    len: u64,
}
#[repr(C)]
pub struct banger_iface {
    id: *const c_char,
    table: *const c_void,
}
#[repr(C)]
pub struct banger_host {
    struct_size: u32,
    abi_minor: u32,
    daemon_version: banger_str,
    state_dir: banger_str,
    get_extension: extern "C" fn(*const banger_host, *const c_char) -> *const c_void,
    log: extern "C" fn(*const banger_host, *mut c_void, i32, banger_str, *const c_void, u64),
    call_fail: extern "C" fn(*mut c_void, i32, banger_str, banger_str),
    call_cancelled: extern "C" fn(*mut c_void) -> i32,
    call_remaining_ms: extern "C" fn(*mut c_void) -> i64,
    call_cancel_fd: extern "C" fn(*mut c_void) -> i32,
    call_set_cookie: extern "C" fn(*mut c_void, banger_str) -> i32,
    call_emit: extern "C" fn(*mut c_void, u32, banger_str) -> i32,
}
#[repr(C)]
pub struct banger_kv_ops {
    struct_size: u32,
    flags: u32,
    get: usize,
    list: usize,
    set: extern "C" fn(*const banger_host, *mut c_void, banger_str, banger_str) -> i32,
    remove: extern "C" fn(*const banger_host, *mut c_void, banger_str) -> i32,
}
#[repr(C)]
pub struct banger_descriptor {
    struct_size: u32,
    flags: u32,
    id: *const c_char,
    name: *const c_char,
    version: *const c_char,
    vendor: *const c_char,
    license: *const c_char,
    url: *const c_char,
    summary: *const c_char,
    config_schema: *const c_char,
    config_version: u32,
    hook_timeout_ms: u32,
    requires_ext: *const *const c_char,
    requires_plugins: *const *const c_char,
    after: *const *const c_char,
    before: *const *const c_char,
}
#[repr(C)]
pub struct banger_entry {
    magic: u32,
    struct_size: u32,
    abi_major: u32,
    min_minor: u32,
    built_minor: u32,
    iface_count: u32,
    desc: *const banger_descriptor,
    ifaces: *const banger_iface,
    create: extern "C" fn(*const banger_host, *mut c_void, banger_str, *mut *mut c_void) -> i32,
    init: Option<extern "C" fn(*mut c_void, *mut c_void) -> i32>,
    destroy: extern "C" fn(*mut c_void),
}
#[repr(C)]
pub struct banger_vm {
    struct_size: u32,
    state: u32,
    id: banger_str,
    name: banger_str,
    run_dir: banger_str,
    spec_json: banger_str,
    cookie: banger_str,
    pid: i32,
    cid: u32,
}
type Hook = Option<extern "C" fn(*mut c_void, *mut c_void, *const banger_vm) -> i32>;
#[repr(C)]
pub struct banger_vm_lifecycle {
    struct_size: u32,
    flags: u32,
    before_create: Hook,
    after_create: Hook,
    before_start: Hook,
    after_start: Hook,
    on_ready: Hook,
    before_stop: Hook,
    after_stop: Hook,
    before_delete: Hook,
    after_delete: Hook,
    reconcile: Hook,
    undo: Option<extern "C" fn(*mut c_void, *mut c_void, *const banger_vm, u32, u32) -> i32>,
}
#[repr(C)]
pub struct banger_action {
    struct_size: u32,
    flags: u32,
    name: *const c_char,
    summary: *const c_char,
    params_schema: *const c_char,
    result_schema: *const c_char,
    run: extern "C" fn(*mut c_void, *mut c_void, banger_str) -> i32,
    place: *const c_char,
}
#[repr(C)]
pub struct banger_actions {
    struct_size: u32,
    count: u32,
    items: *const *const banger_action,
}

// The layout of ABI 1.0, as tests/abi/layout_1_0.cpp has it.
const _: () = assert!(size_of::<banger_str>() == 16 && offset_of!(banger_str, len) == 8);
const _: () = assert!(size_of::<banger_iface>() == 16);
const _: () = assert!(size_of::<banger_host>() == 104);
const _: () = assert!(offset_of!(banger_host, get_extension) == 40);
const _: () = assert!(offset_of!(banger_host, call_fail) == 56);
const _: () = assert!(offset_of!(banger_host, call_set_cookie) == 88);
const _: () = assert!(offset_of!(banger_host, call_emit) == 96);
const _: () = assert!(size_of::<banger_descriptor>() == 112);
const _: () = assert!(offset_of!(banger_descriptor, config_version) == 72);
const _: () = assert!(offset_of!(banger_descriptor, before) == 104);
const _: () = assert!(size_of::<banger_entry>() == 64 && offset_of!(banger_entry, destroy) == 56);
const _: () = assert!(size_of::<banger_vm>() == 96 && offset_of!(banger_vm, cookie) == 72);
const _: () = assert!(size_of::<banger_vm_lifecycle>() == 96);
const _: () = assert!(offset_of!(banger_vm_lifecycle, undo) == 88);
const _: () = assert!(size_of::<banger_action>() == 56 && offset_of!(banger_action, run) == 40);
const _: () = assert!(size_of::<banger_actions>() == 16);
const _: () = assert!(offset_of!(banger_kv_ops, set) == 24 && size_of::<banger_kv_ops>() == 40);

// Tables are read only.
struct Shared<T>(T);
unsafe impl<T> Sync for Shared<T> {}

static HOST: AtomicPtr<banger_host> = AtomicPtr::new(std::ptr::null_mut());

const INTERNAL: i32 = -1;
const EXCEPTION: i32 = -9;

const fn text(s: &'static str) -> banger_str {
    banger_str { ptr: s.as_ptr() as *const c_char, len: s.len() as u64 }
}
fn host() -> &'static banger_host {
    unsafe { &*HOST.load(Ordering::Relaxed) }
}
/// No panic leaves a function: the host would be aborted by it.
fn sealed(call: *mut c_void, f: impl FnOnce() -> i32 + std::panic::UnwindSafe) -> i32 {
    catch_unwind(f).unwrap_or_else(|_| {
        (host().call_fail)(call, EXCEPTION, text("a panic was caught"), text(""));
        EXCEPTION
    })
}
fn note(call: *mut c_void, what: &'static str, value: banger_str) -> i32 {
    let kv = (host().get_extension)(host(), c"banger.kv/1".as_ptr()) as *const banger_kv_ops;
    if kv.is_null() {
        return INTERNAL;
    }
    unsafe { ((*kv).set)(host(), call, text(what), value) }
}

macro_rules! hook {
    ($name:ident) => {
        extern "C" fn $name(_: *mut c_void, call: *mut c_void, vm: *const banger_vm) -> i32 {
            sealed(call, || note(call, stringify!($name), unsafe { (*vm).cookie }))
        }
    };
}
hook!(before_create);
hook!(after_create);
hook!(after_start);
hook!(on_ready);
hook!(before_stop);
hook!(after_stop);
hook!(before_delete);
hook!(after_delete);

extern "C" fn before_start(_: *mut c_void, call: *mut c_void, vm: *const banger_vm) -> i32 {
    sealed(call, || {
        (host().call_set_cookie)(call, text("cookie of life-rust"));
        note(call, "before_start", unsafe { (*vm).name })
    })
}
extern "C" fn undo(_: *mut c_void, call: *mut c_void, vm: *const banger_vm, _: u32, _: u32) -> i32 {
    sealed(call, || note(call, "undo", unsafe { (*vm).cookie }))
}
extern "C" fn grown(_: *mut c_void, call: *mut c_void, _: banger_str) -> i32 {
    sealed(call, || (host().call_emit)(call, 1, text("the host is as new")))
}
extern "C" fn panics(_: *mut c_void, call: *mut c_void, _: banger_str) -> i32 {
    sealed(call, || {
        std::panic::set_hook(Box::new(|_| {})); // nothing of a plugin goes to standard error
        panic!("for the test")
    })
}
extern "C" fn create(
    given: *const banger_host, _: *mut c_void, _: banger_str, this: *mut *mut c_void,
) -> i32 {
    HOST.store(given as *mut banger_host, Ordering::Relaxed);
    unsafe { *this = Box::into_raw(Box::new(0u8)) as *mut c_void };
    0
}
extern "C" fn destroy(this: *mut c_void) {
    drop(unsafe { Box::from_raw(this as *mut u8) });
}

const fn action(
    name: *const c_char, params_schema: *const c_char,
    run: extern "C" fn(*mut c_void, *mut c_void, banger_str) -> i32,
) -> Shared<banger_action> {
    Shared(banger_action {
        struct_size: size_of::<banger_action>() as u32,
        flags: 0,
        name,
        summary: c"says something".as_ptr(),
        params_schema,
        result_schema: std::ptr::null(),
        run,
        place: std::ptr::null(),
    })
}
static GROWN: Shared<banger_action> = action(c"grown".as_ptr(), std::ptr::null(), grown);
static PANICS: Shared<banger_action> = action(
    c"panics".as_ptr(),
    c"{\"required\": [\"now\"], \"properties\": {\"now\": {\"type\": \"boolean\"}}}".as_ptr(),
    panics,
);
static VERBS: Shared<[*const banger_action; 2]> = Shared([&GROWN.0, &PANICS.0]);
static CLI: Shared<banger_actions> = Shared(banger_actions {
    struct_size: size_of::<banger_actions>() as u32,
    count: 2,
    items: VERBS.0.as_ptr(),
});
static LIFECYCLE: banger_vm_lifecycle = banger_vm_lifecycle {
    struct_size: size_of::<banger_vm_lifecycle>() as u32,
    flags: 0,
    before_create: Some(before_create),
    after_create: Some(after_create),
    before_start: Some(before_start),
    after_start: Some(after_start),
    on_ready: Some(on_ready),
    before_stop: Some(before_stop),
    after_stop: Some(after_stop),
    before_delete: Some(before_delete),
    after_delete: Some(after_delete),
    reconcile: None,
    undo: Some(undo),
};
static IFACES: Shared<[banger_iface; 2]> = Shared([
    banger_iface {
        id: c"banger.vm-lifecycle/1".as_ptr(),
        table: &LIFECYCLE as *const banger_vm_lifecycle as *const c_void,
    },
    banger_iface {
        id: c"banger.cli/1".as_ptr(),
        table: &CLI as *const Shared<banger_actions> as *const c_void,
    },
]);
static DESCRIPTOR: Shared<banger_descriptor> = Shared(banger_descriptor {
    struct_size: size_of::<banger_descriptor>() as u32,
    flags: 0,
    id: c"life-rust".as_ptr(),
    name: c"Life in Rust".as_ptr(),
    version: c"1.0.0".as_ptr(),
    vendor: std::ptr::null(),
    license: std::ptr::null(),
    url: std::ptr::null(),
    summary: std::ptr::null(),
    config_schema: std::ptr::null(),
    config_version: 0,
    hook_timeout_ms: 0,
    requires_ext: std::ptr::null(),
    requires_plugins: std::ptr::null(),
    after: std::ptr::null(),
    before: std::ptr::null(),
});
static ENTRY: Shared<banger_entry> = Shared(banger_entry {
    magic: 0x31504742,
    struct_size: size_of::<banger_entry>() as u32,
    abi_major: 1,
    min_minor: 0,
    built_minor: 0,
    iface_count: 2,
    desc: &DESCRIPTOR.0,
    ifaces: IFACES.0.as_ptr(),
    create,
    init: None,
    destroy,
});

#[no_mangle]
pub extern "C" fn banger_plugin_entry_v1() -> *const banger_entry {
    &ENTRY.0
}
