# Makes learnd.toml(5) of docs/configuration.md, so that the keys are described in one place.
#   awk -f configuration_page.awk configuration.md > learnd.toml.5

# Markdown within a line to roff: code in bold, signs that roff would take for its own escaped.
function inline(text,    parts, count, i, out) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  gsub(/~/, "\\(ti", text)
  gsub(/\^/, "\\(ha", text)
  count = split(text, parts, "`")
  out = ""
  for (i = 1; i <= count; i++) out = out (i % 2 == 0 ? "\\fB" parts[i] "\\fR" : parts[i])
  return protect(out)
}

function protect(line) { return line ~ /^[.']/ ? "\\&" line : line }

function trim(text) {
  sub(/^[ \t]+/, "", text)
  sub(/[ \t]+$/, "", text)
  return text
}

function row(line,    cells, what) {
  split(line, cells, "|")
  what = trim(cells[5])
  print ".TP"
  print inline(trim(cells[2]))
  print inline(toupper(substr(what, 1, 1)) substr(what, 2)) "."
  print ".br"
  print "Default: " inline(trim(cells[3])) ".  Takes: " inline(trim(cells[4])) "."
}

BEGIN {
  print ".TH LEARND.TOML 5 2026-11-24 learnd \"File formats\""
  print ".SH NAME"
  print "learnd.toml \\- configuration of learnd"
  print ".SH DESCRIPTION"
}

/^```/ {
  code = !code
  print code ? ".PP\n.EX" : ".EE\n.PP"
  next
}
code {
  gsub(/\\/, "\\e")
  gsub(/-/, "\\-")
  print protect($0)
  next
}
/^# / { next }
/^## / {
  if (!keys) print ".SH KEYS"
  keys = 1
  sub(/^## /, "")
  print ".SS " inline($0)
  next
}
/^\| *(key|---)/ { next }
/^\|/ {
  row($0)
  next
}
/^[ \t]*$/ {
  blank = 1
  next
}
{
  if (blank) print ".PP"
  blank = 0
  print inline($0)
}

END {
  print ".SH FILES"
  print ".TP\n.I /etc/learnd/config.toml\nThat of the system service."
  print ".TP\n.I \\(ti/.config/learnd/config.toml\nThat of\n.BR \"learnd \\-\\-user\" ,\nor below\n.BR $XDG_CONFIG_HOME ."
  print ".SH SEE ALSO"
  print ".BR learnd (8),\n.BR learnctl (1)"
}
