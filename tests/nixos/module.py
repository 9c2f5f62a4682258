# Runs in the VM that nix/checks.nix describes: what a user of the module gets.
machine.wait_for_unit("multi-user.target")
machine.wait_for_unit("learnd.service")
machine.succeed("test -S /run/learnd/learnd.sock")

# It runs from the start; stopped, the next call starts it through its socket.
machine.succeed("systemctl stop learnd.service")
machine.fail("systemctl is-active learnd.service")
machine.succeed("systemctl is-active learnd.socket", "test -S /run/learnd/learnd.sock")
machine.succeed(
    "runuser -u alice -- learnctl store --query 'How to list failed units' --solution 'systemctl --failed'"
)
machine.succeed("systemctl is-active learnd.service")
machine.succeed("runuser -u alice -- learnctl search 'which units have failed' --json | grep -q 'systemctl --failed'")
machine.succeed("runuser -u alice -- learnctl doctor --json | grep -q all-minilm-l6-v2")
machine.succeed(
    "runuser -u alice -- busctl call org.learnd.Learnd1 /org/learnd/Learnd1 org.learnd.Learnd1.Memory Search sasud 'failed units' 0 3 0"
)

# Who is not in the group gets nothing, by no door.
machine.fail("runuser -u bob -- learnctl stats")
machine.fail(
    "runuser -u bob -- busctl call org.learnd.Learnd1 /org/learnd/Learnd1 org.learnd.Learnd1.Memory Search sasud 'failed units' 0 3 0"
)

# What was stored outlives the daemon.
machine.succeed("systemctl restart learnd.service")
machine.succeed("runuser -u alice -- learnctl search 'How to list failed units' --json | grep -q '\"exact\":true'")
