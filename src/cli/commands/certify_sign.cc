#include "base/number_text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/signing_key.h"
#include "platform/atomic_file.h"
#include "verify/certificate.h"
#include "verify/envelope.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(const std::string key, read_key(invocation));
  const platform::Path folder = *invocation.argument("FOLDER");
  const platform::Path output = invocation.text("output").value_or((folder / "certificate.json").string());
  if (platform::path_exists(output))
    return Error(ErrorCode::kUsage, output.string() + " exists already", "name another file with --output");
  IBID_ASSIGN(const Json statement, verify::certificate_statement(folder));
  IBID_ASSIGN(const std::string text, verify::sign_envelope(verify::kPayloadType, json_text(statement), key));
  IBID_TRY(platform::write_file_atomically(output, text));
  console.print(output.string() + ": " + statement["predicate"]["verdict"].get<std::string>() + " (" +
                number_text(static_cast<int64_t>(statement["subject"].size())) + " digests)\n");
  return 0;
}

}  // namespace

CommandSpec certify_sign_command() {
  return {
      .name = "certify sign",
      .summary = "sign what a verification has shown",
      .description =
          "Writes a certificate: the verdict, what was varied, and SHA-256 of every file of the "
          "verification, "
          "of the code, the data, the environment and the models, signed with Ed25519. It is an in-toto "
          "statement in a DSSE envelope, which other tools can check too.",
      .arguments = {{"FOLDER", "the folder of a verification, as 'ibid verify' prints it"}},
      .options = {{.name = "key",
                   .type = OptionType::kPath,
                   .value_name = "FILE",
                   .help = "a private key made by 'ibid certify keygen'"},
                  {.name = "output",
                   .type = OptionType::kPath,
                   .value_name = "FILE",
                   .help = "where to write it; by default certificate.json in the folder"}},
      .examples = {{"ibid certify sign ibid-verify/train-1 --key mine.key",
                    "writes ibid-verify/train-1/certificate.json"}},
      .run = run,
  };
}

}  // namespace ibid::cli
