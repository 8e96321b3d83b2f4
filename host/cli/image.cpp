#include "api_client/json.hpp"
#include "cli/absolute_path.hpp"
#include "cli/command.hpp"
#include "cli/listing.hpp"
#include "cli/quantity.hpp"
#include "cli/table.hpp"
#include "cli/targets.hpp"
#include "cli/watch.hpp"

namespace banger::cli {
namespace {

struct RegisterArgs {
    std::string name;
    std::string rootfs;
    std::string kernel;
    std::string initrd;
    std::string modules;
};

struct DeleteArgs {
    std::vector<std::string> names;
};

std::string bytes_text(const Json& image) {
    const auto bytes =
        number_at(image, "size_bytes") ? number_at(image, "size_bytes") : number_at(image, "size");
    return bytes ? mib_text(static_cast<std::int64_t>(*bytes / (1 << 20))) : "";
}

std::vector<std::string> row(const Json& image, const Terminal& terminal) {
    std::string kind = text_at(image, "kind");
    if (value_at(image, "ok") == Json(false)) {
        kind += " " + terminal.red("(files missing)");
    }
    return {text_at(image, "name"), kind, bytes_text(image), text_at(image, "rootfs")};
}

void show(const Session& session, const Json& image) {
    const bool standard = value_at(image, "default") == Json(true);
    const bool broken = value_at(image, "ok") == Json(false);
    session.print(described({{"name", session.out.bold(text_at(image, "name"))},
                             {"kind", text_at(image, "kind")},
                             {"default", standard ? "yes" : ""},
                             {"broken", broken ? session.out.red("files are missing") : ""},
                             {"used by", text_at(image, "used_by")},
                             {"size", bytes_text(image)},
                             {"rootfs", text_at(image, "rootfs")},
                             {"kernel", text_at(image, "kernel")},
                             {"initrd", text_at(image, "initrd")},
                             {"modules", text_at(image, "modules")},
                             {"work disk", text_at(image, "work_seed")}},
                            session.out));
}

int register_image(Session& session, const RegisterArgs& args) {
    Json body{{"rootfs", absolute_path(args.rootfs)}};
    const auto add = [&](const char* key, const std::string& path) {
        if (!path.empty()) {
            body[key] = absolute_path(path);
        }
    };
    add("kernel", args.kernel);
    add("initrd", args.initrd);
    add("modules", args.modules);
    const auto outcomes = carry_out(
        session, "image",
        {{args.name, [&] { return session.api().put(image_noun.target(args.name), body); }}});
    if (!outcomes.front().error && !outcomes.front().left_running) {
        session.print(args.name + " registered\n");
    }
    return conclude(session, outcomes);
}

int remove(Session& session, const DeleteArgs& args) {
    return change_all(
        session, image_noun, "image", args.names, "deleted",
        [](Api& api, const std::string& name) { return api.remove(image_noun.target(name)); });
}

} // namespace

void add_image(CLI::App& noun, Session& session) {
    add_reads(noun, session,
              {image_noun,
               "no images; banger doctor tells what is missing",
               {"NAME", "KIND", "SIZE", "ROOTFS"},
               row,
               "List the images",
               "Show images: their files and who uses them",
               show});

    auto register_args = std::make_shared<RegisterArgs>();
    CLI::App* verb =
        noun.add_subcommand("register", "Boot from files of yours; they stay where they are");
    verb->add_option("NAME", register_args->name, "What to call it")->required();
    verb->add_option("--rootfs", register_args->rootfs, "File system image")
        ->required()
        ->type_name("FILE");
    verb->add_option("--kernel", register_args->kernel, "Kernel (default: the bundle's)")
        ->type_name("FILE");
    verb->add_option("--initrd", register_args->initrd, "Initial RAM disk (default: the bundle's)")
        ->type_name("FILE");
    verb->add_option("--modules", register_args->modules, "Kernel modules for that kernel")
        ->type_name("DIR");
    examples(verb, "  banger image register mine --rootfs ./mine.ext4\n"
                   "  banger vm create --image mine");
    runs(verb, session, register_args, register_image);

    auto delete_args = std::make_shared<DeleteArgs>();
    verb = noun.add_subcommand("delete", "Forget images; registered files are not touched");
    verb->add_option("NAME", delete_args->names, "One image or several")->required();
    runs(verb, session, delete_args, remove);
}

} // namespace banger::cli
