#include "source/notebook.h"

#include <doctest/doctest.h>

#include "base/sha256.h"

namespace ibid::source {
namespace {

std::string notebook_of(const std::string& cells) {
  return R"({"nbformat": 4, "metadata": {"kernelspec": {"name": "python3", "language": "python"}}, "cells": [)" +
         cells + "]}";
}

std::string cell(const std::string& code, const std::string& count, const std::string& outputs = "[]") {
  return R"({"cell_type": "code", "source": ")" + code + R"(", "execution_count": )" + count +
         R"(, "outputs": )" + outputs + "}";
}

TEST_CASE("code, kernel and counts are read, outputs and texts are not") {
  const std::string text = R"({"cell_type": "markdown", "source": "# x"},)";
  const Notebook plain = read_notebook(notebook_of(cell("a=1", "1") + "," + cell("b", "2")));
  const Notebook noisy =
      read_notebook(notebook_of(text + cell("a=1", "1", R"([{"text": "out"}])") + "," + cell("b", "2")));
  CHECK(plain.kernel.value() == "python3");
  CHECK(plain.language.value() == "python");
  CHECK(plain.n_cells.value() == 2);
  CHECK(plain.executions.value() == std::vector<std::string>{"1", "2"});
  CHECK(plain.code.value() == sha256_hex("3\na=11\nb"));
  CHECK(plain.code.value() == noisy.code.value());
  CHECK(plain.cells.value() ==
        std::vector<std::string>{sha256_hex("a=1").substr(0, 16), sha256_hex("b").substr(0, 16)});
  CHECK(read_notebook(notebook_of(cell("a=2", "1") + "," + cell("b", "2"))).code.value() !=
        plain.code.value());
}

TEST_CASE("a source in lines is the same source") {
  const std::string lines = R"({"cell_type": "code", "source": ["a\n", "b"], "execution_count": null})";
  const std::string whole = R"({"cell_type": "code", "source": "a\nb", "execution_count": null})";
  CHECK(read_notebook(notebook_of(lines)).code.value() == read_notebook(notebook_of(whole)).code.value());
}

TEST_CASE("the order of execution") {
  const auto in_order = [](const std::vector<std::string>& counts) {
    std::string cells;
    for (const std::string& count : counts) cells += (cells.empty() ? "" : ",") + cell("x", count);
    return read_notebook(notebook_of(cells)).in_order;
  };
  CHECK(in_order({"1", "2", "3"}).value());
  CHECK(in_order({"1", "2", "null"}).value());
  CHECK_FALSE(in_order({"2", "1"}).value());
  CHECK_FALSE(in_order({"1", "3"}).value());
  CHECK_FALSE(in_order({"1", "1"}).value());
  CHECK_FALSE(in_order({"null", "1"}).value());
  CHECK_FALSE(in_order({"2", "3"}).value());
  CHECK_FALSE(in_order({"null", "null"}).is_known());
  // An empty cell has no count and is no gap.
  CHECK(read_notebook(notebook_of(cell("a", "1") + "," + cell("", "null") + "," + cell("b", "2")))
            .in_order.value());
}

TEST_CASE("the format before: worksheets") {
  const Notebook notebook = read_notebook(
      R"({"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "a", "prompt_number": 1}]}]})");
  CHECK(notebook.n_cells.value() == 1);
  CHECK(notebook.in_order.value());
  CHECK_FALSE(notebook.kernel.is_known());
}

TEST_CASE("what is no notebook is unknown, with the reason") {
  for (const char* text :
       {"", "{", "[]", "{}", R"({"cells": 3})", R"({"cells": [3]})", R"({"cells": [{"cell_type": "code"}]})",
        R"({"cells": [{"cell_type": "code", "source": [1]}]})"}) {
    const Notebook notebook = read_notebook(text);
    CHECK_MESSAGE(!notebook.code.is_known(), text);
    CHECK(notebook.code.reason().find("damaged") != std::string::npos);
    CHECK_FALSE(notebook.n_cells.is_known());
  }
}

}  // namespace
}  // namespace ibid::source
