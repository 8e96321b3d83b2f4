// The smallest plugin in C++: one verb, and a kernel argument for every guest.
#include <banger/plugin.hpp>

class Hello {
  public:
    static constexpr const char* id = "hello-cpp";
    static constexpr const char* name = "Hello in C++";
    static constexpr const char* version = "1.0.0";
    static constexpr const char* summary = "greets from C++";
    static constexpr const char* config_schema =
        R"({"properties":{"greeting":{"type":"string","default":"hello"}}})";

    Hello(banger::Host, banger::Call&, std::string_view config_json) : config_(config_json) {}

    void contribute(banger::Call&, const banger::Vm&, banger::GuestConfig& guest) {
        guest.kernel_arg("hello", "cpp");
    }
    void greet(banger::Call& call, std::string_view) { call.emit_text(config_); }

    static constexpr banger_action cli[] = {banger::action<&Hello::greet>("greet", "says hello")};

  private:
    std::string config_;
};

BANGER_PLUGIN(Hello)
