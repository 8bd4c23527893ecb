#include "verify/envelope.h"

#include <vector>

#include "base/base64.h"
#include "base/ed25519.h"
#include "base/json.h"
#include "base/number_text.h"

namespace ibid::verify {
namespace {

// DSSE's pre-authentication encoding: what is signed.
std::string signed_text(std::string_view payload_type, std::string_view payload) {
  const auto sized = [](std::string_view text) {
    return number_text(static_cast<int64_t>(text.size())) + " " + std::string(text);
  };
  return "DSSEv1 " + sized(payload_type) + " " + sized(payload);
}

std::string envelope_text(const Envelope& envelope) {
  const Json signature = {{"keyid", envelope.key_id}, {"sig", base64_text(envelope.signature)}};
  return json_text({{"payloadType", envelope.payload_type},
                    {"payload", base64_text(envelope.payload)},
                    {"signatures", Json::array({signature})}});
}

Result<std::string> text_member(const Json& object, const char* name, const std::string& where) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string())
    return Error(ErrorCode::kMalformed, where + " has no text '" + name + "'",
                 "take a copy from its author again");
  return found->get<std::string>();
}

Result<std::string> bytes_member(const Json& object, const char* name, const std::string& where) {
  IBID_ASSIGN(const std::string text, text_member(object, name, where));
  if (auto bytes = parse_base64(text)) return std::move(*bytes);
  return Error(ErrorCode::kMalformed, where + ": '" + name + "' is no base64",
               "take a copy from its author again");
}

}  // namespace

Result<std::string> sign_envelope(std::string_view payload_type, std::string_view payload,
                                  std::string_view private_pem) {
  Envelope envelope{std::string(payload_type), std::string(payload), "", ""};
  IBID_ASSIGN(const std::string public_pem, public_key_of(private_pem));
  IBID_ASSIGN(envelope.key_id, key_id(public_pem));
  IBID_ASSIGN(envelope.signature, sign_ed25519(private_pem, signed_text(payload_type, payload)));
  return envelope_text(envelope);
}

Result<Envelope> parse_envelope(std::string_view text, const std::string& name) {
  IBID_ASSIGN(const Json json, parse_json(text, name));
  const auto signatures = json.is_object() ? json.find("signatures") : json.end();
  if (!json.is_object() || signatures == json.end() || !signatures->is_array() || signatures->size() != 1 ||
      !signatures->front().is_object())
    return Error(ErrorCode::kMalformed, name + " is no envelope with one signature",
                 "a certificate is a file made by 'ibid certify sign'");
  Envelope envelope;
  IBID_ASSIGN(envelope.payload_type, text_member(json, "payloadType", name));
  IBID_ASSIGN(envelope.payload, bytes_member(json, "payload", name));
  IBID_ASSIGN(envelope.key_id, text_member(signatures->front(), "keyid", name));
  IBID_ASSIGN(envelope.signature, bytes_member(signatures->front(), "sig", name));
  if (envelope_text(envelope) != text)
    return Error(ErrorCode::kMalformed, name + " is not written as ibid writes certificates: it was changed",
                 "take a copy from its author again");
  return envelope;
}

Result<bool> is_signed_by(const Envelope& envelope, std::string_view public_pem) {
  IBID_ASSIGN(const std::string id, key_id(public_pem));
  IBID_ASSIGN(const bool valid,
              is_signed_ed25519(public_pem, signed_text(envelope.payload_type, envelope.payload),
                                envelope.signature));
  return valid && id == envelope.key_id;
}

}  // namespace ibid::verify
