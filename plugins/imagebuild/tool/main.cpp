// The file systems and archives that images are made of come from guests: what reads them is a
// process of its own, without rights, that one may kill.
#include "archive_verbs.hpp"
#include "confinement.hpp"
#include "failure.hpp"
#include "report.hpp"
#include "stop.hpp"
#include "verbs.hpp"

#include <algorithm>
#include <iostream>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

namespace {

using namespace image_tool;

struct NamedVerb {
    std::string_view name;
    Verb run;
    std::string_view usage;
};

constexpr NamedVerb verbs[] = {
    {"about", archive::about_verb, "--file FILE"},
    {"compact", compact,
     "--fs FILE [--margin-mib N] [--label TEXT] [--drop PATH]... [--block PATH]..."},
    {"diff", diff, "--base FILE (--overlay FILE | --root FILE)"},
    {"flatten", flatten, "--base FILE --overlay FILE --out FILE [--drop PATH]..."},
    {"inspect", inspect, "--fs FILE"},
    {"pack", archive::pack_verb,
     "[--image JSON] --file NAME=PATH... --out FILE [--level N] [--replace]"},
    {"seed", seed, "--rootfs FILE --out FILE [--size-mib N]"},
    {"unpack", archive::unpack_verb, "--file FILE --dir FOLDER [--max-bytes N]"},
};

void print_usage(std::ostream& out) {
    out << "usage: banger-image VERB OPTIONS\n";
    for (const NamedVerb& verb : verbs) {
        out << "  " << verb.name << ' ' << verb.usage << '\n';
    }
}

nlohmann::json run(std::vector<std::string> words, Report& report) {
    const auto* const verb =
        std::find_if(std::begin(verbs), std::end(verbs),
                     [&](const NamedVerb& one) { return one.name == words.front(); });
    if (verb == std::end(verbs)) {
        throw Failure(FailureKind::invalid, "unknown verb '" + words.front() + "'",
                      "banger-image --help lists the verbs");
    }
    confine();
    listen_for_stop();
    words.erase(words.begin());
    return verb->run(words, report);
}

} // namespace

int main(int argc, char** argv) {
    std::vector<std::string> words(argv + 1, argv + argc);
    if (words.empty() || words.front() == "--help" || words.front() == "-h") {
        print_usage(words.empty() ? std::cerr : std::cout);
        return words.empty() ? 2 : 0;
    }
    Report report(STDOUT_FILENO);
    try {
        report.result(run(std::move(words), report));
        return 0;
    } catch (const Failure& failure) {
        report.error(failure);
    } catch (const std::bad_alloc&) {
        report.error({FailureKind::unavailable, "it needs more memory than this program may take"});
    } catch (const std::exception& error) {
        report.error({FailureKind::internal, error.what()});
    }
    return 1;
}
