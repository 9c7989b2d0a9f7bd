"""Markdown as Telegram's HTML: always valid, never a mention, and short enough. Nothing is sent.

Telegram knows a dozen tags and refuses a whole message for one that it cannot read. Its lengths are
those of the text without tags, in units of UTF-16.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape, unescape

from markdown_it.tree import SyntaxTreeNode

from carrel.platforms.markdown import CUT, JOINER, LINKS, blocks, sound

TEXT = 4096
CAPTION = 1024

_MENTION = re.compile(r"(?<![\w@])@(?=\w)")
_TAG = re.compile(r"<[^>]*>")
_LANGUAGE = re.compile(r"[\w+#.-]{1,30}")
_PLAIN_TAGS = {"strong": "b", "em": "i", "s": "s"}


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)  # noqa: PLR2004 - the BMP


def cut(text: str, longest: int) -> str:
    """`text`, cut to so many units."""
    if units(text) <= longest:
        return text
    kept, room = [], longest - 1
    for letter in text:
        room -= units(letter)
        if room < 0:
            break
        kept.append(letter)
    return f"{''.join(kept)}{CUT}"


def words(text: str) -> str:
    """`text` as it is, with nothing in it that Telegram would take for a tag or a mention."""
    return escape(_MENTION.sub(f"@{JOINER}", sound(text)), quote=False)


def line(text: str) -> str:
    """`text` on one line, as `words`."""
    return words(" ".join(text.split()))


def code(text: str, language: str = "") -> str:
    """`text` as a block of code."""
    inner = escape(sound(text), quote=False)
    if not _LANGUAGE.fullmatch(language):
        return f"<pre>{inner}</pre>"
    return f'<pre><code class="language-{escape(language)}">{inner}</code></pre>'


def plain(html: str) -> str:
    """What is read of our own HTML."""
    return unescape(_TAG.sub("", html))


def rendered(markdown: str, longest: int = TEXT) -> str:
    """Markdown as HTML of at most so many units, and never blank.

    What grows too long by being drawn is shown as it was written.
    """
    markdown = sound(markdown)
    html = _blocks(blocks(markdown))
    if plain(html).strip() and units(plain(html)) <= longest:
        return html
    return fitted(words(cut(markdown, longest)), longest) if markdown.strip() else CUT


def fitted(html: str, longest: int) -> str:
    """`html`, or where it is too long its beginning without any tags."""
    text = plain(html)
    return html if units(text) <= longest else words(cut(text, longest))


def _blocks(nodes: Iterable[SyntaxTreeNode], depth: int = 0, *, quoted: bool = False) -> str:
    drawn = (_block(node, depth, quoted=quoted) for node in nodes)
    return ("\n" if depth else "\n\n").join(one for one in drawn if one)


def _block(node: SyntaxTreeNode, depth: int, *, quoted: bool) -> str:
    inside = frozenset({"blockquote"} if quoted else ())
    match node.type:
        case "paragraph":
            return _inline(node.children, inside)
        case "heading":
            return f"<b>{_inline(node.children, inside | {'b'})}</b>"
        case "bullet_list" | "ordered_list":
            return "\n".join(_items(node, depth, quoted=quoted))
        case "blockquote" if not quoted:
            return f"<blockquote>{_blocks(node.children, quoted=True)}</blockquote>"
        case "blockquote":
            return _blocks(node.children, depth, quoted=True)
        case "fence" | "code_block" if quoted:
            return words(node.content.rstrip("\n"))
        case "fence" | "code_block":
            return code(node.content.rstrip("\n"), node.info.split(" ")[0])
        case "hr":
            return "———"
        case _:
            return words(node.content)


def _items(node: SyntaxTreeNode, depth: int, *, quoted: bool) -> Iterable[str]:
    first = int(node.attrs.get("start", 1))
    for number, item in enumerate(node.children, first):
        mark = f"{number}." if node.type == "ordered_list" else "•"
        yield f"{'  ' * depth}{mark} {_blocks(item.children, depth + 1, quoted=quoted)}"


def _inline(nodes: Iterable[SyntaxTreeNode], inside: frozenset[str] = frozenset()) -> str:
    return "".join(_span(node, inside) for node in nodes)


def _span(node: SyntaxTreeNode, inside: frozenset[str]) -> str:
    """Code holds nothing else and stands in nothing else; no tag stands in its like."""
    match node.type:
        case "inline":
            return _inline(node.children, inside)
        case "softbreak" | "hardbreak":
            return "\n"
        case "strong" | "em" | "s":
            tag = _PLAIN_TAGS[node.type]
            inner = _inline(node.children, inside | {tag})
            return inner if tag in inside else f"<{tag}>{inner}</{tag}>"
        case "code_inline" if not inside:
            return f"<code>{escape(node.content, quote=False)}</code>"
        case "link":
            return _link(str(node.attrs.get("href", "")), node, inside)
        case "image":
            return _link(str(node.attrs.get("src", "")), node, inside)
        case _:
            return words(node.content)


def _link(target: str, node: SyntaxTreeNode, inside: frozenset[str]) -> str:
    inner = _inline(node.children, inside | {"a"}) or words(target)
    if "a" in inside or not target.startswith(LINKS):
        return inner
    return f'<a href="{escape(target)}">{inner}</a>'
