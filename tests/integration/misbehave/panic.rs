// A plugin in Rust, by the C ABI alone: before_start panics, and what becomes of it depends on
// whether it is caught before it reaches the host ("caught") or not ("uncaught").
#![allow(non_camel_case_types)]
use std::ffi::{c_char, c_void};
use std::ptr::null;

#[repr(C)]
#[derive(Clone, Copy)]
struct Str {
    ptr: *const u8,
    len: u64,
}
type CallFail = extern "C" fn(*mut c_void, i32, Str, Str);
#[repr(C)]
struct Host {
    struct_size: u32,
    abi_minor: u32,
    daemon_version: Str,
    state_dir: Str,
    get_extension: *const c_void,
    log: *const c_void,
    call_fail: CallFail,
}
type Hook = extern "C" fn(*mut c_void, *mut c_void, *const c_void) -> i32;
type Undo = extern "C" fn(*mut c_void, *mut c_void, *const c_void, u32, u32) -> i32;
#[repr(C)]
struct Lifecycle {
    struct_size: u32,
    flags: u32,
    before_create: Option<Hook>,
    after_create: Option<Hook>,
    before_start: Option<Hook>,
    others: [*const c_void; 7],
    undo: Option<Undo>,
}
#[repr(C)]
struct Iface {
    id: *const c_char,
    table: *const Lifecycle,
}
#[repr(C)]
struct Descriptor {
    struct_size: u32,
    flags: u32,
    id: *const c_char,
    name: *const c_char,
    version: *const c_char,
    texts: [*const c_char; 5],
    config_version: u32,
    hook_timeout_ms: u32,
    lists: [*const c_void; 4],
}
#[repr(C)]
pub struct Entry {
    magic: u32,
    struct_size: u32,
    abi_major: u32,
    min_minor: u32,
    built_minor: u32,
    iface_count: u32,
    desc: *const Descriptor,
    ifaces: *const Iface,
    create: extern "C" fn(*const Host, *mut c_void, Str, *mut *mut c_void) -> i32,
    init: *const c_void,
    destroy: extern "C" fn(*mut c_void),
}
unsafe impl Sync for Lifecycle {}
unsafe impl Sync for Iface {}
unsafe impl Sync for Descriptor {}
unsafe impl Sync for Entry {}

static mut HOST: *const Host = null();

#[cfg(caught)]
fn text(bytes: &'static str) -> Str {
    Str { ptr: bytes.as_ptr(), len: bytes.len() as u64 }
}

extern "C" fn create(host: *const Host, _: *mut c_void, _: Str, out: *mut *mut c_void) -> i32 {
    unsafe {
        HOST = host;
        *out = host as *mut c_void;
    }
    0
}
extern "C" fn destroy(_: *mut c_void) {}

fn work() -> i32 {
    let shelf: Vec<i32> = Vec::new();
    shelf[std::hint::black_box(3)]
}

#[cfg(caught)]
extern "C" fn before_start(_: *mut c_void, call: *mut c_void, _: *const c_void) -> i32 {
    std::panic::set_hook(Box::new(|_| {}));
    match std::panic::catch_unwind(work) {
        Ok(status) => status,
        Err(_) => {
            unsafe { ((*HOST).call_fail)(call, -9, text("a panic was caught"), text("")) };
            -9
        }
    }
}
#[cfg(not(caught))]
extern "C" fn before_start(_: *mut c_void, _: *mut c_void, _: *const c_void) -> i32 {
    work() // a panic that reaches extern "C" aborts
}
extern "C" fn undo(_: *mut c_void, _: *mut c_void, _: *const c_void, _: u32, _: u32) -> i32 {
    0
}

static LIFECYCLE: Lifecycle = Lifecycle {
    struct_size: std::mem::size_of::<Lifecycle>() as u32,
    flags: 0,
    before_create: None,
    after_create: None,
    before_start: Some(before_start),
    others: [null(); 7],
    undo: Some(undo),
};
static IFACES: [Iface; 1] =
    [Iface { id: c"banger.vm-lifecycle/1".as_ptr(), table: &LIFECYCLE }];
#[cfg(caught)]
const ID: *const c_char = c"rust-caught".as_ptr();
#[cfg(not(caught))]
const ID: *const c_char = c"rust-uncaught".as_ptr();
static DESCRIPTOR: Descriptor = Descriptor {
    struct_size: std::mem::size_of::<Descriptor>() as u32,
    flags: 0,
    id: ID,
    name: c"Rust".as_ptr(),
    version: c"1.0.0".as_ptr(),
    texts: [null(); 5],
    config_version: 0,
    hook_timeout_ms: 0,
    lists: [null(); 4],
};
static ENTRY: Entry = Entry {
    magic: 0x31504742,
    struct_size: std::mem::size_of::<Entry>() as u32,
    abi_major: 1,
    min_minor: 0,
    built_minor: 0,
    iface_count: 1,
    desc: &DESCRIPTOR,
    ifaces: &IFACES as *const Iface,
    create,
    init: null(),
    destroy,
};

#[no_mangle]
pub extern "C" fn banger_plugin_entry_v1() -> *const Entry {
    &ENTRY
}
