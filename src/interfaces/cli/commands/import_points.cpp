#include "interfaces/cli/commands/import_points.hpp"

#include "core/normalised_key.hpp"
#include "core/redaction.hpp"
#include "interfaces/cli/index_wait.hpp"
#include "interfaces/cli/report.hpp"
#include "interfaces/cli/terminal.hpp"
#include "interfaces/cli/text_input.hpp"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <map>

namespace learnd::cli {

namespace {

using json::Value;

constexpr const char* kRejectsFile = "learnctl-import-rejected.ndjson";
constexpr std::size_t kPiece = 256 * 1024;
/// An answer lists the first thousand rejected lines, and a request ends with a page of points.
constexpr std::size_t kLinesOfRequest = 500;

using ContentKey = std::array<std::uint8_t, 32>;

/// By what the daemon takes two learnings for one: kind, category, the question's key and the answer. Nothing for an interaction: it is an
/// event.
std::optional<ContentKey> contentKey(const core::Learning& learning) {
  if (learning.kind == core::Kind::Interaction) return std::nullopt;
  const core::Key key = core::keyOf(learning);
  std::string text(key.digest.begin(), key.digest.end());
  text.append(core::nameOf(learning.kind)).append("\n").append(learning.category).append("\n").append(learning.solution);
  return core::sha256(text);
}

/// Which contents there are, and under which id.
class KnownContents {
 public:
  /// All that the daemon has.
  explicit KnownContents(Session& session) {
    std::string rest;
    const Answer answer = session.client().download("/v1/export", [&](std::string_view piece) {
      rest += piece;
      std::size_t from = 0;
      for (std::size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', from)) {
        if (auto line = json::decodeImportLine(std::string_view(rest).substr(from, end - from))) add(line->learning);
        from = end + 1;
      }
      rest.erase(0, from);
    });
    if (!answer.ok()) throw SourceError("what is in learnd can't be read: " + textOf(answer.value(), "detail"));
  }

  void add(const core::Learning& learning) {
    if (const auto key = contentKey(learning)) ids_.emplace(*key, learning.id);
  }

  /// Another one with this content, as it is or without its secrets, which the daemon takes out.
  [[nodiscard]] bool hasTwin(const core::Learning& learning) const {
    core::Learning redacted = learning;
    redacted.query = core::redact(learning.query);
    redacted.solution = core::redact(learning.solution);
    return isOthers(learning) || isOthers(redacted);
  }

 private:
  [[nodiscard]] bool isOthers(const core::Learning& learning) const {
    const auto key = contentKey(learning);
    const auto place = key ? ids_.find(*key) : ids_.end();
    return place != ids_.end() && place->second != learning.id;
  }

  std::map<ContentKey, core::LearningId> ids_;
};

/// What could not be taken, a line each, in a file that is there only if there is something to say.
class Rejects {
 public:
  void add(const std::string& collection, const Value& id, const std::string& field, const std::string& detail, const Value& payload) {
    if (!file_.is_open()) file_.open(kRejectsFile, std::ios::trunc);
    Value one;
    one.set("collection", Value(collection));
    one.set("id", id);
    one.set("field", Value(field));
    one.set("detail", Value(detail));
    one.set("payload", payload);
    file_ << json::write(one) << '\n' << std::flush;
    if (!file_) throw SourceError(std::string(kRejectsFile) + " can't be written in this folder: go to one where you may write");
    ++count_;
  }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  std::ofstream file_;
  std::uint64_t count_ = 0;
};

/// Where a line came from.
struct Sent {
  std::string collection;
  Value id;
};

/// Walks through all points of all collections.
class PointImporter {
 public:
  PointImporter(Session& session, PointSource& source, const PointImport& request, Renames renames)
      : session_(session), source_(source), request_(request), renames_(std::move(renames)), known_(session) {
    collections_ = request.collections.empty() ? source.foreignCollections() : request.collections;
    for (const auto& collection : collections_) total_ += source.count(collection);
  }

  int run() {
    if (request_.dryRun) {
      while (!next().empty()) {
      }
    } else {
      do {
        sent_.clear();
        const Answer uploaded = session_.client().upload("/v1/import", [this] { return next(); });
        progress_.clear();
        if (!uploaded.ok()) return reportBroken(uploaded);
        const Value answer = uploaded.value();
        addCounts(answer);
        noteRejections(answer);
      } while (at_ < collections_.size());
      if (request_.wait) waitForIndex(session_.client());
    }
    progress_.clear();
    show();
    return rejects_.count() > 0 ? kFailed : kDone;
  }

 private:
  /// One of several requests broke off; what the ones before it brought is stored.
  int reportBroken(const Answer& answer) const {
    const int status = reportProblem(session_, answer);
    fmt::print(stderr, "{} points had gone in before. Run it again: what is there already is not stored twice.\n", stored_);
    return status;
  }

