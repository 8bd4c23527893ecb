#pragma once

#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "verify/repetition_statistics.h"

namespace ibid::verify {

// What a run predicts, a sample each: classes, named as the file names them, or numbers.
using ClassNames = std::vector<std::string>;
using PredictedNumbers = std::vector<double>;
using PredictionList = std::variant<ClassNames, PredictedNumbers>;

// Reads a list of predictions. .npy: whole numbers and truth values are classes; of two dims the place of the
// largest value in each row is the class (the first of equals); other numbers of one dim are numbers. Text: a
// column of a table, by default the last, whose cells are classes unless one has a fraction or exponent and
// all are numbers; the first row has the names of the columns, unless there is one column and its first cell
// is a number. `where` is for errors: malformed, unsupported, and not-found (no such column).
Result<PredictionList> parse_predictions(std::string_view content, const std::string& column,
                                         const std::string& where);

// Where a verification finds predictions: a file that every run writes, and a column of it.
struct PredictionFile {
  std::string path;    // as the runs wrote it, from their folder
  std::string column;  // empty: the last
};

// "predictions.csv:label". The last colon counts; a file name without a column may not have one.
PredictionFile parse_prediction_file(const std::string& text);

// For each group of at least two runs how much their predictions differ (docs/formats/verification.md,
// "Predictions"). Errors: a record has no copy of the file, or it cannot be read.
Result<Json> prediction_statistics(const std::vector<GroupedRun>& runs, const PredictionFile& file);

}  // namespace ibid::verify
