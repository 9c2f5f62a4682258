#include "config/key_table.hpp"

#include "config/key_rules.hpp"

namespace learnd::config {

namespace {

constexpr std::int64_t kMostCount = 1'000'000;
constexpr std::int64_t kMostTokens = 1'000'000'000'000;
constexpr std::int64_t kMostSeconds = 24 * 60 * 60;
constexpr std::int64_t kMostDays = 36'500;

using Keys = std::vector<Key>;
using std::optional;
using std::string;
using std::uint32_t;
using std::uint64_t;

Keys daemonKeys() {
  return {
      text("server.socket", kSocketPath, [](Config& c) -> string& { return c.server.socket; }),
      fileMode("server.socket_mode", [](Config& c) -> uint32_t& { return c.server.socketMode; }),
      text("server.socket_group", kGroup, [](Config& c) -> string& { return c.server.socketGroup; }),
      text("server.admin_group", kGroup, [](Config& c) -> string& { return c.server.adminGroup; }),
      busChoice("server.bus", [](Config& c) -> optional<Bus>& { return c.server.bus; }),
      text("server.tcp", kLoopbackAddress, [](Config& c) -> string& { return c.server.tcp; }),

      choice("store.backend", {"sqlite", "postgres"}, [](Config& c) -> string& { return c.store.backend; }),
      text("store.dsn", kConnectionString, [](Config& c) -> string& { return c.store.dsn; }),
      text("store.password_file", kAbsolutePath, [](Config& c) -> string& { return c.store.passwordFile; }),
      text("store.schema", kSchemaName, [](Config& c) -> string& { return c.store.schema; }),
      flag("store.redact", [](Config& c) -> bool& { return c.store.redact; }),

      choice("index.backend", {"embedded", "qdrant"}, [](Config& c) -> string& { return c.index.backend; }),
      text("index.url", kHttpUrl, [](Config& c) -> string& { return c.index.url; }),
      text("index.api_key_file", kAbsolutePath, [](Config& c) -> string& { return c.index.apiKeyFile; }),
      text("index.prefix", kIndexPrefix, [](Config& c) -> string& { return c.index.prefix; }),
      flag("index.flatten_metadata", [](Config& c) -> bool& { return c.index.flattenMetadata; }),

      choice("embedder.backend", {"builtin", "ollama"}, [](Config& c) -> string& { return c.embedder.backend; }),
      text("embedder.model", kAnyText, [](Config& c) -> string& { return c.embedder.model; }),
      text("embedder.url", kHttpUrl, [](Config& c) -> string& { return c.embedder.url; }),
      optionalText("embedder.query_prefix", kAnyText, [](Config& c) -> optional<string>& { return c.embedder.queryPrefix; }),
      whole("embedder.threads", 0, 1024, [](Config& c) -> uint32_t& { return c.embedder.threads; }),
      choice("embedder.calibration", {"auto", "none"}, [](Config& c) -> string& { return c.embedder.calibration; }),
  };
}

Keys modelKeys() {
  return {
      text("llm.local.url", kHttpUrl, [](Config& c) -> string& { return c.localModel.url; }),
      text("llm.local.model", kAnyText, [](Config& c) -> string& { return c.localModel.model; }),
      whole("llm.local.timeout_seconds", 1, kMostSeconds, [](Config& c) -> uint32_t& { return c.localModel.timeoutSeconds; }),

      text("llm.remote.url", kHttpUrl, [](Config& c) -> string& { return c.remoteModel.url; }),
      text("llm.remote.model", kAnyText, [](Config& c) -> string& { return c.remoteModel.model; }),
      text("llm.remote.api_key_file", kAbsolutePath, [](Config& c) -> string& { return c.remoteModel.apiKeyFile; }),
      optionalWhole("llm.remote.monthly_token_budget", 0, kMostTokens,
                    [](Config& c) -> optional<uint64_t>& { return c.remoteModel.monthlyTokenBudget; }),
      whole("llm.remote.timeout_seconds", 1, kMostSeconds, [](Config& c) -> uint32_t& { return c.remoteModel.timeoutSeconds; }),
  };
}

Keys scoringKeys() {
  return {
      choice("scoring.profile", {"standard", "detailed"}, [](Config& c) -> string& { return c.scoring.profile; }),
      choice("scoring.weight_set", {"standard", "code", "error", "custom"}, [](Config& c) -> string& { return c.scoring.weightSet; }),
      number("scoring.weights.complexity", 0, 1, [](Config& c) -> double& { return c.scoring.custom.complexity; }),
      number("scoring.weights.reusability", 0, 1, [](Config& c) -> double& { return c.scoring.custom.reusability; }),
      number("scoring.weights.novelty", 0, 1, [](Config& c) -> double& { return c.scoring.custom.novelty; }),
      number("scoring.weights.confirmation", 0, 1, [](Config& c) -> double& { return c.scoring.custom.confirmation; }),
      number("scoring.weights.impact", 0, 1, [](Config& c) -> double& { return c.scoring.custom.impact; }),
  };
}

Keys factorKeys() {
  using Numbers = core::FactorNumbers;
  return {
      divisor("scoring.factors.lines_of_code_full", &Numbers::linesOfCodeFull),
      divisor("scoring.factors.files_modified_full", &Numbers::filesModifiedFull),
      divisor("scoring.factors.solution_steps_full", &Numbers::solutionStepsFull),
      divisor("scoring.factors.time_minutes_full", &Numbers::timeMinutesFull),
      share("scoring.factors.generic_yes", &Numbers::genericYes),
      share("scoring.factors.generic_no", &Numbers::genericNo),
      share("scoring.factors.novel_yes", &Numbers::novelYes),
      share("scoring.factors.novel_no", &Numbers::novelNo),
      share("scoring.factors.novelty_similarity", &Numbers::noveltySimilarity),
      share("scoring.factors.confirmed_yes", &Numbers::confirmedYes),
      share("scoring.factors.confirmed_no", &Numbers::confirmedNo),
      share("scoring.factors.severity_critical", &Numbers::severityCritical),
      share("scoring.factors.severity_high", &Numbers::severityHigh),
      share("scoring.factors.severity_medium", &Numbers::severityMedium),
      share("scoring.factors.severity_low", &Numbers::severityLow),
      share("scoring.factors.severity_trivial", &Numbers::severityTrivial),
      share("scoring.factors.scope_single_case", &Numbers::scopeSingleCase),
      share("scoring.factors.scope_similar_cases", &Numbers::scopeSimilarCases),
      share("scoring.factors.scope_category", &Numbers::scopeCategory),
      share("scoring.factors.scope_universal", &Numbers::scopeUniversal),
      share("scoring.factors.scope_unknown", &Numbers::scopeUnknown),
      share("scoring.factors.scope_novel_bonus", &Numbers::scopeNovelBonus),
      share("scoring.factors.scope_standard_tools_bonus", &Numbers::scopeStandardToolsBonus),
      divisor("scoring.factors.scope_divisor", &Numbers::scopeDivisor),
      share("scoring.factors.detailed_novelty_none", &Numbers::detailedNoveltyNone),
      share("scoring.factors.detailed_same_similarity", &Numbers::detailedSameSimilarity),
      share("scoring.factors.detailed_novelty_same", &Numbers::detailedNoveltySame),
      share("scoring.factors.detailed_near_similarity", &Numbers::detailedNearSimilarity),
      share("scoring.factors.detailed_novelty_near", &Numbers::detailedNoveltyNear),
      share("scoring.factors.detailed_related_similarity", &Numbers::detailedRelatedSimilarity),
      share("scoring.factors.detailed_novelty_related", &Numbers::detailedNoveltyRelated),
      share("scoring.factors.detailed_novelty_else", &Numbers::detailedNoveltyElse),
      share("scoring.factors.confirmation_explicit_success", &Numbers::confirmationExplicitSuccess),
      share("scoring.factors.confirmation_implicit_success", &Numbers::confirmationImplicitSuccess),
      share("scoring.factors.confirmation_partial_success", &Numbers::confirmationPartialSuccess),
      share("scoring.factors.confirmation_unconfirmed", &Numbers::confirmationUnconfirmed),
      share("scoring.factors.confirmation_explicit_failure", &Numbers::confirmationExplicitFailure),
      share("scoring.factors.confirmation_feedback_bonus", &Numbers::confirmationFeedbackBonus),
      share("scoring.factors.impact_blocks_work_bonus", &Numbers::impactBlocksWorkBonus),
      share("scoring.factors.impact_users_most", &Numbers::impactUsersMost),
      divisor("scoring.factors.impact_users_divisor", &Numbers::impactUsersDivisor),
  };
}

Keys ruleKeys() {
  return {
      number("reuse.min_score", 0, 1, [](Config& c) -> double& { return c.reuse.minScore; }),

      number("context.min_score", 0, 1, [](Config& c) -> double& { return c.context.minScore; }),
      whole("context.max_hits", 0, 100, [](Config& c) -> uint32_t& { return c.context.maxHits; }),
      whole("context.max_tokens", 0, kMostCount, [](Config& c) -> uint32_t& { return c.context.maxTokens; }),

      whole("tokens.baseline", 0, kMostTokens, [](Config& c) -> uint64_t& { return c.tokens.baseline; }),
      whole("tokens.with_context", 0, kMostTokens, [](Config& c) -> uint64_t& { return c.tokens.withContext; }),

      number("routing.min_score", 0, 1, [](Config& c) -> double& { return c.routing.minScore; }),
      // A complexity is 1 to 10: with 0 nothing is below it, with 11 all is.
      number("routing.max_complexity", 0, 11, [](Config& c) -> double& { return c.routing.maxComplexity; }),

      optionalNumber("patterns.min_similarity", 0, 1, [](Config& c) -> optional<double>& { return c.patterns.minSimilarity; }),
      whole("patterns.min_occurrences", 1, kMostCount, [](Config& c) -> uint32_t& { return c.patterns.minOccurrences; }),

      number("dataset.min_value", 0, 1, [](Config& c) -> double& { return c.dataset.minValue; }),
      choice("dataset.format", {"instruction", "alpaca", "chat"}, [](Config& c) -> string& { return c.dataset.format; }),

      whole("quality.window_days", 1, kMostDays, [](Config& c) -> int& { return c.quality.windowDays; }),
      number("quality.low", 0, 1, [](Config& c) -> double& { return c.quality.low; }),
      number("quality.good", 0, 1, [](Config& c) -> double& { return c.quality.good; }),
      number("quality.excellent", 0, 1, [](Config& c) -> double& { return c.quality.excellent; }),

      whole("retention.interactions_days", 0, kMostDays, [](Config& c) -> uint32_t& { return c.retention.interactionsDays; }),
  };
}

}  // namespace

const std::vector<Key>& keyTable() {
  static const Keys table = [] {
    Keys all;
    for (auto part : {daemonKeys, modelKeys, scoringKeys, factorKeys, ruleKeys}) {
      for (auto& key : part()) all.push_back(std::move(key));
    }
    return all;
  }();
  return table;
}

}  // namespace learnd::config
