#include "attributes.hpp"

#include <exception>
#include <memory>
#include <string_view>

namespace image_tool {
namespace {

constexpr std::string_view overlay_prefix = "trusted.overlay.";
constexpr std::string_view kept_prefixes[] = {
    "user.", "security.", "trusted.", "system.posix_acl_access", "system.posix_acl_default"};

struct HandleClose {
    void operator()(ext2_xattr_handle* handle) const { (void)ext2fs_xattrs_close(&handle); }
};
using Handle = std::unique_ptr<ext2_xattr_handle, HandleClose>;

/// Values stay as they are on the disk: ACLs have a form of their own there.
Handle open_handle(const FileSystem& fs, ext2_ino_t number, const std::string& what) {
    ext2_xattr_handle* opened = nullptr;
    fs.check(ext2fs_xattrs_open(fs.get(), number, &opened), what);
    Handle handle(opened);
    unsigned int raw = XATTR_HANDLE_FLAG_RAW;
    fs.check(ext2fs_xattrs_flags(opened, &raw, nullptr), what);
    return handle;
}

struct Reading {
    Attributes attributes;
    bool foreign = false;
    std::exception_ptr failure;
};

bool is_kept(std::string_view name) {
    for (const std::string_view prefix : kept_prefixes) {
        if (name.substr(0, prefix.size()) == prefix) {
            return true;
        }
    }
    return false;
}

int note_attribute(char* name, char* value, std::size_t size, void* data) {
    auto& reading = *static_cast<Reading*>(data);
    try {
        if (!is_kept(name)) {
            reading.foreign = true;
            return XATTR_ABORT;
        }
        reading.attributes[name] = std::string(value, size);
        return 0;
    } catch (...) {
        reading.failure = std::current_exception();
        return XATTR_ABORT;
    }
}

} // namespace

Attributes attributes_of(const FileSystem& fs, ext2_ino_t number) {
    const std::string what = "read the attributes of inode " + std::to_string(number);
    const Handle handle = open_handle(fs, number, what);
    fs.check(ext2fs_xattrs_read(handle.get()), what);
    Reading reading;
    const errcode_t code = ext2fs_xattrs_iterate(handle.get(), note_attribute, &reading);
    if (reading.failure) {
        std::rethrow_exception(reading.failure);
    }
    fs.check(code, what);
    if (reading.foreign) {
        throw fs.damaged("inode " + std::to_string(number) + " has an attribute of no known kind");
    }
    return std::move(reading.attributes);
}

void set_attributes(FileSystem& fs, ext2_ino_t number, const Attributes& attributes) {
    const std::string what = "write the attributes of inode " + std::to_string(number);
    // An empty handle on an inode without a block of attributes: what is written is all there is.
    fs.check(ext2fs_free_ext_attr(fs.get(), number, nullptr), what);
    const Handle handle = open_handle(fs, number, what);
    for (const auto& [name, value] : attributes) {
        fs.check(ext2fs_xattr_set(handle.get(), name.c_str(), value.data(), value.size()), what);
    }
    fs.check(ext2fs_xattrs_write(handle.get()), what);
}

OverlayMarks take_overlay_marks(Attributes& attributes) {
    OverlayMarks marks;
    for (auto at = attributes.lower_bound(std::string(overlay_prefix));
         at != attributes.end() && at->first.rfind(overlay_prefix, 0) == 0;) {
        const std::string name = at->first.substr(overlay_prefix.size());
        const std::string& value = at->second;
        if (name == "opaque") {
            marks.opaque = value == "y"; // "x" says that there may be whiteouts with an attribute
        } else if (name == "whiteout") {
            marks.whiteout = true;
        } else if (name == "redirect") {
            marks.redirect = value;
        } else if (name == "metacopy") {
            marks.metacopy = true;
        } else if (name == "protattr") {
            marks.immutable = value.find('i') != std::string::npos;
            marks.append_only = value.find('a') != std::string::npos;
        }
        at = attributes.erase(at);
    }
    return marks;
}

} // namespace image_tool
