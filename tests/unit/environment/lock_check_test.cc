#include "environment/lock_check.h"

#include <doctest/doctest.h>

#include "environment/libraries.h"
#include "environment/report.h"
#include "support/captured_files.h"

namespace ibid::environment {
namespace {

using test::CapturedFiles;

Report environment(const std::vector<std::string>& packages,
                   const std::map<std::string, std::string>& variables = {},
                   const std::string& version = "3.11.2") {
  CapturedFiles files;
  for (const std::string& package : packages) {
    const size_t at = package.find("==");
    files.add("/v/lib/" + package.substr(0, at) + ".dist-info/METADATA",
              "Name: " + package.substr(0, at) + "\nVersion: " + package.substr(at + 2) + "\n");
  }
  Subject subject = files.subject();
  subject.variables = variables;
  return collect(subject,
                 {"/v/bin/python", Json{{"version", version}, {"path", {"/v/lib"}}, {"prefix", "/v"}}});
}

LockCheck compared(const Report& expected, const Report& found) {
  return check_record(report_json(expected), report_json(found));
}

const Deviation& deviation(const LockCheck& check, const std::string& what) {
  for (const Deviation& candidate : check.deviations) {
    if (candidate.what == what) return candidate;
  }
  FAIL("no deviation " << what);
  return check.deviations.front();
}

TEST_CASE("an environment is as its own record says") {
  const Report report = environment({"numpy==1.26.4", "six==1.16.0"}, {{"OMP_NUM_THREADS", "2"}});
  CHECK(compared(report, report).deviations.empty());
}

TEST_CASE("each difference is named with its likely effect, the gravest first") {
  const Report expected = environment({"numpy==1.26.4", "six==1.16.0", "pip==23", "torch==2.1.0", "gone==1"});
  const Report found = environment({"numpy==1.26.5", "six==1.16.1", "pip==24", "torch==2.2.0", "pytest==7"},
                                   {{"OMP_NUM_THREADS", "2"}, {"PYTHONHASHSEED", "0"}});
  const LockCheck check = compared(expected, found);
  CHECK(deviation(check, "numpy, version").effect.likelihood == Likelihood::kPossible);
  CHECK(deviation(check, "torch, version").effect.likelihood == Likelihood::kLikely);
  CHECK(deviation(check, "torch, version").effect.why.find("minor") != std::string::npos);
  CHECK(deviation(check, "six, version").effect.likelihood == Likelihood::kPossible);
  CHECK(deviation(check, "pip, version").effect.likelihood == Likelihood::kUnlikely);
  CHECK(deviation(check, "pytest").effect.likelihood == Likelihood::kUnlikely);
  CHECK(deviation(check, "gone").found == "not there");
  CHECK(deviation(check, "Threads of numerical libraries, OMP_NUM_THREADS").expected == "not set");
  CHECK(deviation(check, "Python, hash seed").effect.likelihood == Likelihood::kLikely);
  for (size_t i = 1; i < check.deviations.size(); ++i)
    CHECK(check.deviations[i - 1].effect.likelihood >= check.deviations[i].effect.likelihood);
  for (const Deviation& each : check.deviations) CHECK_MESSAGE(!each.effect.why.empty(), each.what);
}

TEST_CASE("versions are told apart by the part that differs") {
  const auto why = [](const char* a, const char* b) { return effect_of_version("numpy", a, b).why; };
  CHECK(why("1.26.4", "2.0.0").find("major") != std::string::npos);
  CHECK(why("1.26", "1.27.0").find("minor") != std::string::npos);
  CHECK(why("1.26.4", "1.26.4.post1").find("patch") != std::string::npos);
  CHECK(why("2.1.0+cpu", "2.1.0+cu118").find("build") != std::string::npos);
  CHECK(effect_of_version("tensorflow-cpu", "2.1", "2.2").likelihood == Likelihood::kLikely);
}

TEST_CASE("another patch version of Python is unlikely to matter, another minor version likely") {
  const Report report = environment({"a==1"});
  const auto likelihood = [&report](const char* version) {
    return deviation(compared(report, environment({"a==1"}, {}, version)), "Python, version")
        .effect.likelihood;
  };
  CHECK(likelihood("3.11.9") == Likelihood::kUnlikely);
  CHECK(likelihood("3.12.2") == Likelihood::kLikely);
}

Report with_libraries(const std::map<std::string, std::string>& libraries) {
  CapturedFiles files;
  std::string maps;
  for (const auto& [path, content] : libraries) {
    files.add(path, content);
    maps += "1-2 r-xp 0 0:0 1 " + path + "\n";
  }
  Report report = environment({"a==1"});
  report.libraries = libraries_in(files.subject(), maps, "-");
  return report;
}

TEST_CASE("libraries are compared by role, wherever they lie") {
  const Report expected =
      with_libraries({{"/a/libopenblas.so.0", "x"}, {"/a/libz.so", "1"}, {"/a/libm.so.6", "m"}});
  CHECK(compared(expected, with_libraries({{"/b/libopenblas.so.0", "x"}, {"/b/libm.so.6", "m"}}))
            .deviations.empty());
  const LockCheck check =
      compared(expected, with_libraries({{"/b/libmkl_rt.so", "x"}, {"/b/libm.so.6", "n"}}));
  CHECK(deviation(check, "loaded library, BLAS (OpenBLAS)").found == "not there");
  CHECK(deviation(check, "loaded library, BLAS (MKL)").expected == "not there");
  CHECK(deviation(check, "loaded library, mathematical functions of the C library").effect.likelihood ==
        Likelihood::kLikely);
  const LockCheck without = compared(expected, environment({"a==1"}));
  CHECK(without.deviations.empty());
  CHECK(without.not_compared.size() == 1);
}

TEST_CASE("requirements tell of versions, missing and extra packages") {
  const Report found = environment({"numpy==1.26.4", "six==1.16.0", "Extra_One==1"});
  const auto check = [&found](const char* text) {
    return check_requirements(parse_requirements(text, "x").value(), found);
  };
  CHECK(check("numpy==1.26.4\nsix==1.16.0\nextra-one==1").deviations.empty());
  const LockCheck differs = check("numpy==1.26.4\nsix==1.17\nmissing==3");
  CHECK(differs.deviations.size() == 3);
  CHECK(deviation(differs, "six, version").found == "1.16.0");
  CHECK(deviation(differs, "missing").found == "not there");
  CHECK(deviation(differs, "extra-one").expected == "not there");
  CHECK(!differs.not_compared.empty());
  CHECK(deviation(check("six @ git+https://h/six@0123"), "six, origin").expected == "git+https://h/six@0123");
}

TEST_CASE("conda's explicit list tells of versions, builds and digests") {
  CapturedFiles files;
  files.add("/c/conda-meta/a-b-1-h0_1.json",
            R"({"name": "a-b", "version": "1", "build": "h0_1", "md5": "aa", "sha256": "00"})");
  Report found;
  found.conda_packages = FactList<CondaPackage>::known({}, "-");
  found.conda_packages.items.push_back({});
  CondaPackage& package = found.conda_packages.items[0];
  package.name = Fact<std::string>::known("a-b", "-");
  package.version = Fact<std::string>::known("1", "-");
  package.build = Fact<std::string>::known("h0_1", "-");
  package.md5 = Fact<std::string>::known("aa", "-");
  const auto check = [&found](const std::string& line) {
    return check_conda(parse_conda_explicit("# x\n@EXPLICIT\n" + line + "\n", "x").value(), found);
  };
  CHECK(check("https://h/linux-64/a-b-1-h0_1.conda#aa").deviations.empty());
  CHECK(check("https://h/linux-64/a-b-1-h0_1.conda").deviations.empty());
  CHECK(deviation(check("https://h/a-b-1-h0_1.tar.bz2#bb"), "a-b, digest").found == "aa");
  CHECK(deviation(check("https://h/a-b-1-h0_2.conda#aa"), "a-b, build").expected == "h0_2");
  CHECK(deviation(check("https://h/a-b-2-h0_1.conda#aa"), "a-b, version").expected == "2");
  CHECK(check("https://h/other-2-h0_1.conda#aa").deviations.size() == 2);
  for (const char* text : {"https://h/a-1-0.conda", "@EXPLICIT\nrubbish", "@EXPLICIT\nhttps://h/a-1.conda"})
    CHECK(!parse_conda_explicit(text, "x").ok());
}

}  // namespace
}  // namespace ibid::environment
