#include "xbps/signature.hpp"

#include "os/error.hpp"
#include "os/file.hpp"
#include "os/temporary_dir.hpp"
#include "xbps/integrity.hpp"
#include "xbps/plist.hpp"

#include <gtest/gtest.h>

namespace banger::xbps {
namespace {

namespace fs = std::filesystem;

const fs::path void_key = fs::path(BANGER_SOURCE_DIR) / "runtime/void/keys/void-linux.plist";

TEST(SignatureTest, TheKeyOfVoidLinuxHasTheFingerprintThatXbpsShows) {
    // xbps-install prints it when it meets a mirror for the first time; a changed letter of the
    // file would refuse every mirror.
    EXPECT_EQ(PublicKey::read(void_key).fingerprint(),
              "60:ae:0c:d6:f0:95:17:80:bc:93:46:7a:89:af:a3:2d");
}

TEST(SignatureTest, TheRecordForTheGuestIsTheSameKey) {
    const os::TemporaryDir dir;
    const PublicKey key = PublicKey::read(void_key);
    os::write_file_atomic(dir.path() / "key.plist", key.record("Void Linux"));
    EXPECT_TRUE(PublicKey::read(dir.path() / "key.plist") == key);
    const Plist record = parse_plist(key.record("Void Linux"), "record");
    EXPECT_EQ(record.text_of("public-key-size"), "4096");
    EXPECT_EQ(record.text_of("signature-by"), "Void Linux");
}

TEST(SignatureTest, WhatIsNoSignatureAndNoKeyIsRefused) {
    const os::TemporaryDir dir;
    os::write_file_atomic(dir.path() / "file", "text");
    const PublicKey key = PublicKey::read(void_key);
    EXPECT_FALSE(key.signed_file(dir.path() / "file", ""));
    EXPECT_FALSE(key.signed_file(dir.path() / "file", std::string(512, 'x')));
    os::write_file_atomic(dir.path() / "pem", "-----BEGIN PUBLIC KEY-----\nAAAA\n");
    EXPECT_THROW((void)PublicKey::read(dir.path() / "pem"), os::Error);
}

TEST(SignatureTest, IntegrityIsThatOfNpm) {
    const os::TemporaryDir dir;
    os::write_file_atomic(dir.path() / "abc", "abc");
    // FIPS 180-4, "abc"
    EXPECT_TRUE(has_integrity(dir.path() / "abc",
                              "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/BqDa6PCOj/"
                              "uu9RU1EI2Q86A4qmslPpUyknw=="));
    os::write_file_atomic(dir.path() / "abd", "abd");
    EXPECT_FALSE(has_integrity(dir.path() / "abd",
                               "sha512-3a81oZNherrMQXNJriBBMRLm+k6JqX6iCp7u5ktV05ohkpkqJ0/"
                               "BqDa6PCOj/uu9RU1EI2Q86A4qmslPpUyknw=="));
    EXPECT_THROW((void)has_integrity(dir.path() / "abc", "sha1-short"), os::Error);
}

} // namespace
} // namespace banger::xbps
