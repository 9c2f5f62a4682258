#include "core/redaction/command_secrets.hpp"

#include "core/code_points.hpp"
#include "core/redaction/secret_name.hpp"
#include "core/redaction/secret_value.hpp"
#include "core/redaction/shell_words.hpp"
#include "core/redaction/value_reader.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace learnd::core {

namespace {

/// Whether an option's value may follow it without a blank: for "mysql -p" only so, since a word of its own is the database.
enum class Attached : std::uint8_t { Either, Only, Never };

/// Which part of an option's value is the secret.
enum class Part : std::uint8_t { Whole, BehindColon, BehindPercent, BehindComma, BehindSlash, BehindPass };

struct OptionForm {
  std::string_view commands;  // names, with a blank around each; one that ends in '*' is a beginning
  std::string_view option;
  Part part = Part::Whole;
  Attached attached = Attached::Either;
  std::string_view subcommand{};  // must have come before
};

constexpr std::array kOptions{
    OptionForm{" curl ", "-u", Part::BehindColon},
    OptionForm{" curl ", "--user", Part::BehindColon},
    OptionForm{" curl ", "-U", Part::BehindColon},
    OptionForm{" curl ", "--proxy-user", Part::BehindColon},
    OptionForm{" http https httpie xh ", "-a", Part::BehindColon},
    OptionForm{" http https httpie xh ", "--auth", Part::BehindColon},
    OptionForm{" mysql* mariadb* mycli ", "-p", Part::Whole, Attached::Only},
    OptionForm{" sshpass ", "-p"},
    OptionForm{" docker podman buildah skopeo helm nerdctl oc crane oras regctl ", "-p", Part::Whole, Attached::Either, "login"},
    OptionForm{" az ", "-p", Part::Whole, Attached::Never, "login"},
    OptionForm{" redis-cli valkey-cli keydb-cli ", "-a", Part::Whole, Attached::Never},
    OptionForm{" ldapsearch ldapadd ldapmodify ldapdelete ldapwhoami ldapmodrdn ldapcompare ldappasswd ", "-w"},
    OptionForm{" ldappasswd ", "-s"},
    OptionForm{" smbclient rpcclient net smbget winexe smbcacls wmic ", "-U", Part::BehindPercent},
    OptionForm{" smbclient rpcclient net smbget winexe smbcacls wmic ", "--user", Part::BehindPercent},
    OptionForm{" lftp ", "-u", Part::BehindComma},
    OptionForm{" mongo mongosh mongodump mongorestore mongoexport mongoimport ", "-p", Part::Whole, Attached::Never},
    OptionForm{" rdesktop smbmap crackmapexec netexec nxc evil-winrm ", "-p", Part::Whole, Attached::Never},
    OptionForm{" xfreerdp xfreerdp3 wlfreerdp sdl-freerdp ", "/p:", Part::Whole, Attached::Only},
    OptionForm{" plink pscp psftp putty ", "-pw"},
    OptionForm{" ipmitool ", "-P"},
    OptionForm{" mosquitto_pub mosquitto_sub mosquitto_rr ", "-P", Part::Whole, Attached::Never},
    OptionForm{" snmpwalk snmpget snmpset snmpbulkwalk ", "-A", Part::Whole, Attached::Never},
    OptionForm{" snmpwalk snmpget snmpset snmpbulkwalk ", "-X", Part::Whole, Attached::Never},
    OptionForm{" sqlcmd bcp isql tsql ", "-P"},
    OptionForm{" zip unzip ", "-P"},
    OptionForm{" 7z 7za 7zz 7zr ", "-p", Part::Whole, Attached::Only},
    OptionForm{" rar unrar ", "-p", Part::Whole, Attached::Only},
    OptionForm{" rar unrar ", "-hp", Part::Whole, Attached::Only},
    OptionForm{" ssh-keygen ", "-N"},
    OptionForm{" ssh-keygen ", "-P"},
    OptionForm{" openssl ", "-passin", Part::BehindPass},
    OptionForm{" openssl ", "-passout", Part::BehindPass},
    OptionForm{" openssl ", "-pass", Part::BehindPass},
    OptionForm{" openssl ", "-password", Part::BehindPass},
    OptionForm{" openssl ", "-k", Part::Whole, Attached::Never},
    OptionForm{" useradd usermod ", "-p", Part::Whole, Attached::Never},
    OptionForm{" sqlplus sqlldr impdp expdp rman exp imp ", "", Part::BehindSlash},
    OptionForm{" nmcli ", "password"},
    OptionForm{" nmcli ", "wifi-sec.psk"},
    OptionForm{" nmcli ", "802-11-wireless-security.psk"},
    OptionForm{" aws ", "aws_secret_access_key"},
    OptionForm{" aws ", "aws_session_token"},
    OptionForm{" rclone ", "obscure"},
    OptionForm{" security ", "-w", Part::Whole, Attached::Never},
};

/// Commands whose password is a word in a fixed place among those that are no options: htpasswd -b FILE USER PASSWORD.
struct PlaceForm {
  std::string_view command;
  std::string_view flag;  // an option with this letter must be there; empty: none
  std::size_t place;
};
constexpr std::array kPlaces{PlaceForm{"htpasswd", "b", 2}, PlaceForm{"wpa_passphrase", "", 1}, PlaceForm{"convertto-securestring", "", 0}};

/// Words behind a command that is followed by another word: vault login TOKEN.
struct SubcommandForm {
  std::string_view command;
  std::string_view subcommand;
};
constexpr std::array kTokenLogins{SubcommandForm{"vault", "login"}, SubcommandForm{"bao", "login"}};

/// Commands that read a secret from standard input, and what must be among their words.
struct ReaderForm {
  std::string_view command;
  std::string_view word;
  Part part = Part::Whole;
};
constexpr std::array kReaders{ReaderForm{"chpasswd", "", Part::BehindColon},
                              ReaderForm{"passwd", ""},
                              ReaderForm{"sudo", "-S"},
                              ReaderForm{"sudo", "chpasswd", Part::BehindColon},
                              ReaderForm{"docker", "--password-stdin"},
                              ReaderForm{"podman", "--password-stdin"},
                              ReaderForm{"helm", "--password-stdin"},
                              ReaderForm{"gh", "--with-token"},
                              ReaderForm{"glab", "--stdin"},
                              ReaderForm{"cryptsetup", ""},
                              ReaderForm{"smbpasswd", "-s"},
                              ReaderForm{"kinit", ""},
                              ReaderForm{"vault", "-"},
                              ReaderForm{"wrangler", "secret"},
                              ReaderForm{"htpasswd", "-i"}};

using Forms = std::vector<const OptionForm*>;

/// The forms by the commands' names, once as they are and once as beginnings of names.
struct FormTable {
  std::map<std::string_view, Forms> names;
  std::map<std::string_view, Forms> beginnings;

