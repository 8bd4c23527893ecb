#include "environment/report.h"

#include "environment/conda.h"
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
  report.packages = collect_packages(subject, module_search_path(python), report.python.search_path.reason());
  report.conda_packages = collect_conda_packages(subject, report.python.prefix);
  report.libraries = collect_libraries(subject);
  report.variables = collect_variables(subject);
  return report;
}

}  // namespace ibid::environment
