#include "app/qdrant_points.hpp"

#include "adapters/qdrant/collection_calls.hpp"
#include "support/secret_file.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>

namespace learnd::app {

namespace {

using json::Value;

constexpr std::uint64_t kPage = 128;
constexpr std::chrono::seconds kPageTime{20};

template <class T>
T valueOf(core::Result<T> result) {
  if (!result) throw cli::SourceError(result.error().message());
  return std::move(*result);
}

class QdrantPoints final : public cli::PointSource {
 public:
  QdrantPoints(http_client::Url url, std::string apiKey)
      : api_(std::move(url), std::move(apiKey), "is it running there? --from-qdrant names its URL") {}

  std::vector<std::string> foreignCollections() override {
    std::vector<std::string> foreign;
    for (const auto& name : run(qdrant::listCollections(api_))) {
      if (!run(qdrant::describeCollection(api_, name)).marked) foreign.push_back(name);
    }
    return foreign;
  }

  std::uint64_t count(const std::string& collection) override {
    auto counted = finish(qdrant::countPoints(api_, collection, Value(Value::Object())));
    if (!counted && counted.error().kind() == core::ErrorKind::NotFound) {
      throw cli::SourceError("Qdrant has no collection \"" + collection +
                             "\": without --collection all are taken that are not learnd's own");
    }
    return valueOf(std::move(counted));
  }

  cli::PointPage page(const std::string& collection, const Value& from) override {
    Value body;
    body.set("limit", Value(kPage));
    body.set("with_payload", Value(true));
    body.set("with_vector", Value(false));
    if (!from.isNull()) body.set("offset", from);
    const Value result = run(api_.call("POST", qdrant::collectionTarget(collection, "/points/scroll"), json::write(body), kPageTime));
    cli::PointPage page;
    const Value* points = result.find("points");
    for (const Value& point : points && points->asArray() ? *points->asArray() : Value::Array()) {
      const Value* id = point.find("id");
      const Value* payload = point.find("payload");
      page.points.push_back({collection, id ? *id : Value(), payload ? *payload : Value()});
    }
    if (const Value* next = result.find("next_page_offset")) page.next = *next;
    return page;
  }

 private:
  /// Runs a call to its end.
  template <class T>
  core::Result<T> finish(ports::Task<T> call) {
    std::optional<core::Result<T>> result;
    boost::asio::co_spawn(context_, std::move(call), [&result](std::exception_ptr thrown, core::Result<T> answer) {
      if (thrown) std::rethrow_exception(thrown);
      result.emplace(std::move(answer));
    });
    context_.restart();
    while (!result && context_.run_one() > 0) {
    }
    if (!result) throw cli::SourceError("the call ended without an answer");
    return std::move(*result);
  }

  /// The same; an error is thrown.
  template <class T>
  T run(ports::Task<T> call) {
    return valueOf(finish(std::move(call)));
  }

  boost::asio::io_context context_{1};
  qdrant::QdrantApi api_;
};

}  // namespace

std::unique_ptr<cli::PointSource> openQdrantPoints(const std::string& url, const std::optional<std::string>& keyFile) {
  auto parsed = valueOf(http_client::parseUrl(url));
  std::string key = keyFile ? valueOf(support::readSecret(*keyFile)) : std::string();
  return std::make_unique<QdrantPoints>(std::move(parsed), std::move(key));
}

}  // namespace learnd::app
