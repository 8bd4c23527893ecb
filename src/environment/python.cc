#include "environment/python.h"

#include "base/number_text.h"

namespace ibid::environment {
namespace {

// 0 and -1 are what these flags are without anybody's doing.
bool is_usual(const std::string& flag, int64_t value) {
  if (flag == "hash_randomization") return true;  // told by hash_seed
  return value == 0 || (flag == "int_max_str_digits" && value == -1);
}

class Answers {
 public:
  explicit Answers(const PythonAnswers& answers) : answers_(answers) {}

  Fact<std::string> text(const char* key, const char* source) const {
    if (!answers_.json.ok()) return Fact<std::string>::unknown(answers_.json.error().message());
    const Json& json = answers_.json.value();
    if (!json.is_object() || !json.contains(key) || !json[key].is_string()) return missing<std::string>(key);
    return Fact<std::string>::known(json[key].get<std::string>(), source);
  }

  Fact<std::vector<std::string>> texts(const char* key, const char* source) const {
    using Texts = std::vector<std::string>;
    if (!answers_.json.ok()) return Fact<Texts>::unknown(answers_.json.error().message());
    const Json& json = answers_.json.value();
    if (!json.is_object() || !json.contains(key) || !json[key].is_array()) return missing<Texts>(key);
    Texts list;
    for (const Json& entry : json[key]) {
      if (entry.is_string()) list.push_back(entry.get<std::string>());
    }
    return Fact<Texts>::known(std::move(list), source);
  }

  Fact<std::vector<std::string>> flags() const {
    using Texts = std::vector<std::string>;
    if (!answers_.json.ok()) return Fact<Texts>::unknown(answers_.json.error().message());
    const Json& json = answers_.json.value();
    if (!json.is_object() || !json.contains("flags") || !json["flags"].is_object())
      return missing<Texts>("flags");
    Texts list;
    for (const auto& [name, value] : json["flags"].items()) {
      if (!value.is_number_integer() || is_usual(name, value.get<int64_t>())) continue;
      const int64_t number = value.get<int64_t>();
      list.push_back(number == 1 ? name : name + "=" + number_text(number));
    }
    return Fact<Texts>::known(std::move(list), "sys.flags");
  }

 private:
  template <class T>
  static Fact<T> missing(const char* key) {
    return Fact<T>::unknown(std::string("the interpreter did not say '") + key + "'");
  }

  const PythonAnswers& answers_;
};

Fact<std::string> kind_of(const Subject& subject, const Python& python) {
  if (!python.prefix.is_known()) return Fact<std::string>::unknown(python.prefix.reason());
  const std::string& prefix = python.prefix.value();
  if (python.base_prefix.is_known() && python.base_prefix.value() != prefix)
    return Fact<std::string>::known("virtual environment", "sys.prefix differs from sys.base_prefix");
  if (prefix.starts_with('/') && subject.files.exists(prefix + "/conda-meta"))
    return Fact<std::string>::known("conda", prefix + "/conda-meta");
  return Fact<std::string>::known(prefix == "/usr" ? "system" : "own", "sys.prefix");
}

Fact<std::string> hash_seed(const Subject& subject, const Python& python) {
  const bool ignores = python.flags.is_known() && [&python] {
    for (const std::string& flag : python.flags.value()) {
      if (flag == "ignore_environment" || flag == "isolated") return true;
    }
    return false;
  }();
  if (ignores) return Fact<std::string>::known("random", "the interpreter ignores the environment");
  const auto found = subject.variables.find("PYTHONHASHSEED");
  if (found == subject.variables.end() || found->second.empty())
    return Fact<std::string>::known("random", "PYTHONHASHSEED is not set");
  return Fact<std::string>::known(found->second, "PYTHONHASHSEED");
}

}  // namespace

Python collect_python(const Subject& subject, const PythonAnswers& answers) {
  const Answers say(answers);
  Python python;
  python.executable = say.text("executable", "sys.executable");
  if (!python.executable.is_known())
    python.executable = answers.executable.empty()
                            ? Fact<std::string>::unknown(answers.json.ok() ? "no interpreter was named"
                                                                           : answers.json.error().message())
                            : Fact<std::string>::known(answers.executable, "the program that was asked");
  python.implementation = say.text("implementation", "platform.python_implementation()");
  python.version = say.text("version", "platform.python_version()");
  python.platform = say.text("platform", "os.uname()");
  python.abi = say.text("abi", "importlib.machinery.EXTENSION_SUFFIXES");
  python.c_library = say.text("c_library", "os.confstr('CS_GNU_LIBC_VERSION')");
  python.compiler = say.text("compiler", "platform.python_compiler()");
  python.prefix = say.text("prefix", "sys.prefix");
  python.base_prefix = say.text("base_prefix", "sys.base_prefix");
  python.search_path = say.texts("path", "sys.path");
  python.flags = say.flags();
  python.kind = kind_of(subject, python);
  python.hash_seed = hash_seed(subject, python);
  return python;
}

std::vector<std::string> module_search_path(const PythonAnswers& answers) {
  const Fact<std::vector<std::string>> path = Answers(answers).texts("path", "sys.path");
  return path.is_known() ? path.value() : std::vector<std::string>();
}

}  // namespace ibid::environment
