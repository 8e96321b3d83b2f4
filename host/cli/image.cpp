#include "api_client/json.hpp"
#include "cli/absolute_path.hpp"
#include "cli/command.hpp"
#include "cli/confirm.hpp"
#include "cli/exit_code.hpp"
#include "cli/listing.hpp"
#include "cli/quantity.hpp"
#include "cli/table.hpp"
#include "cli/targets.hpp"
#include "cli/watch.hpp"
#include "os/join.hpp"

#include <set>

namespace banger::cli {
namespace {

struct RegisterArgs {
    std::string name;
    std::string rootfs;
    std::string kernel;
    std::string initrd;
    std::string modules;
    std::string work_seed;
};

struct DeleteArgs {
    std::vector<std::string> names;
    bool yes = false;
};

struct DefaultArgs {
    std::string name;
    bool json = false;
};

std::string size_at(const Json& object, const char* key) {
    const auto bytes = number_at(object, key);
    return bytes ? bytes_text(*bytes) : "";
}

std::string kind_text(const Json& image, const Terminal& terminal) {
    return text_at(image, "kind") + (value_at(image, "default") == Json(true) ? " (default)" : "") +
           (value_at(image, "ok") == Json(false) ? " " + terminal.red("(files missing)") : "");
}

std::vector<std::string> row(const Json& image, const Terminal& terminal) {
    return {
        text_at(image, "name"),           kind_text(image, terminal),
        size_at(image, "disk_bytes"),     size_at(image, "content_bytes"),
        text_at(image, "base"),           age_since(text_at(image, "created_at")),
        text_at(image, "kernel_version"),
    };
}

std::string packages_text(const Json& image) {
    const Json& packages = value_at(image, "packages");
    return packages.is_object()
               ? text_at(packages, "count") + ", listed in " + text_at(packages, "manifest")
               : "";
}

std::string seed_text(const Json& image) {
    const std::string seed = text_at(image, "work_seed");
    const bool own = value_at(image, "own_work_seed") != Json(false);
    return seed.empty() || own ? seed : "none of its own";
}

void show(const Session& session, const Json& image) {
    const bool standard = value_at(image, "default") == Json(true);
    const bool broken = value_at(image, "ok") == Json(false);
    const std::string problem = text_at(image, "problem");
    session.print(described(
        {{"name", session.out.bold(text_at(image, "name"))},
         {"kind", text_at(image, "kind")},
         {"default", standard ? "yes" : ""},
         {"broken", broken ? session.out.red(problem.empty() ? "files are missing" : problem) : ""},
         {"used by", text_at(image, "used_by")},
         {"older base", text_at(image, "older_base")},
         {"made", text_at(image, "created_at")},
         {"made by", text_at(image, "source")},
         {"base", text_at(image, "base")},
         {"recipe", text_at(image, "recipe")},
         {"note", text_at(image, "note")},
         {"size", size_at(image, "size_bytes")},
         {"on disk", size_at(image, "disk_bytes")},
         {"content", size_at(image, "content_bytes")},
         {"packages", packages_text(image)},
         {"rootfs", text_at(image, "rootfs")},
         {"kernel", text_at(image, "kernel")},
         {"version", text_at(image, "kernel_version")},
         {"initrd", text_at(image, "initrd")},
         {"modules", text_at(image, "modules")},
         {"work seed", seed_text(image)}},
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
    add("work_seed", args.work_seed);
    const auto outcomes = carry_out(
        session, "image",
        {{args.name, [&] { return session.api().put(image_noun.target(args.name), body); }}});
    if (!outcomes.front().error && !outcomes.front().left_running) {
        session.print(args.name + " registered\n");
    }
    return conclude(session, outcomes);
}

/// The default as it is, or as it was made; what the configuration says wins.
int choose_default(Session& session, const DefaultArgs& args) {
    Json answer;
    try {
        answer = args.name.empty() ? session.api().get("/v1/image-default")
                                   : session.api().put("/v1/image-default", {{"name", args.name}});
    } catch (const os::Error& error) {
        throw explained(session.api(), image_noun, args.name, error);
    }
    if (args.json) {
        session.print_json(answer);
        return 0;
    }
    const std::string configured = text_at(answer, "config");
    const std::string kept = text_at(answer, "kept");
    if (args.name.empty()) {
        session.print(text_at(answer, "default") + "\n");
    } else {
        session.print(kept + " is the default\n");
    }
    if (!configured.empty()) {
        session.note(session.err.yellow("warning:") + " vm.image of the configuration is " +
                     configured + ", and wins" + (kept.empty() ? "" : " over " + kept) +
                     "; banger config show tells where it is set");
    }
    return 0;
}

/// Whose files would be lost: of registered images they stay. Throws for a name that is not there.
std::string losing(Session& session, const std::vector<std::string>& names) {
    const Several several = get_all(session.api(), image_noun, names);
    if (!several.missing.empty()) {
        const os::Error& first = several.missing.front();
        throw os::Error(first.kind(), first.what(),
                        names.size() == 1 ? first.hint() : "nothing was deleted");
    }
    std::set<std::string> lost;
    for (const Json& image : several.found) {
        if (text_at(image, "kind") == "managed") {
            lost.insert(text_at(image, "name") + " (" + size_at(image, "disk_bytes") + ")");
        }
    }
    return os::join({lost.begin(), lost.end()});
}

int remove(Session& session, const DeleteArgs& args) {
    if (!args.yes && session.in_is_tty && session.err.tty) {
        const std::string lost = losing(session, args.names);
        if (!lost.empty() && !confirm("Delete " + lost + "?")) {
            session.note("nothing was deleted");
            return as_int(ExitCode::failed);
        }
    }
    return change_all(
        session, image_noun, "image", args.names, "deleted",
        [](Api& api, const std::string& name) { return api.remove(image_noun.target(name)); });
}

} // namespace

void add_image(CLI::App& noun, Session& session) {
    add_reads(noun, session,
              {image_noun,
               "no images; banger doctor tells what is missing",
               {"NAME", "KIND", "SIZE", "CONTENT", "BASE", "AGE", "KERNEL"},
               row,
               "List the images",
               "Show images: their files, what is in them and who uses them",
               show});

    auto register_args = std::make_shared<RegisterArgs>();
    CLI::App* verb =
        noun.add_subcommand("register", "Boot from files of yours; they stay where they are");
    verb->add_option("NAME", register_args->name, "What to call it")->required();
    verb->add_option("--rootfs", register_args->rootfs, "File system image")
        ->required()
        ->type_name("FILE");
    verb->add_option("--kernel", register_args->kernel,
                     "Kernel, packed or ELF (default: the bundle's)")
        ->type_name("FILE");
    verb->add_option("--initrd", register_args->initrd, "Initial RAM disk (default: the bundle's)")
        ->type_name("FILE");
    verb->add_option("--modules", register_args->modules, "Kernel modules for that kernel")
        ->type_name("DIR");
    verb->add_option("--work-seed", register_args->work_seed,
                     "File system that a VM's /root begins as (default: the /root of the rootfs)")
        ->type_name("FILE");
    examples(verb, "  banger image register mine --rootfs ./mine.ext4\n"
                   "  banger vm create --image mine");
    runs(verb, session, register_args, register_image);

    auto default_args = std::make_shared<DefaultArgs>();
    verb = noun.add_subcommand("default", "Choose what VMs get that name no image");
    verb->add_option("NAME", default_args->name, "The image; without it the default is printed");
    json_flag(verb, default_args->json);
    examples(verb, "  banger image default dev\n"
                   "  banger image default");
    runs(verb, session, default_args, choose_default);

    auto delete_args = std::make_shared<DeleteArgs>();
    verb =
        noun.add_subcommand("delete", "Delete images; of registered ones the files are not touched")
            ->alias("rm");
    verb->add_option("NAME", delete_args->names, "One image or several")->required();
    verb->add_flag("-y,--yes", delete_args->yes, "Do not ask");
    examples(verb, "  banger image delete dev     asks first on a terminal\n"
                   "Without a terminal nothing is asked. An image that VMs use is not deleted.");
    runs(verb, session, delete_args, remove);

    add_image_prune(noun, session);
}

} // namespace banger::cli
