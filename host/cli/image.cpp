#include "api_client/json.hpp"
#include "cli/command.hpp"
#include "cli/noun.hpp"
#include "cli/quantity.hpp"
#include "cli/table.hpp"
#include "cli/watch.hpp"

#include <filesystem>

namespace banger::cli {
namespace {

struct ReadArgs {
    std::string name;
    bool json = false;
};

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

int ls(Session& session, const ReadArgs& args) {
    const Json images = list(session.api(), image_noun);
    if (args.json) {
        session.print_json(images);
        return 0;
    }
    if (images.empty()) {
        session.note("no images; banger doctor tells what is missing");
        return 0;
    }
    Table table({"NAME", "KIND", "SIZE", "AGE", "ROOTFS"});
    for (const Json& image : images) {
        table.add({text_at(image, "name"), text_at(image, "kind"), bytes_text(image),
                   age_since(text_at(image, "created_at")), text_at(image, "rootfs")});
    }
    session.print(table.text(session.out));
    return 0;
}

int show(Session& session, const ReadArgs& args) {
    const Json image = get_one(session.api(), image_noun, args.name);
    if (args.json) {
        session.print_json(image);
        return 0;
    }
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& [key, value] : image.items()) {
        lines.emplace_back(key, plain(value));
    }
    session.print(described(lines, session.out));
    return 0;
}

/// The daemon has another working directory.
std::string absolute(const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
}

int register_image(Session& session, const RegisterArgs& args) {
    Json body{{"rootfs", absolute(args.rootfs)}};
    const auto add = [&](const char* key, const std::string& path) {
        if (!path.empty()) {
            body[key] = absolute(path);
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
    std::vector<Change> changes;
    for (const std::string& name : args.names) {
        changes.push_back({name, [&session, name] {
                               try {
                                   return session.api().remove(image_noun.target(name));
                               } catch (const os::Error& error) {
                                   throw explained(session.api(), image_noun, name, error);
                               }
                           }});
    }
    const auto outcomes = carry_out(session, "image", changes);
    for (const Outcome& outcome : outcomes) {
        if (!outcome.error && !outcome.left_running) {
            session.print(outcome.name + " deleted\n");
        }
    }
    return conclude(session, outcomes);
}

} // namespace

void add_image(CLI::App& noun, Session& session) {
    auto ls_args = std::make_shared<ReadArgs>();
    CLI::App* verb = noun.add_subcommand("ls", "List the images")->alias("list");
    json_flag(verb, ls_args->json);
    runs(verb, session, ls_args, ls);

    auto show_args = std::make_shared<ReadArgs>();
    verb = noun.add_subcommand("show", "Show one image");
    verb->add_option("NAME", show_args->name, "The image")->required();
    json_flag(verb, show_args->json);
    runs(verb, session, show_args, show);

    auto register_args = std::make_shared<RegisterArgs>();
    verb = noun.add_subcommand("register", "Boot from files of yours; they stay where they are");
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
