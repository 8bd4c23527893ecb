#include "source/left_out_rules.h"

#include <doctest/doctest.h>

namespace ibid::source {
namespace {

TEST_CASE("names of secrets") {
  for (const char* path : {".env", "a/.env.local", "deep/id_rsa", "x.PEM", "Credentials.json",
                           "client_secret_12.json", "home/.netrc", "prod.env", "server.key", "kaggle.json"})
    CHECK_MESSAGE(may_hold_secret(path), path);
  for (const char* path : {".env.example", "id_rsa.pub", "credentials.py", "environment.yml", "keys.py",
                           "tokenizer.json", "a.env/b", "monkey", "secrets.md", "train.py"})
    CHECK_MESSAGE(!may_hold_secret(path), path);
}

TEST_CASE("private keys") {
  CHECK(shows_private_key("x\n-----BEGIN RSA PRIVATE KEY-----\nabc"));
  CHECK(shows_private_key("-----BEGIN PRIVATE KEY-----"));
  CHECK_FALSE(shows_private_key("-----BEGIN CERTIFICATE-----\n -----BEGIN PUBLIC KEY-----"));
  CHECK_FALSE(shows_private_key("-----BEGIN \nPRIVATE KEY-----"));
}

}  // namespace
}  // namespace ibid::source