  FormTable() {
    for (const OptionForm& form : kOptions) {
      for (std::size_t from = 1; from < form.commands.size();) {
        const std::size_t to = form.commands.find(' ', from);
        const std::string_view name = form.commands.substr(from, to - from);
        const bool isBeginning = name.ends_with('*');
        (isBeginning ? beginnings[name.substr(0, name.size() - 1)] : names[name]).push_back(&form);
        from = to + 1;
      }
    }
  }
};

const Forms& formsOf(std::string_view name) {
  static const FormTable table;
  static const Forms none;
  if (const auto found = table.names.find(name); found != table.names.end()) return found->second;
  for (const auto& [beginning, forms] : table.beginnings) {
    if (name.starts_with(beginning)) return forms;
  }
  return none;
}

class CommandLine {
 public:
  CommandLine(SecretFinder& finder, const ShellCommand& command) : finder_(finder), text_(finder.text()), words_(command.words) {}

  void find() {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const std::string_view name = baseName(i);
      if (!isCommandName(name) || isOptionsValue(i)) continue;
      readOptions(i, name);
      readPlaces(i, name);
      readTokenLogin(i, name);
      readNetUse(i, name);
    }
  }

  /// The part of a line's words that is fed to a command of kReaders.
  static const ReaderForm* readerOf(std::string_view text, const std::vector<ShellWord>& words) {
    for (const ReaderForm& form : kReaders) {
      const auto is = [&](std::string_view wanted) {
        return std::any_of(words.begin(), words.end(), [&](ShellWord word) {
          std::string_view name = text.substr(word.begin, word.end - word.begin);
          if (name.find('/') != std::string_view::npos) name = name.substr(name.rfind('/') + 1);
          return name == wanted;
        });
      };
      if (is(form.command) && (form.word.empty() || is(form.word))) return &form;
    }
    return nullptr;
  }

