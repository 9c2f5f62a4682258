#pragma once

#include "core/quality.hpp"
#include "core/value_score.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace learnd::config {

enum class Bus : unsigned char { System, Session, None };

/// The whole configuration, as docs/configuration.md describes it; the defaults are here. Which values this build can run is for the start
/// to say.
struct Config {
  struct Server {
    std::string socket;  // empty: the usual place
    std::uint32_t socketMode = 0660;
    std::string socketGroup;  // empty: as the process
    std::string adminGroup;   // empty: none
    std::optional<Bus> bus;   // unset: system, or session with --user
    std::string tcp;          // "127.0.0.1:PORT" or "[::1]:PORT"; empty: none
  } server;
  struct Store {
    std::string backend = "sqlite";  // sqlite, postgres
    std::string dsn = "postgresql:///learnd";
    std::string passwordFile;
    std::string schema = "learnd";  // of PostgreSQL
    bool redact = true;
  } store;
  struct Index {
    std::string backend = "embedded";  // embedded, qdrant
    std::string url = "http://127.0.0.1:6333";
    std::string apiKeyFile;
    std::string prefix;
    bool flattenMetadata = true;
  } index;
  struct Embedder {
    std::string backend = "builtin";  // builtin, ollama
    std::string model;                // empty: the backend's default
    std::string url = "http://127.0.0.1:11434";
    std::optional<std::string> queryPrefix;  // unset: the one known for the model
    std::uint32_t threads = 0;               // 0: one a core
    std::string calibration = "auto";        // auto, none
  } embedder;
  struct ChatModel {
    std::string url;
    std::string model;
    std::string apiKeyFile;
    std::optional<std::uint64_t> monthlyTokenBudget;
    std::uint32_t timeoutSeconds = 0;
  };
  ChatModel localModel{"http://127.0.0.1:8080/v1/chat/completions", "", "", std::nullopt, 300};
  ChatModel remoteModel{"https://api.anthropic.com/v1/messages", "", "", std::nullopt, 60};
  core::ScoringRules scoring;
  struct Reuse {
    double minScore = 0.8;
  } reuse;
  struct Context {
    double minScore = 0.75;
    std::uint32_t maxHits = 3;
    std::uint32_t maxTokens = 2000;
  } context;
  struct Tokens {
    std::uint64_t baseline = 15000;
    std::uint64_t withContext = 500;
  } tokens;
  struct Routing {
    double minScore = 0.85;
    double maxComplexity = 5;
  } routing;
  struct Patterns {
    std::optional<double> minSimilarity;
    std::uint32_t minOccurrences = 3;
  } patterns;
  struct Dataset {
    double minValue = 0.7;
    std::string format = "instruction";  // instruction, alpaca, chat
  } dataset;
  core::QualityRules quality;
  struct Retention {
    std::uint32_t interactionsDays = 0;  // 0 keeps all
  } retention;
};

}  // namespace learnd::config
