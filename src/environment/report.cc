#include "environment/report.h"

#include "environment/conda.h"
#include "environment/floating_point.h"
#include "environment/imports.h"
#include "environment/libraries.h"
#include "environment/packages.h"
#include "environment/python.h"
#include "environment/variables.h"

namespace ibid::environment {

Report collect(const Subject& subject, const PythonAnswers& python) {
  Report report;
  report.python = collect_python(subject, python);
  report.threads = collect_threads(subject);
  report.determinism = collect_determinism(subject);
  report.floating_point = collect_floating_point(subject, python);
  report.settings = collect_settings(python);
  report.packages = collect_packages(subject, module_search_path(python), report.python.search_path.reason());
  report.conda_packages = collect_conda_packages(subject, report.python.prefix);
  const std::string maps = maps_after_import(python);
  report.libraries = maps.empty() ? collect_libraries(subject)
                                  : libraries_in(subject, maps, "the interpreter after --import");
  report.variables = collect_variables(subject);
  return report;
}

}  // namespace ibid::environment
