#include "copy/copy.hpp"

#include "cli/console_text.hpp"
#include "copy/guest_path.hpp"
#include "copy/guest_pipe.hpp"
#include "copy/meter.hpp"
#include "copy/packer.hpp"
#include "copy/unpacker.hpp"
#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <algorithm>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>

namespace banger::copy {
namespace fs = std::filesystem;
using cli::CopyEnd;
using cli::Session;

namespace {

using Lines = std::vector<std::string>;

constexpr std::size_t longest_list = 1U << 20U;
constexpr const char* unnamed = "content"; ///< what a tree without a name is called on its way

/// PATTERN: what it matches, each with a NUL; itself when it matches nothing.
constexpr const char* list_script = R"(IFS=; for path in $1; do printf '%s\0' "$path"; done)";

/// PATH SHOWN FOLDER ENTRY: an archive of what is there. Files of the kernel do not tell their
/// size.
constexpr const char* send_script = R"(
[ -e "$1" ] || { echo "no file '$2'" >&2; exit 1; }
case $(readlink -f "$1") in /proc/* | /sys/*)
    if [ -f "$1" ]; then
        w=$(mktemp -d) || exit 1
        trap 'rm -rf "$w"' EXIT
        trap 'exit 1' HUP INT TERM PIPE
        cp "$1" "$w/$4" && tar -chf - -C "$w" "$4"
        exit
    fi ;;
esac
exec tar -chf - -C "$3" "$4")";

/// DESTINATION NAME KIND SEVERAL TREE: takes an archive. It gets its name when it is whole; a
/// folder that is there already gets its files then. $w is beside it, so that they only change
/// their names. As with scp the umask counts, times are new, and what is there keeps its mode.
constexpr const char* take_script = R"(
fail() { echo "$1" >&2; exit 1; }
d=$1
if [ -d "$d" ] || [ "$3" = folder ]; then
    while [ "$d" != / ] && [ "${d%/}" != "$d" ]; do d=${d%/}; done
fi
if [ -d "$d" ]; then t=$d${2:+/$2}
elif [ "$4" = yes ]; then fail "no folder '$d'"
else t=$d; fi
[ -L "$t" ] && t=$(readlink -f "$t")
case $t in */*) p=${t%/*}/ ;; *) p=. ;; esac
[ -d "$p" ] || fail "no folder '$p'"
if [ -d "$t" ]; then
    [ "$3" = folder ] || fail "'$t' is a folder"
    p=$t
elif [ -e "$t" ]; then
    [ "$3" = file ] || fail "'$t' is no folder"
    [ -f "$t" ] || exec tar -xOf - >"$t"
fi
w=$(mktemp -d "$p/.banger-cp.XXXXXX") || exit 1
trap 'rm -rf "$w"' EXIT
trap 'exit 1' HUP INT TERM PIPE
said=$(tar --no-same-permissions -xmf - -C "$w" 2>&1) || {
    set -- $(df -Pk "$w" | tail -n 1)
    [ "${4:-1}" != 0 ] || echo "no space left in '$p'" >&2 # tar does not say so
    fail "$said"
}
[ -e "$w/$5" ] || fail "nothing came"
[ ! -e "$t" ] || NEW=$w/$5 OLD=$t find "$w/$5" -type f -exec sh -c '
    for new; do
        old=$OLD${new#"$NEW"}
        [ -f "$old" ] && mode=00$(stat -c %a "$old") || continue
        chmod "${mode#${mode%???}}" "$new" # no set-id bits
    done' sh {} +
if [ -d "$t" ]; then cp -rlf "$w/$5/." "$t/" 2>/dev/null || cp -rf "$w/$5/." "$t/"
else mv -f "$w/$5" "$t"; fi)";

GuestPipe start(Session& session, const std::string& vm, const char* script,
                const std::vector<std::string>& words) {
    cli::GuestProgram program{vm, "", false, {"sh", "-c", script, "sh"}};
    program.argv.insert(program.argv.end(), words.begin(), words.end());
    return GuestPipe(cli::start_in_guest(session, program));
}

/// A source in a VM, patterns of the shell resolved, as scp does it.
std::vector<CopyEnd> matches(Session& session, const CopyEnd& end) {
    if (end.vm.empty() || end.path.find_first_of("*?[") == std::string::npos) {
        return {end};
    }
    GuestPipe pipe = start(session, end.vm, list_script, {plain_path(end.path)});
    std::string list;
    for (std::string part = pipe.read(); !part.empty(); part = pipe.read()) {
        list += part;
        if (list.size() > longest_list) {
            throw os::Error(os::ErrorKind::exhausted, "'" + end.path + "' matches too many files");
        }
    }
    pipe.finish();
    std::vector<CopyEnd> found;
    for (std::size_t at = 0, zero = 0; (zero = list.find('\0', at)) != std::string::npos;
         at = zero + 1) {
        found.push_back({end.vm, list.substr(at, zero - at)});
    }
    return found;
}

Folder open_folder(const fs::path& path) {
    return {os::open_file(path, O_RDONLY | O_DIRECTORY), path.string()};
}

GuestPipe start_sending(Session& session, const CopyEnd& from) {
    const TarPlace place = tar_place(from.path);
    return start(session, from.vm, send_script,
                 {plain_path(from.path), from.path, place.folder, place.entry});
}

/// Throws why, when the guest could not send it all.
void finish(GuestPipe& pipe, bool any) {
    pipe.finish();
    if (!any) {
        throw os::Error(os::ErrorKind::internal, "the guest sent nothing");
    }
}

std::string read(GuestPipe& pipe, Meter& meter) {
    std::string bytes = pipe.read();
    meter.add(bytes.size());
    return bytes;
}

mode_t umask_now() {
    const mode_t mask = ::umask(077);
    ::umask(mask);
    return mask;
}

/// What `from` is in its VM becomes `name` in `folder`; with no name that folder's content.
Lines fetch(Session& session, const CopyEnd& from, Folder folder, std::string name, Making making,
            Meter& meter) {
    making.masked = umask_now();
    making.below_name = name_in(from.path).empty();
    GuestPipe pipe = start_sending(session, from);
    pipe.end_input();
    making.check = [&] { pipe.check(); };
    Unpacker unpacker(std::move(folder), std::move(name), making);
    finish(pipe, unpacker.run([&] { return read(pipe, meter); }));
    meter.done();
    return unpacker.left_out().lines();
}

Lines download(Session& session, const CopyEnd& from, const fs::path& to, bool several,
               Meter& meter) {
    const std::string name = name_in(from.path);
    if (fs::is_directory(to)) {
        return fetch(session, from, open_folder(to), name, {}, meter);
    }
    if (several) {
        throw os::Error(os::ErrorKind::not_found, "no folder '" + to.string() + "' to copy to");
    }
    if (fs::exists(to) && !fs::is_regular_file(to)) {
        const os::UniqueFd stream = os::open_file(to, O_WRONLY);
        GuestPipe pipe = start_sending(session, from);
        pipe.end_input();
        finish(pipe,
               Unpacker::to_stream([&] { return read(pipe, meter); }, stream.get(), to.string()));
        meter.done();
        return {};
    }
    Making making;
    making.only_folder = !to.has_filename(); // as with scp a slash does not make one of a file
    const fs::path named = making.only_folder ? to.parent_path() : to;
    const fs::path target = fs::is_symlink(named) ? fs::weakly_canonical(named) : named;
    const fs::path parent = target.has_parent_path() ? target.parent_path() : fs::path(".");
    return fetch(session, from, open_folder(parent), target.filename().string(), making, meter);
}

Lines upload(Session& session, const fs::path& from, const std::string& name, const CopyEnd& to,
             bool several, Meter& meter, const Modes* modes = nullptr) {
    const std::string tree = name.empty() ? unnamed : name;
    GuestPipe pipe = start(session, to.vm, take_script,
                           {plain_path(to.path), name, fs::is_directory(from) ? "folder" : "file",
                            several ? "yes" : "no", tree});
    bool taken = true;
    const auto write = [&](std::string_view bytes) {
        taken = pipe.write(bytes);
        meter.add(bytes.size());
        return taken;
    };
    Packer packer(write, modes);
    try {
        packer.add(from, tree);
        packer.finish();
    } catch (const os::Error&) {
        if (taken) {
            throw;
        }
    }
    if (taken) {
        pipe.end_input();
    }
    pipe.finish(); // when it took no more it says why
    meter.done();
    return packer.left_out().lines();
}

std::string shown(const CopyEnd& end) {
    return cli::plain_text((end.vm.empty() ? "" : end.vm + ":") + end.path);
}

Lines copy_one(Session& session, const CopyEnd& from, const CopyEnd& to, bool several) {
    Meter meter(session.err, shown(from));
    if (to.vm.empty()) {
        return download(session, from, to.path, several, meter);
    }
    if (from.vm.empty()) {
        return upload(session, from.path, name_in(from.path), to, several, meter);
    }
    const os::TemporaryDir between("banger-cp");
    Modes modes; // by those that the files have here they could not be read or removed again
    Making making;
    making.aside = &modes;
    Lines left_out = fetch(session, from, open_folder(between.path()), unnamed, making, meter);
    Meter onward(session.err, shown(to));
    const Lines more =
        upload(session, between.path() / unnamed, name_in(from.path), to, several, onward, &modes);
    left_out.insert(left_out.end(), more.begin(), more.end());
    return left_out;
}

} // namespace

int copy(Session& session, const std::vector<CopyEnd>& ends) {
    const CopyEnd& to = ends.back();
    int code = 0;
    const auto guarded = [&](const CopyEnd& from, const auto& work) {
        try {
            work();
        } catch (const os::Error& error) {
            if (error.kind() == os::ErrorKind::cancelled) {
                throw;
            }
            session.report(error.with_context(shown(from)));
            code = as_int(cli::ExitCode::failed);
        }
    };
    std::vector<CopyEnd> sources;
    for (auto end = ends.begin(); end + 1 != ends.end(); ++end) {
        if (end->vm.empty() && to.vm.empty()) {
            throw os::Error(os::ErrorKind::invalid,
                            "'" + end->path + "' and '" + to.path + "' are both on this machine");
        }
        guarded(*end, [&] {
            const std::vector<CopyEnd> found = matches(session, *end);
            sources.insert(sources.end(), found.begin(), found.end());
        });
    }
    const bool several = ends.size() > 2 || sources.size() > 1;
    for (const CopyEnd& from : sources) {
        guarded(from, [&] {
            for (const std::string& line : copy_one(session, from, to, several)) {
                session.report({os::ErrorKind::internal, "left out " + line});
                code = as_int(cli::ExitCode::failed);
            }
        });
    }
    return code;
}

} // namespace banger::copy
