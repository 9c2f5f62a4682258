#include "core/redaction.hpp"

#include "core/redaction/command_secrets.hpp"
#include "core/redaction/credential_files.hpp"
#include "core/redaction/header_pairs.hpp"
#include "core/redaction/key_blocks.hpp"
#include "core/redaction/known_tokens.hpp"
#include "core/redaction/literal_table.hpp"
#include "core/redaction/mark.hpp"
#include "core/redaction/named_values.hpp"
#include "core/redaction/password_hashes.hpp"
#include "core/redaction/scheme_proofs.hpp"
#include "core/redaction/secret_finder.hpp"
#include "core/redaction/secret_name.hpp"
#include "core/redaction/secret_urls.hpp"
#include "core/redaction/secret_value.hpp"

namespace learnd::core {

namespace {

/// Those that know more of what they find come before those that go by a name.
const LiteralTable& literals() {
  static const LiteralTable table{keyBlockRules(),       passwordHashRules(), knownTokenRules(),  secretUrlRules(), commandSecretRules(),
                                  credentialFileRules(), namedValueRules(),   schemeProofRules(), headerPairRules()};
  return table;
}

std::string withMarks(std::string_view text, const std::map<std::size_t, SecretSpan>& spans) {
  std::string marked;
  marked.reserve(text.size());
  std::size_t from = 0;
  for (const auto& [begin, span] : spans) {
    marked.append(text.substr(from, begin - from)).append(kMarkBegin).append(span.kind).append("]");
    from = span.end;
  }
  return marked.append(text.substr(from));
}

}  // namespace

std::string redact(std::string_view text) {
  // What is taken out can lay bare something beside it; a text settles at once or the second time.
  constexpr int kMostPasses = 4;
  std::string redacted(text);
  for (int pass = 0; pass < kMostPasses; ++pass) {
    SecretFinder finder(redacted);
    literals().search(finder);
    if (finder.spans().empty()) break;
    redacted = withMarks(redacted, finder.spans());
  }
  return redacted;
}

std::string MemberRedactor::redact(std::string_view value) const {
  if (class_ == NameClass::Password && isSecretValue(value, ValueClass::Password, ValuePlace::Quoted, true)) {
    return std::string(kMarkBegin).append(secret_kind::kPassword).append("]");
  }
  const bool isToken = class_ == NameClass::Token || class_ == NameClass::NamedSecret;
  const ValueClass valueClass = class_ == NameClass::NamedSecret ? ValueClass::NamedSecret : ValueClass::Token;
  if (isToken && isSecretValue(value, valueClass, ValuePlace::Quoted, true)) {
    return std::string(kMarkBegin).append(secret_kind::kToken).append("]");
  }
  return core::redact(value);
}

std::string redactMember(std::string_view name, std::string_view value) { return MemberRedactor(name).redact(value); }

}  // namespace learnd::core