  /// The next lines of a request; empty: there are none left, or it has enough.
  std::string next() {
    std::string piece;
    while (piece.size() < kPiece && at_ < collections_.size() && sent_.size() < kLinesOfRequest) {
      PointPage page = source_.page(collections_[at_], from_);
      for (const ForeignPoint& point : page.points) takePoint(point, piece);
      from_ = page.next;
      if (page.next.isNull()) ++at_;
      progress_.show(read_, total_);
    }
    return piece;
  }

  void takePoint(const ForeignPoint& point, std::string& piece) {
    ++read_;
    auto made = lineOf(point, renames_);
    if (!made) {
      rejects_.add(point.collection, point.id, made.error().field(), made.error().message(), point.payload);
      return;
    }
    // A second run would count it once more.
    if (known_.hasTwin(made->line.learning)) {
      ++twins_;
      return;
    }
    known_.add(made->line.learning);
    ++taken_;
    if (!request_.dryRun) sent_.push_back({point.collection, point.id});
    piece += made->text;
    piece += '\n';
  }

  void addCounts(const Value& answer) {
    const auto countOf = [&answer](const char* name) {
      const Value* value = answer.find(name);
      return value && value->asInteger() ? static_cast<std::uint64_t>(*value->asInteger()) : 0;
    };
    stored_ += countOf("stored");
    unchanged_ += countOf("unchanged");
    duplicates_ += countOf("duplicates");
  }

  void noteRejections(const Value& answer) {
    const Value* rejected = answer.find("rejected");
    if (!rejected || !rejected->asArray()) return;
    for (const Value& one : *rejected->asArray()) {
      const Value* line = one.find("line");
      const auto number = line && line->asInteger() ? static_cast<std::size_t>(*line->asInteger()) : 0;
      if (number == 0 || number > sent_.size()) continue;
      const Sent& sent = sent_[number - 1];
      rejects_.add(sent.collection, sent.id, textOf(one, "field"), textOf(one, "detail"), payloadOf(sent));
    }
  }

  /// Read once more: payloads are not kept while all goes well.
  Value payloadOf(const Sent& sent) {
    const PointPage page = source_.page(sent.collection, sent.id);
    return page.points.empty() || page.points.front().id != sent.id ? Value() : page.points.front().payload;
  }

  void show() const {
    Value shown;
    shown.set("points", Value(read_));
    if (request_.dryRun) {
      shown.set("would_be_sent", Value(taken_));
    } else {
      shown.set("stored", Value(stored_));
      shown.set("unchanged", Value(unchanged_));
    }
    shown.set("duplicates", Value(twins_ + duplicates_));
    shown.set("rejected", Value(rejects_.count()));
    if (rejects_.count() > 0) shown.set("rejected_file", Value(kRejectsFile));
    if (session_.json) {
      fmt::print("{}\n", json::write(shown));
      return;
    }
    std::string text;
    for (const auto& [name, value] : *shown.asObject()) {
      if (value.isInteger())
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", json::write(value), name == "would_be_sent" ? "would be sent" : name);
    }
    fmt::print("{}\n", text);
    if (rejects_.count() > 0) fmt::print(stderr, "what was rejected, and why, is in {}\n", kRejectsFile);
  }

  Session& session_;
  PointSource& source_;
  const PointImport& request_;
  Renames renames_;
  KnownContents known_;
  std::vector<std::string> collections_;
  std::size_t at_ = 0;
  Value from_;
  std::uint64_t total_ = 0;
  std::uint64_t read_ = 0;
  std::uint64_t taken_ = 0;
  std::uint64_t twins_ = 0;
  std::uint64_t stored_ = 0;
  std::uint64_t unchanged_ = 0;
  std::uint64_t duplicates_ = 0;
  std::vector<Sent> sent_;  // in the request under way
  Rejects rejects_;
  Progress progress_{"importing"};
};

Renames renamesOf(const std::vector<std::string>& maps) {
  Renames renames;
  for (const auto& map : maps) {
    const auto [old, name] = splitPair(map, "--map");
    if (old.empty() || name.empty()) throw UsageError("--map: " + map + " has no name on one side; write OLD=NEW");
    renames[old] = name;
  }
  return renames;
}

}  // namespace

int importPoints(Session& session, const PointImport& request) {
  Renames renames = renamesOf(request.maps);
  try {
    const auto source = session.openPoints(request.url, request.keyFile);
    return PointImporter(session, *source, request, std::move(renames)).run();
  } catch (const SourceError& error) {
    reportFailure(session, "Failed", error.what());
    return kFailed;
  }
}

}  // namespace learnd::cli
