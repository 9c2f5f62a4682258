{
  description = "learnd: remembers what worked";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      forAll = f: lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
    in
    {
      overlays.default = import ./nix/overlay.nix;

      packages = forAll (pkgs: rec {
        learnd-model = pkgs.callPackage ./nix/model.nix { };
        learnd = pkgs.callPackage ./nix/package.nix { inherit learnd-model; };
        default = learnd;
      });

      apps = forAll (pkgs: rec {
        learnd = {
          type = "app";
          program = lib.getExe self.packages.${pkgs.stdenv.hostPlatform.system}.learnd;
          meta.description = "The daemon; `nix run . -- --user` keeps a store of your own";
        };
        default = learnd;
      });

      nixosModules = {
        learnd = import ./modules self;
        default = self.nixosModules.learnd;
      };

      checks = forAll (pkgs: import ./nix/checks.nix { inherit self pkgs; });
      devShells = forAll (pkgs: { default = pkgs.callPackage ./nix/dev-shell.nix { inherit (self.packages.${pkgs.stdenv.hostPlatform.system}) learnd; }; });
      formatter = forAll (pkgs: pkgs.nixfmt-tree);
    };
}
