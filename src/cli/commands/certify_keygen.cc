#include "base/ed25519.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "platform/atomic_file.h"
#include "platform/private_file.h"

namespace ibid::cli {
namespace {

Result<int> run(const Invocation& invocation, Console& console) {
  const std::string name = *invocation.argument("NAME");
  const std::string private_path = name + ".key", public_path = name + ".pub";
  if (platform::path_exists(public_path))
    return Error(ErrorCode::kUsage, public_path + " exists already", "name another, or move it away first");
  const KeyPair keys = make_key_pair();
  IBID_TRY(platform::write_private_file(private_path, keys.private_pem));
  IBID_TRY(platform::write_file_atomically(public_path, keys.public_pem));
  IBID_ASSIGN(const std::string id, key_id(keys.public_pem));
  console.print("key " + id + "\n" + private_path + ": signs; keep it to yourself, it has no password\n" +
                public_path + ": checks; give it to whoever is to believe you, by a way they trust\n");
  return 0;
}

}  // namespace

CommandSpec certify_keygen_command() {
  return {
      .name = "certify keygen",
      .summary = "make a pair of keys that sign and check certificates",
      .description =
          "Makes an Ed25519 key from the system's random numbers and writes NAME.key (PKCS #8 in PEM form, "
          "readable by its owner only) and NAME.pub (SubjectPublicKeyInfo in PEM form). OpenSSL and others "
          "can read both.",
      .arguments = {{"NAME", "what the two files are called, without an ending"}},
      .examples = {{"ibid certify keygen mine", "writes mine.key and mine.pub"}},
      .run = run,
  };
}

}  // namespace ibid::cli
