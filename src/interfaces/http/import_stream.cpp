#include "interfaces/http/import_stream.hpp"

#include "interfaces/codec/answer_codec.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace learnd::interfaces::http {

namespace {

namespace asio = boost::asio;
namespace field = boost::beast::http;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kBatchLines = 500;
constexpr std::size_t kBatchBytes = 4 * 1024 * 1024;

}  // namespace

void ImportStream::add(const services::ImportAnswer& answer) {
  total_.stored += answer.stored;
  total_.duplicates += answer.duplicates;
  total_.unchanged += answer.unchanged;
  std::copy(answer.rejected.begin(), answer.rejected.end(), std::back_inserter(total_.rejected));
}

ports::Task<std::vector<services::ImportText>> ImportStream::readBatch() {
  std::array<char, 64 * 1024> piece{};
  while (!parser_.is_done() && splitter_.count() < kBatchLines && splitter_.bytes() < kBatchBytes) {
    parser_.get().body().data = piece.data();
    parser_.get().body().size = piece.size();
    parser_.get().body().more = true;
    stream_.expires_after(patience_);
    auto [failed, size] = co_await field::async_read(stream_, buffer_, parser_, kAwait);
    if (failed == field::error::need_buffer) failed = {};
    if (failed) {
      co_return core::Error(core::ErrorKind::InvalidInput,
                            "the body broke off (" + failed.message() + "): what came before is stored; send it all again, nothing is stored twice");
    }
    splitter_.push(std::string_view(piece.data(), piece.size() - parser_.get().body().size));
  }
  if (parser_.is_done()) splitter_.finish();
  for (const std::uint64_t number : splitter_.takeTooLong()) {
    total_.rejected.push_back({number, "", "the line is longer than " + std::to_string(LineSplitter::kLongestLine) + " bytes"});
  }
  co_return splitter_.take();
}

ports::Task<Response> ImportStream::run() {
  using namespace asio::experimental::awaitable_operators;
  auto batch = co_await readBatch();
  if (!batch) co_return batch.error();
  while (!batch->empty()) {
    auto storing = transfer_.importLines(std::move(*batch), caller_);
    auto reading = readBatch();
    auto [stored, next] = co_await (std::move(storing) && std::move(reading));
    if (!stored) co_return stored.error();
    add(*stored);
    if (!next) co_return next.error();
    batch = std::move(next);
  }
  const auto byLine = [](const services::ImportRejection& a, const services::ImportRejection& b) { return a.line < b.line; };
  std::stable_sort(total_.rejected.begin(), total_.rejected.end(), byLine);
  co_return Response{200, json::write(encodeImportAnswer(total_))};
}

}  // namespace learnd::interfaces::http
