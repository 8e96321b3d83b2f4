#include "builder/ext4.hpp"

#include "builder/tool.hpp"

#include <sstream>
#include <unistd.h>
#include <vector>

namespace banger::bundle {
namespace {

namespace fs = std::filesystem;

// $1 source, $2 image, $3 label, $4 size in MiB or 0, $5 scratch folder, $6 octal mode of its /.
// discard: the file is zeros already, so tables and journal stay holes and no kernel thread of the
// first guest writes them. A fixed block size and inode ratio: mke2fs would take those of a tiny
// disk, and the file system is grown later.
constexpr const char* make_image = R"(
size=$4
if [ "$size" = 0 ]; then
    used=$(du -sk "$tree" | cut -f1)
    size=$(( (used * 112 / 100 + 131072) / 1024 ))
fi
truncate -s "${size}M" "$2"
mke2fs -q -F -t ext4 -b 4096 -i 16384 -m 0 -L "$3" -J size=16 \
    -E discard,lazy_journal_init=1,root_owner=0:0 -d "$tree" "$2"
# mke2fs before 1.47.1 does not take the mode of the top folder over.
debugfs -w -R "set_inode_field / mode 040$6" "$2" 2>/dev/null
)";

std::string octal(unsigned mode) {
    std::ostringstream text;
    text << std::oct << mode;
    return text.str();
}

/// As root directly, else under fakeroot: owners and devices of the tree are kept for mke2fs to
/// read.
void run_script(const std::string& script, const fs::path& source, const fs::path& image,
                const Ext4Plan& plan, const Interrupt& interrupt) {
    std::vector<std::string> command;
    if (::geteuid() != 0) {
        command = {"fakeroot", "--"};
    }
    const std::string text = "set -e\nPATH=$PATH:/usr/sbin:/sbin\n" + script + make_image;
    const fs::path scratch = image.parent_path() / "tree";
    for (const std::string& word :
         {std::string("sh"), std::string("-c"), text, std::string("sh"), source.string(),
          image.string(), plan.label, std::to_string(plan.size_mib), scratch.string(),
          octal(plan.root_mode)}) {
        command.push_back(word);
    }
    run_tool(command, interrupt);
    fs::remove_all(scratch);
}

} // namespace

void make_ext4_from_tar(const fs::path& archive, const fs::path& image, const Ext4Plan& plan,
                        const Interrupt& interrupt) {
    run_script(R"(
tree=$5
mkdir "$tree"
tar --extract --file="$1" -C "$tree" --numeric-owner --same-permissions --same-owner --no-xattrs
)",
               archive, image, plan, interrupt);
}

void make_ext4_from_folder(const fs::path& folder, const fs::path& image, const Ext4Plan& plan,
                           const Interrupt& interrupt) {
    run_script(R"(
tree=$1
chown -R 0:0 "$tree"
)",
               folder, image, plan, interrupt);
}

} // namespace banger::bundle
