# services.learnd: the daemon on its embedded default (SQLite, the in-process index, the builtin sentence model).
# Takes the flake, for the default package, and gives the module.
self:
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.learnd;
  format = pkgs.formats.toml { };
  written = format.generate "learnd-config.toml" cfg.settings;
  # The daemon itself judges the file, at build time: a wrong key or value fails the build with its line. Where a system is built for
  # another machine's processor the daemon can't run: it says the same when it starts.
  checked =
    if pkgs.stdenv.buildPlatform.canExecute pkgs.stdenv.hostPlatform then
      pkgs.runCommand "learnd-config-checked.toml" { } ''
        ${lib.getExe cfg.package} --check-config --config ${written}
        cp ${written} $out
      ''
    else
      written;
in
{
  options.services.learnd = {
    enable = lib.mkEnableOption "learnd, which remembers what worked";

    package = lib.mkOption {
      type = lib.types.package;
      default = self.packages.${pkgs.stdenv.hostPlatform.system}.learnd;
      defaultText = lib.literalExpression "learnd of this flake";
      description = "The learnd package.";
    };

    # User and group have fixed names, since the bus's policy file names them too.
    adminGroup = lib.mkOption {
      type = lib.types.str;
      default = "wheel";
      description = "Group whose members may also change and delete what others stored. Who may ask and store is the group `learnd`.";
    };

    database.backend = lib.mkOption {
      type = lib.types.enum [ "sqlite" ];
      default = "sqlite";
      description = "Where the records are kept.";
    };

    index.backend = lib.mkOption {
      type = lib.types.enum [ "embedded" ];
      default = "embedded";
      description = "What finds learnings by meaning and by words.";
    };

    embedder.backend = lib.mkOption {
      type = lib.types.enum [ "builtin" ];
      default = "builtin";
      description = "What turns texts into vectors.";
    };

    settings = lib.mkOption {
      default = { };
      description = "Settings of the daemon, as in {manpage}`learnd.toml(5)`. No secrets: they are named by file.";
      type = lib.types.submodule { freeformType = format.type; };
    };
  };

  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = !(cfg.settings.server ? socket);
        message = "services.learnd.settings.server.socket: the module's socket unit makes /run/learnd/learnd.sock; leave this key out.";
      }
      {
        assertion = cfg.settings.server.socket_group == "learnd";
        message = "services.learnd.settings.server.socket_group: the socket and the bus's policy are the group learnd's; leave this key out and put users into that group.";
      }
      {
        assertion = !(cfg.settings.server ? socket_mode);
        message = "services.learnd.settings.server.socket_mode: the module's socket unit makes the socket with mode 0660; leave this key out.";
      }
      {
        assertion = config.services.dbus.enable || cfg.settings.server.bus or "system" == "none";
        message = "services.learnd needs the system bus: leave services.dbus.enable on, or set services.learnd.settings.server.bus = \"none\".";
      }
    ];

    services.learnd.settings = {
      server.socket_group = lib.mkDefault "learnd";
      server.admin_group = lib.mkDefault cfg.adminGroup;
      store.backend = cfg.database.backend;
      index.backend = cfg.index.backend;
      embedder.backend = cfg.embedder.backend;
    };

    users.users.learnd = {
      isSystemUser = true;
      group = "learnd";
      description = "learnd";
    };
    users.groups.learnd = { };

    environment.systemPackages = [ cfg.package ];
    environment.etc."learnd/config.toml".source = checked;
    services.dbus.packages = [ cfg.package ];

    systemd.sockets.learnd = {
      description = "learnd's socket";
      wantedBy = [ "sockets.target" ];
      socketConfig = {
        ListenStream = "/run/learnd/learnd.sock";
        SocketUser = "learnd";
        SocketGroup = "learnd";
        SocketMode = "0660";
        DirectoryMode = "0755";
      };
    };

    systemd.services.learnd = {
      description = "learnd, which remembers what worked";
      documentation = [ "man:learnd(8)" ];
      # With the bus's activation the name starts it too; jobs and timers want it running from the start.
      wantedBy = [ "multi-user.target" ];
      requires = [ "learnd.socket" ];
      after = [
        "learnd.socket"
        "dbus.socket"
      ];
      restartTriggers = [ checked ];
      serviceConfig = import ./hardening.nix // {
        Type = "notify";
        ExecStart = "${lib.getExe cfg.package} --config ${checked}";
        User = "learnd";
        Group = "learnd";
        StateDirectory = "learnd";
        StateDirectoryMode = "0700";
        WatchdogSec = "60s";
        TimeoutStopSec = "25s";
        Restart = "on-failure";
        RestartSec = "2s";
      };
    };
  };
}
