# What `nix flake check` builds: the package with its tests, and a machine that has switched learnd on.
{ self, pkgs }:
let
  packages = self.packages.${pkgs.stdenv.hostPlatform.system};
in
{
  inherit (packages) learnd;

  module = pkgs.testers.runNixOSTest {
    name = "learnd";
    nodes.machine = {
      imports = [ self.nixosModules.default ];
      services.learnd.enable = true;
      users.users.alice = {
        isNormalUser = true;
        extraGroups = [ "learnd" ];
      };
      users.users.bob.isNormalUser = true;
    };
    testScript = builtins.readFile ../tests/nixos/module.py;
  };
}
