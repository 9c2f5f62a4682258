final: _prev: {
  learnd-model = final.callPackage ./model.nix { };
  learnd = final.callPackage ./package.nix { };
}
