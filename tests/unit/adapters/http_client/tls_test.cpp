#include "tests/unit/adapters/http_client/client_under_test.hpp"

#include <gmock/gmock.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

#include <unistd.h>

namespace learnd::http_client {

namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using testing::HasSubstr;

template <auto Free>
struct FreeBy {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
using Certificate = std::unique_ptr<X509, FreeBy<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, FreeBy<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, FreeBy<BIO_free_all>>;

void addExtension(X509* certificate, int which, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, which, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

/// A certificate for a name ("DNS:localhost"), signed by itself.
Certificate selfSigned(EVP_PKEY* key, const char* name) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  addExtension(certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  addExtension(certificate.get(), NID_subject_alt_name, name);
  X509_sign(certificate.get(), key, EVP_sha256());
  return certificate;
}

std::string contentOf(BIO* memory) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

/// Answers each request of each connection by TLS with "sealed".
class TlsServer {
 public:
  explicit TlsServer(const char* name) {
    const Key key(EVP_EC_gen("P-256"));
    const Certificate certificate = selfSigned(key.get(), name);
    const Memory certificateText(BIO_new(BIO_s_mem()));
    const Memory keyText(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(certificateText.get(), certificate.get());
    PEM_write_bio_PrivateKey(keyText.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    const std::string pem = contentOf(certificateText.get());
    tls_.use_certificate(asio::buffer(pem), ssl::context::pem);
    tls_.use_private_key(asio::buffer(contentOf(keyText.get())), ssl::context::pem);
    file_ = std::filesystem::temp_directory_path() / ("learnd-tls-" + std::to_string(::getpid()) + "-" + std::to_string(port()) + ".pem");
    std::ofstream(file_) << pem;
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
    std::filesystem::remove(file_);
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::string certificateFile() const { return file_.string(); }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve() {
    boost::system::error_code failed;
    while (!failed) {
      ssl::stream<asio::ip::tcp::socket> stream(context_, tls_);
      acceptor_.accept(stream.next_layer(), failed);
      if (failed) return;
      ++connections_;
      boost::system::error_code ended;
      stream.handshake(ssl::stream_base::server, ended);
      std::string request;
      while (!ended) {
        const std::size_t size = asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", ended);
        request.erase(0, size);
        if (!ended) asio::write(stream, asio::buffer(std::string("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsealed")), ended);
      }
    }
  }

  asio::io_context context_;
  ssl::context tls_{ssl::context::tls_server};
  asio::ip::tcp::acceptor acceptor_{context_, asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::filesystem::path file_;
  std::atomic<int> connections_ = 0;
  std::thread thread_;
};

std::string urlOf(const TlsServer& server, const std::string& host) { return "https://" + host + ":" + std::to_string(server.port()); }

ClientSettings trusting(const TlsServer& server) {
  ClientSettings settings = ClientUnderTest::quick();
  settings.pool.authorities = server.certificateFile();
  return settings;
}

TEST(Tls, AServerWithAGoodCertificateIsTalkedTo) {
  TlsServer server("DNS:localhost");
  ClientUnderTest under(urlOf(server, "localhost"), trusting(server));
  for (int i = 0; i < 3; ++i) {
    const auto answer = under.get("/");
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->body, "sealed");
  }
  EXPECT_EQ(server.connections(), 1);
}

TEST(Tls, ACertificateMayBeForAnAddress) {
  TlsServer server("IP:127.0.0.1");
  ClientUnderTest under(urlOf(server, "127.0.0.1"), trusting(server));
  const auto answer = under.get("/");
  ASSERT_TRUE(answer) << answer.error().message();
}

TEST(Tls, ACertificateThatNobodyVouchesForIsRefused) {
  TlsServer server("DNS:localhost");
  ClientUnderTest under(urlOf(server, "localhost"));
  const auto answer = under.get("/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), core::ErrorKind::Unavailable);
  EXPECT_THAT(answer.error().message(), HasSubstr("certificate verify failed"));
}

TEST(Tls, ACertificateOfAnotherNameIsRefused) {
  TlsServer server("DNS:other.example");
  ClientUnderTest under(urlOf(server, "localhost"), trusting(server));
  const auto answer = under.get("/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), core::ErrorKind::Unavailable);
}

TEST(Tls, AnUnreadableFileOfAuthoritiesIsSaid) {
  ClientSettings settings = ClientUnderTest::quick();
  settings.pool.authorities = "/nonexistent/authorities.pem";
  ClientUnderTest under("https://localhost:1", settings);
  const auto answer = under.get("/");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind(), core::ErrorKind::Unavailable);
}

}  // namespace

}  // namespace learnd::http_client