  static void addPart(SecretFinder& finder, ShellWord word, Part part) {
    word = withoutQuotes(finder.text(), word);
    const std::string_view value = finder.between(word.begin, word.end);
    std::size_t from = 0;
    std::size_t to = value.size();
    const auto behind = [&](std::string_view sign) {
      const std::size_t place = value.find(sign);
      from = place == std::string_view::npos ? value.size() : place + sign.size();
    };
    switch (part) {
      case Part::Whole:
        break;
      case Part::BehindColon:
        behind(":");
        break;
      case Part::BehindPercent:
        behind("%");
        break;
      case Part::BehindComma:
        behind(",");
        break;
      case Part::BehindPass:
        if (!value.starts_with("pass:")) return;
        behind(":");
        break;
      case Part::BehindSlash:
        behind("/");
        to = std::min(value.find('@', from), value.size());
        break;
    }
    if (from >= to) return;
    const ShellWord inside = withoutQuotes(finder.text(), {word.begin + from, word.begin + to});
    const std::string_view secret = finder.between(inside.begin, inside.end);
    if (!secret.empty() && !isPlaceholder(secret) && !isReference(secret)) finder.add(inside.begin, inside.end, secret_kind::kPassword);
  }

 private:
  [[nodiscard]] std::string_view wordAt(std::size_t i) const { return text_.substr(words_[i].begin, words_[i].end - words_[i].begin); }
  [[nodiscard]] std::string_view baseName(std::size_t i) const {
    std::string_view name = wordAt(i);
    if (const std::size_t slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
    return name;
  }

  static bool isCommandName(std::string_view name) {
    constexpr std::size_t kLongest = 24;
    return !name.empty() && name.size() <= kLongest && (isAsciiLetter(name.front()) || isAsciiDigit(name.front()));
  }

  /// "find -name mysql": no command, but what an option wants.
  [[nodiscard]] bool isOptionsValue(std::size_t i) const {
    std::size_t end = words_[i].begin;
    while (end > 0 && isBlank(text_[end - 1])) --end;
    std::size_t begin = end;
    constexpr std::size_t kLongestOption = 32;
    while (begin > 0 && end - begin < kLongestOption && !isSpaceSign(text_[begin - 1])) --begin;
    return end - begin > 1 && text_[begin] == '-' && text_.substr(begin, end - begin) != "--";
  }

  void readOptions(std::size_t command, std::string_view name) {
    for (const OptionForm* form : formsOf(name)) {
      if (form->part == Part::BehindSlash) {
        readConnection(command);
        continue;
      }
      bool hasSubcommand = form->subcommand.empty();
      for (std::size_t i = command + 1; i < words_.size(); ++i) {
        // The same command again has what follows for itself.
        if (form->subcommand.empty() && baseName(i) == name && !isOptionsValue(i)) break;
        if (wordAt(i) == form->subcommand) hasSubcommand = true;
        if (hasSubcommand) readOption(i, *form);
      }
    }
  }

  void readOption(std::size_t i, const OptionForm& form) {
    const std::string_view word = wordAt(i);
    const bool hasNext = i + 1 < words_.size() && wordAt(i + 1).front() != '-';
    if (word == form.option) {
      if (form.attached != Attached::Only && hasNext) addPart(finder_, words_[i + 1], form.part);
      return;
    }
    const bool isShort = form.option.size() == 2 && form.option.front() == '-';
    // -sSu user:password: the last of several letters.
    const bool endsCluster = isShort && form.part == Part::BehindColon && word.size() > 2 && word.size() < 8 && word[0] == '-' &&
                             word[1] != '-' && word.back() == form.option.back() &&
                             std::all_of(word.begin() + 1, word.end(), isAsciiLetter);
    if (endsCluster) {
      if (hasNext) addPart(finder_, words_[i + 1], form.part);
      return;
    }
    // Not the rest of a long option that somebody wrote with one dash.
    if (!word.starts_with(form.option) || word.starts_with("-password")) return;
    ShellWord attached{words_[i].begin + form.option.size(), words_[i].end};
    if (form.attached == Attached::Never) return;
    if (!isShort && form.attached != Attached::Only) {
      if (finder_.at(attached.begin) != '=') return;
      ++attached.begin;
    }
    addPart(finder_, attached, form.part);
  }

  /// sqlplus user/password@database
  void readConnection(std::size_t command) {
    if (command + 1 >= words_.size()) return;
    for (std::size_t i = command + 1; i < words_.size(); ++i) {
      const std::string_view word = wordAt(i);
      if (word.front() == '-' || word.front() == '/' || word.front() == '@') continue;
      if (word.find('/') != std::string_view::npos && word.find('@') != std::string_view::npos)
        addPart(finder_, words_[i], Part::BehindSlash);
      return;
    }
  }

  void readPlaces(std::size_t command, std::string_view name) {
    for (const PlaceForm& form : kPlaces) {
      if (name.size() != form.command.size() || !finder_.hasAt(words_[command].end - name.size(), form.command)) continue;
      bool hasFlag = form.flag.empty();
      bool printsOnly = false;
      std::vector<std::size_t> plain;
      for (std::size_t i = command + 1; i < words_.size(); ++i) {
        const std::string_view word = wordAt(i);
        if (word.front() != '-') {
          plain.push_back(i);
        } else if (word.size() > 1 && word[1] != '-') {
          if (word.find(form.flag) != std::string_view::npos) hasFlag = true;
          if (word.find('n') != std::string_view::npos) printsOnly = true;
        }
      }
      const std::size_t place = form.place - (form.flag == "b" && printsOnly ? 1 : 0);
      if (hasFlag && place < plain.size()) addPart(finder_, words_[plain[place]], Part::Whole);
    }
  }

  void readTokenLogin(std::size_t command, std::string_view name) {
    const bool known = std::any_of(kTokenLogins.begin(), kTokenLogins.end(), [&](const SubcommandForm& form) {
      return form.command == name && command + 1 < words_.size() && wordAt(command + 1) == form.subcommand;
    });
    if (!known) return;
    for (std::size_t i = command + 2; i < words_.size(); ++i) {
      const std::string_view word = wordAt(i);
      // With another method there are no tokens but pairs.
      if (word.starts_with("-method") || word.find('=') != std::string_view::npos) return;
      if (word.front() != '-') {
        addPart(finder_, words_[i], Part::Whole);
        return;
      }
    }
  }

  /// Windows: net use X: \\\\server\\share PASSWORD /user:NAME
  void readNetUse(std::size_t command, std::string_view name) {
    if (name != "net" || command + 1 >= words_.size() || wordAt(command + 1) != "use") return;
    bool hasShare = false;
    for (std::size_t i = command + 2; i < words_.size(); ++i) {
      const std::string_view word = wordAt(i);
      const bool isDevice = word == "*" || (word.size() == 2 && word[1] == ':');
      if (word.front() == '\\') {
        hasShare = true;
      } else if (hasShare && word.front() != '/' && !isDevice) {
        addPart(finder_, words_[i], Part::Whole);
        return;
      }
    }
  }

  SecretFinder& finder_;
  std::string_view text_;
  const std::vector<ShellWord>& words_;
};

bool beginsWord(const SecretFinder& finder, std::size_t at) {
  const char before = finder.before(at);
  return !isAsciiLetter(before) && !isAsciiDigit(before) && before != '_' && before != '-' && before != '.';
}

void findInCommand(SecretFinder& finder, std::size_t at) {
  if (at < finder.commandsUntil || !beginsWord(finder, at)) return;
  const ShellCommand command = readCommand(finder.text(), at);
  finder.commandsUntil = command.end;
  CommandLine(finder, command).find();
}

/// Whether what is written at `at`, "<(…)", is read as a secret: --password-file=<(…), private-key <(…)
bool isReadAsSecret(const SecretFinder& finder, std::size_t at) {
  constexpr std::size_t kLongestName = 64;
  while (isBlank(finder.before(at))) --at;
  if (finder.before(at) == '=') --at;
  std::size_t begin = at;
  while (begin > 0 && at - begin < kLongestName && isNameSign(finder.before(begin))) --begin;
  std::string_view name = finder.between(begin, at);
  for (const std::string_view suffix : {"file", "fd"}) {
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  }
  const NameClass nameClass = classifyName(name);
  return nameClass == NameClass::Password || nameClass == NameClass::Token || nameClass == NameClass::NamedSecret;
}

/// echo X | command; --password-file=<(echo X)
void findPiped(SecretFinder& finder, std::size_t at) {
  if (at < finder.pipesUntil || !beginsWord(finder, at)) return;
  const ShellCommand echo = readCommand(finder.text(), at);
  finder.pipesUntil = echo.end;
  if (echo.endedBy == ')' && echo.words.size() > 1 && finder.before(at) == '(' && finder.before(at - 1) == '<' &&
      isReadAsSecret(finder, at - 2)) {
    CommandLine::addPart(finder, echo.words.back(), Part::Whole);
    return;
  }
  if (echo.endedBy != '|' || finder.at(echo.end + 1) == '|' || echo.words.size() < 2) return;
  const ShellCommand reader = readCommand(finder.text(), echo.end + 1);
  const ReaderForm* form = CommandLine::readerOf(finder.text(), reader.words);
  if (form != nullptr) CommandLine::addPart(finder, echo.words.back(), form->part);
}

/// command <<< X
void findHereString(SecretFinder& finder, std::size_t at) {
  if (at < finder.hereStringsUntil) return;
  constexpr std::size_t kFarthest = 256;
  std::size_t begin = at;
  while (begin > 0 && at - begin < kFarthest && std::string_view("\n;|&<").find(finder.before(begin)) == std::string_view::npos) --begin;
  const ShellCommand before = readCommand(finder.text().substr(0, at), begin);
  const ShellCommand text = readCommand(finder.text(), at + 3);
  finder.hereStringsUntil = text.end;
  const ReaderForm* form = CommandLine::readerOf(finder.text(), before.words);
  if (form == nullptr && text.endedBy == '|') {
    // cat <<< X | command
    form = CommandLine::readerOf(finder.text(), readCommand(finder.text(), text.end + 1).words);
  }
  if (form != nullptr && !text.words.empty()) CommandLine::addPart(finder, text.words.front(), form->part);
}

std::vector<SecretRule> makeRules() {
  std::vector<SecretRule> rules{{"echo ", findPiped}, {"printf ", findPiped}, {"<<<", findHereString}};
  std::vector<std::string_view> names{"htpasswd ", "wpa_passphrase ", "convertto-securestring ", "vault ", "bao "};
  for (const OptionForm& form : kOptions) {
    for (std::size_t from = 1; from < form.commands.size();) {
      const std::size_t to = form.commands.find(' ', from);
      // With the blank behind it: "https" is mostly the beginning of an address.
      std::string_view name = form.commands.substr(from, to + 1 - from);
      if (name.ends_with("* ")) name.remove_suffix(2);
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      from = to + 1;
    }
  }
  for (const std::string_view name : names) rules.push_back({name, findInCommand});
  return rules;
}

}  // namespace

std::span<const SecretRule> commandSecretRules() {
  static const std::vector<SecretRule> rules = makeRules();
  return rules;
}

}  // namespace learnd::core
