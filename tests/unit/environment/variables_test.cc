#include "environment/variables.h"

#include <doctest/doctest.h>

#include "environment/secrets.h"

namespace ibid::environment {
namespace {

TEST_CASE("what may be a secret is taken for one") {
  for (const char* name :
       {"WANDB_API_KEY", "HF_TOKEN", "AWS_SECRET_ACCESS_KEY", "DB_PASSWORD", "MLFLOW_TRACKING_PASSWORD",
        "db_passwd", "SSH_AUTH_SOCK", "SESSION_ID", "SENTRY_DSN"})
    CHECK_MESSAGE(may_be_secret(name, "x"), name);
  for (const char* value : {"ghp_abcdef", "eyJhbGciOi", "AKIA123", "https://me:pw@host/x",
                            "a b=postgres://u:p@h/db", "-----BEGIN RSA PRIVATE KEY-----"})
    CHECK_MESSAGE(may_be_secret("TF_SOMETHING", value), value);
  for (const char* name : {"OMP_NUM_THREADS", "PATH", "CUDA_VISIBLE_DEVICES", "PYTHONHASHSEED"})
    CHECK_MESSAGE(!may_be_secret(name, "4"), name);
  CHECK(!may_be_secret("MLFLOW_TRACKING_URI", "https://host/a@b"));
}

TEST_CASE("addresses lose user, password and secret parameters, and nothing else") {
  CHECK(without_credentials("https://u:p@h.org/x") == "https://h.org/x");
  CHECK(without_credentials("git+ssh://git@h.org/x@v1") == "git+ssh://h.org/x@v1");
  CHECK(without_credentials("https://h.org/x?a=1&token=t&b=2#f") == "https://h.org/x?a=1&b=2#f");
  CHECK(without_credentials("https://h.org/x?token=t") == "https://h.org/x");
  CHECK(without_credentials("file:///a/b@c") == "file:///a/b@c");
  CHECK(without_credentials("") == "");
}

TEST_CASE("a switch that is not set is known to be not set") {
  Subject subject;
  subject.variables = {{"OMP_NUM_THREADS", "4"}, {"XLA_FLAGS", ""}};
  const Threads threads = collect_threads(subject);
  CHECK(threads.omp_num_threads.value() == "4");
  CHECK(threads.mkl_num_threads.value() == "not set");
  CHECK(collect_determinism(subject).xla_flags.value() == "");
}

TEST_CASE("only variables of the field are kept, and of secret ones the name alone") {
  Subject subject;
  subject.variables = {{"HOME", "x"},           {"OMP_NUM_THREADS", "4"},
                       {"PYTHONHASHSEED", "0"}, {"CUDA_VISIBLE_DEVICES", "0"},
                       {"HF_TOKEN", "hf_xyz"},  {"MYSQL_PWD", "x"}};
  const auto list = collect_variables(subject);
  REQUIRE(list.items.size() == 2);
  CHECK(list.items[0].name.value() == "CUDA_VISIBLE_DEVICES");
  CHECK(list.items[0].value.value() == "0");
  CHECK(list.items[1].name.value() == "HF_TOKEN");
  CHECK(!list.items[1].value.is_known());
}

TEST_CASE("the kernel's list of variables is read as it stands") {
  const auto variables = parse_environ(std::string_view("A=1\0B==2\0=x\0C\0D=\0", 17));
  CHECK(variables == std::map<std::string, std::string>{{"A", "1"}, {"B", "=2"}, {"D", ""}});
}

}  // namespace
}  // namespace ibid::environment
