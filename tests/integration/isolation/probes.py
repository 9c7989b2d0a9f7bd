"""What a session may try against its walls: data, so that adding one is adding a line.

A probe is a shell script. It has harmed if it says the canary, or if its `harm` finds the deed.
`root`: without walls it succeeds only as root, so its control runs only there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ground import CANARY, Ground

SAYS = f"&& echo {CANARY}"
PIDS = "1 $PPID $GATEWAY"
SECRET = 'cat "$SIBLING/work/secret"'


def says(_ground: Ground, said: str) -> bool:
    return CANARY in said


@dataclass(frozen=True, slots=True)
class Probe:
    name: str
    script: str
    harm: Callable[[Ground, str], bool] = says
    root: bool = False


READS = (
    Probe("sibling-workspace", 'cat "$SIBLING/work/secret"'),
    Probe("sibling-memory", 'cat "$SIBLING/memory/MEMORY.md"'),
    Probe("sibling-transcript", 'cat "$SIBLING/engine/talk.jsonl"'),
    Probe("sibling-inbox", 'cat "$SIBLING/inbox/secret"'),
    Probe("sibling-outbox", 'cat "$SIBLING/outbox/secret"'),
    Probe("sibling-tmp", 'cat "$SIBLING/tmp/secret"'),
    Probe("sibling-name", 'basename "$SIBLING" > n; ls .. ../.. | grep -qf n ' + SAYS),
    Probe("dots", "cat ../../*/work/secret"),
    Probe("symlink", 'ln -s "$SIBLING/work/secret" link; cat link'),
    Probe("symlink-to-folder", 'ln -s "$SIBLING" link; cat link/work/secret'),
    Probe("hard-link", 'ln "$SIBLING/work/secret" link; cat link'),
    Probe("search", 'find "$PLACE" -type f -exec cat {} +'),
    Probe("store", 'cat "$CARREL/carrel.db"'),
    Probe("settings", 'cat "$CARREL/carrel.toml"'),
    Probe("bot-token", 'cat "$TOKENS"'),
    Probe("home-of-people", 'cat "$PEOPLE/.netrc"'),
    Probe("home-of-root", "test -d /root " + SAYS),
    Probe("homes", "test -d /home " + SAYS),
    Probe("names-of-people", "grep -q ^daemon: /etc/passwd " + SAYS),
    Probe("shadow", "test -r /etc/shadow " + SAYS, root=True),
    Probe("sockets-of-the-system", "ls -A /run | grep -q . " + SAYS),
    Probe("kernel-objects", "test -d /sys/kernel " + SAYS),
    Probe("shared-memory", 'cat "$SHARED"'),
    Probe("gateway-environ", "cat /proc/$GATEWAY/environ"),
    Probe("gateway-root", 'cat "/proc/$GATEWAY/root$SIBLING/work/secret"'),
    Probe("gateway-folder", "cat /proc/$GATEWAY/cwd/carrel.db"),
    Probe("gateway-file", "cat /proc/$GATEWAY/fd/0"),
    Probe("gateway-memory", "head -c 1 /proc/$GATEWAY/maps > /dev/null " + SAYS),
    Probe("gateway-listed", "ls /proc | grep -qx $GATEWAY " + SAYS),
    Probe("parent-environ", "cat /proc/$PPID/environ"),
    Probe("every-environ", "cat /proc/[0-9]*/environ"),
)

TRICKS = (
    Probe("mount", "mkdir m; mount -t tmpfs none m && umount m " + SAYS, root=True),
    Probe("unmount-the-mask", 'unshare -Urm sh -c \'umount "$CARREL"; cat "$CARREL/carrel.db"\''),
    Probe("remount", f"unshare -Urm sh -c 'mount -o remount,rw,bind /usr; test -w /usr {SAYS}'"),
    Probe("fresh-proc", f"unshare -Urmpf sh -c 'mount -t proc proc /proc {SAYS}'"),
    Probe("enter", f"for p in {PIDS}; do nsenter -t $p -m {SECRET}; done", root=True),
    Probe("chroot", f"for p in {PIDS}; do chroot /proc/$p/root {SECRET}; done", root=True),
    Probe("device", "mknod disk b 254 0 " + SAYS, root=True),
    Probe("kernel-settings", "test -w /proc/sys/kernel/core_pattern " + SAYS, root=True),
    Probe("devices-of-all", "chmod 666 /dev/null " + SAYS, root=True),
    Probe("kill-the-gateway", "kill -9 $GATEWAY " + SAYS),
    Probe("signal-the-gateway", "kill -0 $GATEWAY " + SAYS),
)

WRITES = (
    Probe(
        "sibling-new-file",
        'echo x > "$SIBLING/work/new"',
        lambda ground, said: (ground.sibling.work / "new").exists() or not said,
    ),
    Probe(
        "sibling-overwrite",
        'echo x > "$SIBLING/memory/MEMORY.md"',
        lambda ground, _: (ground.sibling.memory / "MEMORY.md").read_text() != CANARY,
    ),
    Probe(
        "sibling-delete", 'rm -rf "$SIBLING"', lambda ground, _: not ground.sibling.work.exists()
    ),
    Probe(
        "settings",
        'echo x >> "$CARREL/carrel.toml"',
        lambda ground, said: (ground.carrel / "carrel.toml").read_text() != CANARY or not said,
    ),
    Probe(
        "own-launcher",
        "echo >> ../launch",
        lambda ground, _: (ground.own.root / "launch").read_text().endswith("\n\n"),
    ),
    Probe("own-lock", "echo x >> ../lock", lambda _, said: not said),
    Probe(
        "own-key",
        "echo x > ../session",
        lambda ground, _: (ground.own.root / "session").read_text() != ground.own.key,
    ),
    Probe("own-outbox", "touch ../outbox/x", lambda g, _: (g.own.outbox / "x").exists()),
    Probe("own-inbox", "touch ../inbox/x", lambda g, _: (g.own.inbox / "x").exists()),
    Probe("beside-own", "touch ../x", lambda g, _: (g.own.root / "x").exists()),
    Probe(
        "engine-settings",
        "mkdir -p .claude; echo {} > .claude/settings.json",
        lambda ground, _: (ground.own.work / ".claude" / "settings.json").exists(),
    ),
    Probe(
        "engine-settings-anew",
        "rm -rf .claude; mv .claude old; mkdir .claude; echo {} > .claude/settings.json",
        lambda ground, _: (ground.own.work / ".claude" / "settings.json").exists(),
    ),
    Probe(
        "what-was-given",
        'echo x > "$GIVEN"',
        lambda ground, _: ground.given.read_text() != "be kind",
    ),
    Probe("programs", "test -w /usr " + SAYS, root=True),
    Probe("settings-of-the-system", "test -w /etc " + SAYS, root=True),
    Probe("settings-of-the-system-2", "test -w /etc/passwd " + SAYS, root=True),
    Probe("root-folder", "test -w / " + SAYS, root=True),
)

ALL = (*READS, *TRICKS, *WRITES)
