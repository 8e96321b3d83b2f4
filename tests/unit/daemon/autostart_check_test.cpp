#include "daemon/autostart_check.hpp"

#include "os/file.hpp"
#include "os/temporary_dir.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace banger::daemon {
namespace {

namespace fs = std::filesystem;

class AutostartCheckTest : public ::testing::Test {
  protected:
    [[nodiscard]] Check check() const { return autostart_check({"db", "web"}, units_).value(); }
    void enable() const {
        const fs::path wants = units_.folders.at(1) / "default.target.wants";
        fs::create_directories(wants);
        fs::create_symlink("/usr/share/systemd/user/bangerd.service", wants / "bangerd.service");
    }
    void linger() const { os::write_file_atomic(units_.linger, ""); }

    os::TemporaryDir dir_{"bgr-auto"};
    UserUnits units_{{dir_.path() / "home", dir_.path() / "etc"}, dir_.path() / "me"};
};

TEST_F(AutostartCheckTest, WithoutSuchVmsThereIsNothingToSay) {
    EXPECT_FALSE(autostart_check({}, units_));
    EXPECT_FALSE(UserUnits::usual().folders.empty());
}

TEST_F(AutostartCheckTest, NamesBothStepsThatAreMissing) {
    EXPECT_EQ(check().severity, "warning");
    EXPECT_EQ(check().title, "VMs with autostart wait for the first bangerd: db, web");
    EXPECT_EQ(check().fix, "systemctl --user enable bangerd && sudo loginctl enable-linger $USER");
}

TEST_F(AutostartCheckTest, NamesTheOneThatIsMissing) {
    enable();
    EXPECT_EQ(check().fix, "sudo loginctl enable-linger $USER");
    EXPECT_EQ(check().cause, "this user's services start at the first login");
}

TEST_F(AutostartCheckTest, WithoutSystemdNamesNoCommandOfIt) {
    units_.systemd = false;
    EXPECT_EQ(check().severity, "warning");
    EXPECT_EQ(check().fix, "let what starts services here run, as this user: banger daemon start");
}

TEST_F(AutostartCheckTest, IsContentWithBoth) {
    enable();
    linger();
    EXPECT_EQ(check().severity, "ok");
}

} // namespace
} // namespace banger::daemon
