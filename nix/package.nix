{
  lib,
  stdenv,
  callPackage,
  cmake,
  ninja,
  pkg-config,
  dbus,
  groff,
  postgresql,
  python3,
  boost,
  cli11,
  fmt,
  gtest,
  libhwy,
  libpqxx,
  libstemmer,
  oneDNN,
  openssl,
  rapidjson,
  sqlite,
  systemd,
  tomlplusplus,
  utf8proc,
  zlib,
  zsh,
  learnd-model ? callPackage ./model.nix { },
}:
stdenv.mkDerivation (finalAttrs: {
  pname = "learnd";
  version = "0.1.0";

  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../CMakeLists.txt
      ../docs
      ../src
      ../tests
    ];
  };

  nativeBuildInputs = [
    cmake
    ninja
    pkg-config
  ];
  buildInputs = [
    boost
    cli11
    fmt
    libhwy
    libpqxx
    libstemmer
    oneDNN
    openssl
    rapidjson
    sqlite
    systemd
    tomlplusplus
    utf8proc
    zlib
  ];
  checkInputs = [ gtest ];
  nativeCheckInputs = [
    dbus
    groff
    postgresql
    python3
    systemd
    zsh
  ];

  cmakeFlags = [
    (lib.cmakeBool "BUILD_TESTING" finalAttrs.finalPackage.doCheck)
    # These need root; here nobody is. checks.nix has two users of its own, on a machine.
    (lib.cmakeFeature "CMAKE_CTEST_ARGUMENTS" "--label-exclude;as_root")
  ];

  doCheck = true;
  # The tests run the real model.
  preCheck = ''
    mkdir -p share/learnd
    ln -s ${learnd-model}/share/learnd/models share/learnd/models
  '';

  # A package of its own, so that a new learnd does not copy 90 MB.
  postInstall = ''
    mkdir -p $out/share/learnd
    ln -s ${learnd-model}/share/learnd/models $out/share/learnd/models
  '';

  passthru.model = learnd-model;

  meta = {
    description = "Remembers what worked: learnings for agents and administrators, found by meaning and by words";
    license = lib.licenses.mit;
    platforms = lib.platforms.linux;
    mainProgram = "learnd";
    maintainers = [ ];
  };
})
