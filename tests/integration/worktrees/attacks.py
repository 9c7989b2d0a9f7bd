"""What a session may plant for a git that runs outside of its walls: data, like `probes.py`.

`plant` is what the session runs in its workspace. `victim` is what a person would run there with a
plain git of their own, in the control: it shows that the attack works where nothing holds it.
`$MARK` is a place outside of all walls; an attack that ran has made a file there.
"""

from __future__ import annotations

from dataclasses import dataclass

RUN = "touch $MARK/ran; false"
STATUS = "git status"
HOOK = "printf '#!/bin/sh\\ntouch $MARK/ran\\n' > {0}; chmod +x {0}"
EMBED = f"""
git init -q {{0}}
cd {{0}}
git config user.email e@example.org
git config user.name Eve
git commit -q --allow-empty -m sub
git config core.fsmonitor '{RUN}'
cd "$WORK"
"""


@dataclass(frozen=True, slots=True)
class Attack:
    name: str
    plant: str
    victim: str = STATUS
    begin: str = ""


def hook(name: str, folder: str = ".git/hooks") -> str:
    return f"mkdir -p {folder}; " + HOOK.format(f"{folder}/{name}")


IN_A_COPY = (
    Attack("fsmonitor", f"git config core.fsmonitor '{RUN}'"),
    Attack("hook", hook("reference-transaction"), "git update-ref refs/x HEAD"),
    Attack("hook-on-status", hook("post-index-change") + "; touch list", STATUS),
    Attack("hook-on-push", hook("pre-push"), "git push -q $SHOP HEAD:refs/heads/x"),
    Attack(
        "hooks-elsewhere",
        hook("reference-transaction", "hooks") + '; git config core.hooksPath "$PWD/hooks"',
        "git update-ref refs/x HEAD",
    ),
    Attack("ssh", f"git config core.sshCommand '{RUN}'", "git ls-remote ssh://nowhere/x"),
    Attack(
        "included",
        f"git config -f evil core.fsmonitor '{RUN}'; git config include.path ../evil",
    ),
    Attack(
        "included-by-branch",
        f"git config -f evil core.fsmonitor '{RUN}'; git config includeIf.onbranch:**.path ../evil",
    ),
    Attack(
        "worktree-settings",
        "git config extensions.worktreeConfig true; "
        f"git config -f .git/config.worktree core.fsmonitor '{RUN}'",
    ),
    Attack(
        "filter",
        "echo '* filter=evil' > .gitattributes; "
        f"git config filter.evil.clean '{RUN}'; echo x > list",
        "git diff",
    ),
    Attack(
        "filter-process",
        "echo '* filter=evil' > .git/info/attributes; mkdir -p .git/info; "
        "echo '* filter=evil' > .git/info/attributes; "
        f"git config filter.evil.process '{RUN}'; echo x > list",
        "git diff",
    ),
    Attack("differ", f"git config diff.external '{RUN}'; echo x > list", "git diff"),
    Attack(
        "textconv",
        "echo '* diff=evil' > .gitattributes; "
        f"git config diff.evil.textconv '{RUN}'; echo x > list",
        "git diff",
    ),
    Attack(
        "another-repository",
        EMBED.format("elsewhere") + "mv .git old; echo 'gitdir: elsewhere/.git' > .git",
    ),
    Attack(
        "another-common-folder",
        "cp -r .git evil; "
        f"git config -f evil/config core.fsmonitor '{RUN}'; echo ../evil > .git/commondir",
    ),
    Attack("submodule", EMBED.format("sub") + "git add sub; git commit -qm sub"),
    Attack(
        "signature",
        HOOK.format("evil")
        + '; git config gpg.program "$PWD/evil"; git config commit.gpgSign true',
        "git commit --allow-empty -m x || :",
    ),
    Attack(
        "fetch-helper",
        f"git config remote.evil.url x; git config remote.evil.uploadpack '{RUN}'",
        "git fetch evil || :",
    ),
)

SUBMODULE = """
git init -q ../lib
git -C ../lib -c user.name=Eve -c user.email=e@example.org commit -q --allow-empty -m lib
git -c protocol.file.allow=always submodule --quiet add ../lib deep/lib
git commit -qm lib
"""
WORKTREE_SETTINGS = """
git config core.repositoryFormatVersion 1
git config extensions.worktreeConfig true
"""
EVIL_FOLDER = EMBED.format("evil") + "mv evil {0}"

IN_THE_FOLDER = (
    Attack("settings", f"git config core.fsmonitor '{RUN}'"),
    Attack(
        "settings-by-hand",
        f"printf '[core]\\nfsmonitor = \"{RUN}\"\\n' >> .git/config",
    ),
    Attack("hook", hook("reference-transaction"), "git update-ref refs/x HEAD"),
    Attack(
        "worktree-settings",
        f"git config -f .git/config.worktree core.fsmonitor '{RUN}'",
        begin=WORKTREE_SETTINGS,
    ),
    Attack(
        "another-common-folder",
        "cp -r .git evil; "
        f"git config -f evil/config core.fsmonitor '{RUN}'; echo ../evil > .git/commondir",
    ),
    Attack(
        "another-repository",
        EMBED.format("elsewhere") + "mv .git old && mv elsewhere/.git .git",
    ),
    Attack(
        "hooks-among-the-files",
        hook("pre-commit", ".husky"),
        "git commit --allow-empty -m x",
        "mkdir .husky; git config core.hooksPath .husky",
    ),
    Attack(
        "hooks-of-husky",
        HOOK.format(".husky/pre-commit"),
        "git commit --allow-empty -m x",
        """
mkdir -p .husky/_
printf '#!/bin/sh\n. .husky/pre-commit\n' > .husky/_/pre-commit
chmod +x .husky/_/pre-commit
git config core.hooksPath .husky/_
""",
    ),
    Attack(
        "hooks-folder-anew",
        "mv tools old; " + hook("pre-commit", "tools/hooks"),
        "git commit --allow-empty -m x",
        "mkdir -p tools/hooks; git config core.hooksPath tools/hooks",
    ),
    Attack("index", EMBED.format("sub") + "git add sub"),
    Attack(
        "submodule-settings",
        f"git config -f .git/modules/deep/lib/config core.fsmonitor '{RUN}'",
        begin=SUBMODULE,
    ),
    Attack(
        "submodule-link",
        EMBED.format("evil") + "rm -rf deep/lib/.git; mv evil/.git deep/lib/.git",
        begin=SUBMODULE,
    ),
    Attack(
        "submodule-itself",
        "mv deep/lib old; " + EVIL_FOLDER.format("deep/lib"),
        begin=SUBMODULE,
    ),
    Attack(
        "submodules-folder",
        "mv deep old; mkdir deep; " + EVIL_FOLDER.format("deep/lib"),
        begin=SUBMODULE,
    ),
    Attack(
        "submodule-that-is-not-there",
        "mkdir -p deep; " + EVIL_FOLDER.format("deep/lib"),
        begin=f"{SUBMODULE}rm -rf deep",
    ),
)
