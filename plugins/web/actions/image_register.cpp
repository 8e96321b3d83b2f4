#include "form_pages.hpp"
#include "http/percent.hpp"

namespace web {
namespace {

using nlohmann::json;

FormField file_field(const char* id, const char* label, const char* flag, const char* help) {
    FormField field;
    field.id = id;
    field.label = label;
    field.at = {id};
    field.flag = flag;
    field.help = help;
    field.path = true;
    field.group = "Its files";
    return field;
}

Form register_form() {
    FormField name;
    name.id = "name";
    name.label = "Name";
    name.at = {"name"};
    name.help = "Lower-case letters, digits, '-', '.' and '_'. A name that is registered already "
                "stands for these files from now on";
    name.required = true;
    name.words = {"image name", "name", "is there", "runtime bundle's"};
    name.group = "What to call it";
    FormField rootfs = file_field("rootfs", "Root file system", "--rootfs", "Raw ext4");
    rootfs.required = true;
    Form form;
    form.title = "Register · Images";
    form.nav = "images";
    form.heading = "Register files of yours as an image";
    form.intro = "The files stay where they are. What is left empty is the runtime bundle's.";
    form.page = form.action = "/images/-/register";
    form.submit = "Register";
    form.command = {"banger", "image", "register"};
    form.fields = {
        name,
        rootfs,
        file_field("kernel", "Kernel", "--kernel", ""),
        file_field("initrd", "Initial RAM disk", "--initrd", ""),
        file_field("modules", "Kernel modules", "--modules", "Folder with those of that kernel"),
        file_field("work_seed", "Work seed", "--work-seed",
                   "File system that the /root of a VM begins as; else one is made of "
                   "the /root of the root file system")};
    form.back = {"/images", "all images"};
    form.others = {{"/images/-/new", "build one"}, {"/images/-/import", "import an archive"}};
    return form;
}

} // namespace

void add_image_register(Router& router, Site& site) {
    router.add("GET", "/images/-/register", [&site](banger::Call& call, const Request& request) {
        return show_form(site, call, request, register_form(), request.query);
    });
    router.add("POST", "/images/-/register", [&site](banger::Call& call, const Request& request) {
        const Form form = register_form();
        return take_form(
            site, call, request, form,
            [](json body) {
                const std::string name = body.at("name");
                body.erase("name");
                return Deed{"PUT", image_target(name), std::move(body), name};
            },
            [](const json& body) {
                return "/images/" + percent_encode(body.at("name").get<std::string>());
            });
    });
}

} // namespace web
