// `banger vm cp` without SSH, as a program of its own: the archive library would double the time
// that every short command takes to begin.
#include "cli/exit_code.hpp"
#include "cli/session.hpp"
#include "copy/copy.hpp"
#include "os/error.hpp"

#include <algorithm>
#include <clocale>
#include <iterator>

int main(int argc, char** argv) {
    using namespace banger;
    (void)std::setlocale(LC_CTYPE, "C.UTF-8"); // names in archives may say that they are UTF-8
    cli::Session session;
    try {
        std::vector<cli::CopyEnd> ends;
        std::transform(argv + 1, argv + argc, std::back_inserter(ends),
                       [](const char* text) { return cli::copy_end_of(text); });
        if (ends.size() < 2) {
            throw os::Error(os::ErrorKind::invalid, "copy from where to where?",
                            "banger vm cp SOURCE... DESTINATION");
        }
        return copy::copy(session, ends);
    } catch (...) {
        const os::Error error = os::current_error();
        session.report(error);
        return cli::as_int(error.kind() == os::ErrorKind::cancelled ? cli::ExitCode::interrupted
                                                                    : session.exit_code(error));
    }
}
