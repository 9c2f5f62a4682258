#pragma once

#include "interfaces/http/connection.hpp"
#include "interfaces/http/line_splitter.hpp"
#include "interfaces/http/message.hpp"
#include "services/transfer_service.hpp"

#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>

namespace learnd::interfaces::http {

/// Reads an import's body and stores it in batches; the next batch is read while the last one is written, and no more than two are held.
class ImportStream {
 public:
  using Parser = boost::beast::http::request_parser<boost::beast::http::buffer_body>;

  ImportStream(Stream& stream, boost::beast::flat_buffer& buffer, Parser& parser, services::TransferService& transfer, core::Caller caller,
               std::chrono::seconds patience)
      : stream_(stream), buffer_(buffer), parser_(parser), transfer_(transfer), caller_(std::move(caller)), patience_(patience) {}

  /// The import's answer; an error where the body broke off or the record store failed (what came before is stored).
  ports::Task<Response> run();

 private:
  ports::Task<std::vector<services::ImportText>> readBatch();
  void add(const services::ImportAnswer& answer);

  Stream& stream_;
  boost::beast::flat_buffer& buffer_;
  Parser& parser_;
  services::TransferService& transfer_;
  core::Caller caller_;
  std::chrono::seconds patience_;
  LineSplitter splitter_;
  services::ImportAnswer total_;
};

}  // namespace learnd::interfaces::http
