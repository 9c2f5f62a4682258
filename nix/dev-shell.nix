# What learnd is built, tested and checked with.
{
  mkShell,
  ccache,
  clang-tools,
  curl,
  gdb,
  jq,
  learnd,
}:
mkShell {
  inputsFrom = [ learnd ];
  packages = [
    ccache
    clang-tools
    curl
    gdb
    jq
  ];
}
