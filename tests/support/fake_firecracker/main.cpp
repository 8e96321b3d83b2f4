#include "support/fake_firecracker/fake_vmm.hpp"

#include <iostream>
#include <utility>

/// A program to take Firecracker's place: see Script for how it is led.
int main(int argc, char** argv) {
    namespace fake = banger::test::firecracker;
    const fake::Arguments arguments = fake::parse_arguments(argc, argv);
    fake::Script script = fake::Script::load();
    if (arguments.version) {
        std::cout << "Firecracker v" << script.version << "\n\n";
        return 0;
    }
    if (!arguments.unexpected.empty()) {
        std::cout << "Arguments parsing error: Found argument '" << arguments.unexpected
                  << "' which wasn't expected, or isn't valid in this context.\n"
                     "For more information try --help.\n";
        std::cerr << "Error: ParseArguments(UnexpectedArgument(\"" << arguments.unexpected
                  << "\"))\n";
        return 153;
    }
    fake::FakeVmm(arguments, std::move(script)).run();
}
