// A plugin that was not built as the SDK says: other functions of it can be seen.
#include <banger/plugin.hpp>

extern "C" BANGER_EXPORT int another_function() {
    return 1;
}
BANGER_EXPORT int open_one(int number) {
    return number;
}
BANGER_EXPORT int open_two(int number) {
    return number;
}
BANGER_EXPORT int open_three(int number) {
    return number;
}

namespace {

class Open {
  public:
    static constexpr const char* id = "open";
    static constexpr const char* name = "Open";
    static constexpr const char* version = "1.0.0";
    Open(banger::Host, banger::Call&, std::string_view) {}
};

} // namespace

BANGER_PLUGIN(Open)
